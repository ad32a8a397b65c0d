#include "pool/cpu_count.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace cornu {
namespace {

#if defined(__linux__)

// The lowest processor number that shares a core with `cpu`; `cpu` itself where the system is mute.
int first_sibling(int cpu) {
  char path[96];
  std::snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
                cpu);
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) return cpu;
  int first = cpu;
  const bool read = std::fscanf(file, "%d", &first) == 1;
  std::fclose(file);
  return read ? first : cpu;
}

int cores_by_affinity() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 0;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const int first = first_sibling(cpu);
    CPU_SET(first >= 0 && first < CPU_SETSIZE ? first : cpu, &cores);
  }
  return CPU_COUNT(&cores);
}

// The quota of control groups version 2, rounded up; 0 where there is none.
int cores_by_quota() {
  std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file == nullptr) return 0;
  long long quota = 0;
  long long period = 0;
  const bool limited = std::fscanf(file, "%lld %lld", &quota, &period) == 2 && period > 0;
  std::fclose(file);
  return limited ? static_cast<int>((quota + period - 1) / period) : 0;
}

#endif

}  // namespace

int usable_cores() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  if (const int allowed = cores_by_affinity(); allowed > 0) cores = allowed;
  if (const int quota = cores_by_quota(); quota > 0) cores = std::min(cores, quota);
#endif
  return std::max(cores, 1);
}

}  // namespace cornu
