// The most float32 multiply-adds a second that the given number of threads reaches together:
// independent chains of vector multiply-adds in registers, no memory. Prints GFLOP/s.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
#if defined(__x86_64__)
#define KEEP(value) asm volatile("" : "+x"(value))
#elif defined(__aarch64__)
#define KEEP(value) asm volatile("" : "+w"(value))
#else
#define KEEP(value) asm volatile("" : "+m"(value))
#endif
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

constexpr int kChains = 10;  // covers the latency of two multiply-add units
constexpr long kSteps = 1L << 24;

float chains(float start) {
  Vector sums[kChains];
  for (int i = 0; i < kChains; ++i) sums[i] = Vector{} + (start + static_cast<float>(i));
  Vector factor = Vector{} + 0.999f, term = Vector{} + 1e-3f;
  for (long step = 0; step < kSteps; ++step) {
    // Without this the compiler may merge steps.
    KEEP(factor);
    KEEP(term);
#pragma GCC unroll 10
    for (int i = 0; i < kChains; ++i) sums[i] = sums[i] * factor + term;
  }
  Vector total{};
  for (int i = 0; i < kChains; ++i) total += sums[i];
  return total[0];
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
  std::vector<float> results(static_cast<std::size_t>(threads));
  double best = 0;
  for (int trial = 0; trial < 5; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&results, i] {
        results[static_cast<std::size_t>(i)] = chains(static_cast<float>(i));
      });
    for (auto& worker : workers) worker.join();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double operations = 2.0 * kLanes * kChains * static_cast<double>(kSteps) * threads;
    best = operations / seconds.count() / 1e9 > best ? operations / seconds.count() / 1e9 : best;
  }
  if (results[0] == 12345.0f) std::puts("");  // the results are used
  std::printf("%.1f\n", best);
  return 0;
}
