// How matrix products are cut, without computing any: the tasks cover the result, blocks respect
// their limits, and the products of a dense network take the paths they were made for.
#include "kernels/matmul/schedule.h"

#include <cstdint>
#include <cstdio>
#include <initializer_list>

namespace {

using cornu::MatmulGeometry;
using cornu::MatmulPacking;
using cornu::MatmulPath;
using cornu::MatmulProblem;
using cornu::MatmulSchedule;
using std::int64_t;

int failures = 0;
constexpr MatmulGeometry kGeometry{6, 16};

void expect(bool condition, const char* what, const MatmulProblem& p) {
  if (condition) return;
  ++failures;
  std::printf("FAIL: %s for %ld x %ld x %ld\n", what, static_cast<long>(p.m),
              static_cast<long>(p.n), static_cast<long>(p.k));
}

// x [batch, in] * weights [in, out]
MatmulProblem forward(int64_t batch, int64_t in, int64_t out) {
  MatmulProblem p;
  p.m = batch, p.k = in, p.n = out;
  p.a_row = in, p.a_col = 1, p.b_row = out, p.b_col = 1, p.c_row = out;
  return p;
}

// gradient [batch, out] * weights^T [out, in]
MatmulProblem input_gradient(int64_t batch, int64_t in, int64_t out) {
  MatmulProblem p;
  p.m = batch, p.k = out, p.n = in;
  p.a_row = out, p.a_col = 1, p.b_row = 1, p.b_col = out, p.c_row = in;
  return p;
}

// x^T [in, batch] * gradient [batch, out]
MatmulProblem weight_gradient(int64_t batch, int64_t in, int64_t out) {
  MatmulProblem p;
  p.m = in, p.k = batch, p.n = out;
  p.a_row = 1, p.a_col = in, p.b_row = out, p.b_col = 1, p.c_row = out;
  return p;
}

void check_cover(const MatmulProblem& p) {
  const MatmulSchedule s = schedule_matmul(p, kGeometry);
  const MatmulProblem o = oriented(p, s);
  expect(s.tasks_m * s.block_m >= o.m && (s.tasks_m - 1) * s.block_m < o.m, "rows covered once", p);
  expect(s.tasks_n * s.block_n >= o.n && (s.tasks_n - 1) * s.block_n < o.n, "columns covered once",
         p);
  expect(s.block_k >= 1, "progress along k", p);
  if (s.tasks_n > 1) {
    expect(s.block_n % kGeometry.columns == 0, "blocks of whole panels", p);
  }
  // What a task keeps until its epilogue stays within the second-level cache.
  expect(s.block_m * s.block_n <= int64_t{150} * 700, "a block of bounded size", p);
}

}  // namespace

int main() {
  for (const int64_t m : {1, 2, 7, 32, 128, 145, 784, 5000}) {
    for (const int64_t n : {1, 3, 10, 30, 100, 300, 641, 4096}) {
      for (const int64_t k : {0, 1, 8, 32, 128, 1000}) {
        check_cover(forward(m, k, n));
        check_cover(input_gradient(m, n, k));
        check_cover(weight_gradient(k, m, n));
      }
    }
  }

  MatmulProblem p = forward(32, 784, 300);
  MatmulSchedule s = schedule_matmul(p, kGeometry);
  expect(s.path == MatmulPath::kTile && !s.transposed, "tiles along the output", p);
  expect(s.pack_b == MatmulPacking::kDirect, "weights of a small batch read in place", p);
  expect(s.tasks_m == 1 && s.tasks_n > 4, "the batch undivided", p);

  p = forward(128, 2500, 2000);
  s = schedule_matmul(p, kGeometry);
  expect(s.pack_b == MatmulPacking::kBlock && s.tasks_m == 1, "each weight copied once", p);
  expect(s.fetch_b, "distant weights fetched ahead", p);

  p = input_gradient(32, 300, 100);
  s = schedule_matmul(p, kGeometry);
  expect(s.transposed && s.pack_a == MatmulPacking::kDirect, "weights read along their rows", p);

  p = weight_gradient(128, 784, 512);
  s = schedule_matmul(p, kGeometry);
  expect(!s.transposed && s.pack_b == MatmulPacking::kShared, "one copy of the gradient", p);
  expect(s.fetch_streams, "the weights fetched for the update", p);

  p = weight_gradient(2048, 64, 64);
  s = schedule_matmul(p, kGeometry);
  expect(s.tasks() == 2, "a small result of a long sum in parts", p);

  p = forward(32, 30, 1);
  s = schedule_matmul(p, kGeometry);
  expect(s.path == MatmulPath::kDot && s.tasks() == 1, "one unit is dot products", p);

  p = forward(32, 8, 30);
  s = schedule_matmul(p, kGeometry);
  expect(s.tasks() == 1 && s.pack_b == MatmulPacking::kDirect, "small work in one piece", p);

  p = forward(16, 16, 16);
  p.batch = 1000;
  s = schedule_matmul(p, kGeometry);
  expect(s.block_batch > 1 && s.block_batch * s.tasks_batch >= 1000, "small entries in groups", p);

  if (failures == 0) std::printf("schedule: all passed\n");
  return failures == 0 ? 0 : 1;
}
