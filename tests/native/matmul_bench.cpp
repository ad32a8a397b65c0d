// Speed of matrix products on the shapes of dense networks, beside the multiply-add peak of the
// machine measured in the same moments. Prints; asserts nothing.
//
//   matmul_bench [threads] [filter]      filter: a part of a shape's name
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/memory.h"
#include "bench.h"
#include "isa/kernel_table.h"
#include "kernels/matmul/matmul.h"
#include "pool/thread_pool.h"

namespace {

using bench::Clock;
using bench::peak;
using bench::seconds_since;
using cornu::Matmul;
using cornu::MatmulProblem;
using std::int64_t;

enum Kind { kForward, kInputGradient, kWeightGradient, kWeightUpdate };

struct Shape {
  const char* name;
  int64_t batch, in, out;
  Kind kind;
};

struct Update {
  float* weights;
  int64_t row;
};

#if defined(__x86_64__)
__attribute__((target("avx2,fma")))
#endif
void
update_tile(void* context, const cornu::MatmulTile& tile) {
  const auto* update = static_cast<const Update*>(context);
  const float* gradient = static_cast<const float*>(tile.data);
  for (int64_t i = tile.row_begin; i < tile.row_end; ++i, gradient += tile.row_stride) {
    float* weights = update->weights + i * update->row + tile.col_begin;
    for (int64_t j = 0; j < tile.col_end - tile.col_begin; ++j) weights[j] -= 1e-9f * gradient[j];
  }
}

void run(const Shape& shape, int threads) {
  MatmulProblem p;
  switch (shape.kind) {
    case kForward:
      p.m = shape.batch, p.k = shape.in, p.n = shape.out;
      p.a_row = shape.in, p.a_col = 1, p.b_row = shape.out, p.b_col = 1;
      break;
    case kInputGradient:
      p.m = shape.batch, p.k = shape.out, p.n = shape.in;
      p.a_row = shape.out, p.a_col = 1, p.b_row = 1, p.b_col = shape.out;
      break;
    default:
      p.m = shape.in, p.k = shape.batch, p.n = shape.out;
      p.a_row = 1, p.a_col = shape.in, p.b_row = shape.out, p.b_col = 1;
  }
  p.c_row = p.n;
  const auto floats = [](int64_t count) {
    cornu::AlignedBuffer buffer(static_cast<std::size_t>(count) * sizeof(float));
    float* data = reinterpret_cast<float*>(buffer.data());
    for (int64_t i = 0; i < count; ++i) data[i] = static_cast<float>((i * 37 % 101) - 50) * 0.01f;
    return buffer;
  };
  const cornu::AlignedBuffer a = floats(p.m * p.k), b = floats(p.k * p.n), c = floats(p.m * p.n);
  Update update{reinterpret_cast<float*>(c.data()), p.n};
  cornu::MatmulEpilogue epilogue;
  if (shape.kind == kWeightUpdate) epilogue = {update_tile, &update};
  const Matmul product(p, shape.kind == kWeightUpdate);

  const double work =
      2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
  const int64_t repeats = std::max<int64_t>(1, static_cast<int64_t>(2e7 * threads / work));
  double best = 1e30, best_peak = 0;
  for (int trial = 0; trial < 25; ++trial) {
    best_peak = std::max(best_peak, peak(threads));
    const auto start = Clock::now();
    for (int64_t i = 0; i < repeats; ++i) {
      product.run(a.data(), b.data(), c.data(), epilogue);
    }
    best = std::min(best, seconds_since(start) / static_cast<double>(repeats));
  }
  const cornu::MatmulSchedule& s = product.schedule();
  static const char* const kinds[] = {"forward", "input gradient", "weight gradient",
                                      "weight update"};
  std::printf(
      "%-14s %-15s %4ldx%4ldx%4ld %9.2f us %7.1f GFLOP/s %5.1f %% of peak | %s%s packs %d%d block "
      "%ldx%ldx%ld tasks %ldx%ld\n",
      shape.name, kinds[shape.kind], p.m, p.n, p.k, best * 1e6, work / best * 1e-9,
      100 * work / best * 1e-9 / best_peak, s.path == cornu::MatmulPath::kDot ? "dot" : "tile",
      s.transposed ? " transposed" : "", static_cast<int>(s.pack_a), static_cast<int>(s.pack_b),
      s.block_m, s.block_n, s.block_k, s.tasks_m, s.tasks_n);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : cornu::num_threads();
  const char* filter = argc > 2 ? argv[2] : "";
  cornu::set_num_threads(threads);
  std::printf("%s, %d threads\n", cornu::instruction_set(), threads);
  const struct {
    const char* name;
    int64_t batch;
    std::vector<int64_t> sizes;
  } networks[] = {
      {"tabular", 32, {8, 30, 1}},
      {"fashion", 32, {784, 300, 100, 10}},
      {"autoencoder", 32, {784, 100, 30, 100, 784}},
      {"cifar", 32, {2304, 512, 10}},
      {"mnist", 128, {784, 512, 512, 10}},
      {"deep", 128, {784, 2500, 2000, 1500, 1000, 500, 10}},
      {"predict", 1, {784, 300, 100, 10}},
      {"square", 2048, {2048, 2048}},
  };
  for (const auto& network : networks) {
    if (std::strstr(network.name, filter) == nullptr) continue;
    for (std::size_t i = 0; i + 1 < network.sizes.size(); ++i) {
      for (const Kind kind : {kForward, kInputGradient, kWeightGradient, kWeightUpdate}) {
        if (kind == kInputGradient && i == 0 && network.batch < 2048) continue;
        if (network.batch == 1 && kind != kForward) continue;
        run({network.name, network.batch, network.sizes[i], network.sizes[i + 1], kind}, threads);
      }
    }
  }
  cornu::set_num_threads(1);
  return 0;
}
