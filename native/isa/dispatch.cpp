#include <atomic>
#include <cstring>
#include <string>

#include "base/error.h"
#include "isa/kernel_table.h"

namespace cornu {

extern const KernelTable kBaselineKernels;
#if defined(__x86_64__)
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;
#elif defined(__aarch64__)
extern const KernelTable kNeonKernels;
#endif

namespace {

struct Candidate {
  const KernelTable* table;
  bool (*runs_here)();
};

bool always() { return true; }

#if defined(__x86_64__)
// libgcc's test includes that the operating system saves the wide registers.
bool has_avx2() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

// Best first; the last runs everywhere.
const Candidate kCandidates[] = {
#if defined(__x86_64__)
    {&kAvx512Kernels, has_avx512},
    {&kAvx2Kernels, has_avx2},
#elif defined(__aarch64__)
    {&kNeonKernels, always},
#endif
    {&kBaselineKernels, always},
};

const KernelTable* best_table() {
  for (const Candidate& candidate : kCandidates) {
    if (candidate.runs_here()) return candidate.table;
  }
  return &kBaselineKernels;
}

std::atomic<const KernelTable*>& active_table() {
  static std::atomic<const KernelTable*> table{best_table()};
  return table;
}

}  // namespace

const KernelTable& kernels() { return *active_table().load(std::memory_order_relaxed); }

const char* instruction_set() { return kernels().name; }

const char* const* available_instruction_sets() {
  static const struct Names {
    const char* names[sizeof(kCandidates) / sizeof(kCandidates[0]) + 1] = {};
    Names() {
      int count = 0;
      for (const Candidate& candidate : kCandidates) {
        if (candidate.runs_here()) names[count++] = candidate.table->name;
      }
    }
  } available;
  return available.names;
}

void set_instruction_set(const char* name) {
  if (std::strcmp(name, "auto") == 0) {
    active_table().store(best_table());
    return;
  }
  std::string known;
  for (const Candidate& candidate : kCandidates) {
    const bool runs = candidate.runs_here();
    if (runs && std::strcmp(candidate.table->name, name) == 0) {
      active_table().store(candidate.table);
      return;
    }
    if (runs) known += std::string(known.empty() ? "" : ", ") + candidate.table->name;
  }
  throw Error("instruction set '" + std::string(name) + "' is not available here; choose from " +
              known + " or auto");
}

}  // namespace cornu
