#include "kernels/random/random_bits.h"

#include "isa/kernel_table.h"
#include "kernels/random/table.h"
#include "pool/thread_pool.h"

namespace cornu {

void random_bits(const std::uint32_t key[2], std::int64_t count, std::uint32_t* bits) {
  constexpr std::int64_t kPerTask = 8192;  // about ten microseconds
  const RandomKernels& random = *kernels().random;
  if (count <= kPerTask) {
    random.bits(key, 0, count, bits);
    return;
  }
  parallel_for((count + kPerTask - 1) / kPerTask, [&](std::int64_t task) {
    const std::int64_t first = task * kPerTask;
    const std::int64_t size = count - first < kPerTask ? count - first : kPerTask;
    random.bits(key, static_cast<std::uint64_t>(first), size, bits + first);
  });
}

}  // namespace cornu
