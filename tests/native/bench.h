// The clock of the benchmarks, and the multiply-add peak of the machine they compare with.
#pragma once

#include <chrono>
#include <cstdint>

#include "pool/thread_pool.h"

namespace bench {

using std::int64_t;
using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

#if defined(__x86_64__)
// Twelve independent chains of 8-wide multiply-adds, as many as hide the latency.
__attribute__((target("avx2,fma"))) inline void chains(int64_t rounds) {
  for (int64_t i = 0; i < rounds; ++i) {
#define CORNU_CHAIN(register) "vfmadd213ps %%ymm15, %%ymm15, %%ymm" #register "\n\t"
    asm volatile(CORNU_CHAIN(0) CORNU_CHAIN(1) CORNU_CHAIN(2) CORNU_CHAIN(3) CORNU_CHAIN(4)
                     CORNU_CHAIN(5) CORNU_CHAIN(6) CORNU_CHAIN(7) CORNU_CHAIN(8) CORNU_CHAIN(9)
                         CORNU_CHAIN(10) CORNU_CHAIN(11)::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                               "xmm8", "xmm9", "xmm10", "xmm11");
#undef CORNU_CHAIN
  }
}
#else
inline void chains(int64_t) {}
#endif

// GFLOP/s of all threads together.
inline double peak(int threads) {
  const int64_t rounds = 40000;
  const auto start = Clock::now();
  cornu::parallel_for(threads, [&](int64_t) { chains(rounds); });
  return static_cast<double>(threads) * rounds * 12 * 16 / seconds_since(start) * 1e-9;
}

}  // namespace bench
