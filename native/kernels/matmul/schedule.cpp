#include "kernels/matmul/schedule.h"

#include <algorithm>

namespace cornu {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
std::int64_t round_up(std::int64_t a, std::int64_t b) { return ceil_divide(a, b) * b; }

// Multiply-adds that are worth waking another thread for (about 25 microseconds of one core).
constexpr std::int64_t kTaskWork = 400'000;
// More tasks than this even out no machine's threads better.
constexpr std::int64_t kMaxTasks = 48;
// Rows that are not divided: their part of A stays in the second-level cache as panels of B pass.
constexpr std::int64_t kWholeRows = 144;
// Steps of the sum above which a block needs more than one pass.
constexpr std::int64_t kLongSum = 256;
// A panel of B, block_k x columns, stays in the first-level cache with a tile of A beside it.
constexpr std::int64_t kPanelBytes = 20 << 10;
// Rows of A up to which B is read in place, and size of B up to which it is for any number of rows;
// its panels are spread over more cache lines, so fewer rows of them fit.
constexpr std::int64_t kDirectRows = 48;
constexpr std::int64_t kDirectBytes = 16 << 10;
constexpr std::int64_t kDirectPanelBytes = 13 << 10;
// An operand that the near caches hold needs no fetching ahead.
constexpr std::int64_t kNearBytes = 2 << 20;
// In tiles of fewer steps the memory is busy anyway, and more requests delay it.
constexpr std::int64_t kFetchSteps = 64;
// A copy of the whole of B that all tasks share; beyond it each task copies its own block.
constexpr std::int64_t kMaxSharedBytes = 4 << 20;

struct Contiguity {
  bool a_along_m, a_along_k, b_along_k, b_along_n;
};

Contiguity contiguity_of(const MatmulProblem& p) {
  return {p.a_row == 1, p.a_col == 1, p.b_row == 1, p.b_col == 1};
}

// The stride along an axis of one element is free: make it the contiguous one.
MatmulProblem normalized(MatmulProblem p) {
  if (p.m == 1) p.a_row = 1;
  if (p.k == 1) p.a_col = p.b_row = 1;
  if (p.n == 1) p.b_col = 1;
  return p;
}

MatmulProblem transposed(const MatmulProblem& p) {
  MatmulProblem t = p;
  t.m = p.n;
  t.n = p.m;
  t.a_batch = p.b_batch;
  t.a_run = p.b_run;
  t.b_run = p.a_run;
  t.a_row = p.b_col;
  t.a_col = p.b_row;
  t.b_batch = p.a_batch;
  t.b_row = p.a_col;
  t.b_col = p.a_row;
  t.c_row = p.c_col;
  t.c_col = p.c_row;
  return t;
}

// Few dot products of contiguous vectors: copying an operand would cost as much as the product.
bool prefers_dot(const MatmulProblem& p, const Contiguity& c, std::int64_t lanes) {
  if (!c.a_along_k || !c.b_along_k || p.k < lanes) return false;
  if (p.m <= 2 && p.n <= 2) return true;
  if (p.n <= 2) return !c.a_along_m;
  if (p.m <= 2) return !c.b_along_n;
  return false;
}

// Rough cost in sixteenths of a multiply-add of a vector: arithmetic in whole vectors, copies that
// turn an operand round, and the turned store of a transposed result.
std::int64_t cost(const MatmulProblem& p, bool b_along_n, bool turned_store, std::int64_t lanes) {
  const std::int64_t vectors = std::max<std::int64_t>(p.m, 3) * ceil_divide(p.n, lanes);
  std::int64_t total = 16 * vectors * p.k;
  if (!b_along_n) total += 16 * p.k * p.n;
  if (turned_store) total += 16 * p.m * p.n;
  return total;
}

void split(MatmulSchedule& s, const MatmulProblem& p, MatmulGeometry g) {
  // Where a tile's sum is long the block is a square that both packed operands fit beside; where it
  // is short, as in a weight gradient, long rows suit the epilogue and the memory behind it.
  const bool long_sum = p.k > kLongSum;
  const std::int64_t rows = long_sum ? 144 : 48;
  const std::int64_t columns = long_sum ? 256 : 512;
  s.tasks_m = p.m <= kWholeRows ? 1 : ceil_divide(p.m, rows);
  s.tasks_n = p.n <= columns * 5 / 4 ? 1 : ceil_divide(p.n, columns);
  // A product of few rows takes as long as reading B does.
  const std::int64_t work = std::max<std::int64_t>(p.m, 4) * p.n * p.k;
  const std::int64_t wanted = std::min(work / kTaskWork, kMaxTasks);
  // A short side stays whole, or its tasks would all read the long operand. The long side is cut no
  // finer than pays for streaming the other operand past it once more for each cut. A small result
  // of a long sum is cut finer: the operands are far larger than it and pass by in any case.
  const bool small_result = long_sum && p.m <= kWholeRows && p.n <= kWholeRows;
  if (p.n >= p.m || small_result) {
    const std::int64_t least = (small_result ? 2 : p.m > kDirectRows ? 4 : 1) * g.columns;
    s.tasks_n = std::clamp(wanted / s.tasks_m, s.tasks_n, std::max(p.n / least, s.tasks_n));
  } else {
    const std::int64_t least = 6 * g.rows;
    s.tasks_m = std::clamp(wanted / s.tasks_n, s.tasks_m, std::max(p.m / least, s.tasks_m));
  }
  s.block_m = round_up(ceil_divide(p.m, s.tasks_m), s.tasks_m > 1 ? g.rows : 1);
  s.block_n = round_up(ceil_divide(p.n, s.tasks_n), s.tasks_n > 1 ? g.columns : 1);
  s.tasks_m = ceil_divide(p.m, s.block_m);
  s.tasks_n = ceil_divide(p.n, s.block_n);
}

}  // namespace

MatmulProblem oriented(const MatmulProblem& problem, const MatmulSchedule& schedule) {
  const MatmulProblem p = normalized(problem);
  return schedule.transposed ? transposed(p) : p;
}

MatmulSchedule schedule_matmul(const MatmulProblem& problem, MatmulGeometry geometry) {
  MatmulSchedule s;
  if (problem.batch == 0 || problem.m == 0 || problem.n == 0) {
    s.tasks_batch = 0;
    return s;
  }
  const std::int64_t size = size_of(problem.dtype);
  MatmulProblem p = normalized(problem);
  Contiguity c = contiguity_of(p);
  if (geometry.columns == 0) {
    s.path = MatmulPath::kPlain;
    geometry = {1, 16};
  } else if (prefers_dot(p, c, 32 / size)) {
    s.path = MatmulPath::kDot;
    s.transposed = p.m < p.n;  // the kernel goes along rows
  } else {
    s.path = MatmulPath::kTile;
    const std::int64_t lanes = 32 / size;
    const MatmulProblem t = transposed(p);
    const bool scattered = p.n > 1 && p.m > 1;
    s.transposed = cost(t, c.a_along_m, scattered, lanes) < cost(p, c.b_along_n, false, lanes);
  }
  if (s.transposed) {
    p = transposed(p);
    c = contiguity_of(p);
  }
  split(s, p, geometry);
  const std::int64_t entry_tasks = s.tasks_m * s.tasks_n;
  if (entry_tasks == 1) {
    const std::int64_t work = std::max<std::int64_t>(p.m * p.n * p.k, 1);
    s.block_batch = std::clamp<std::int64_t>(kTaskWork / work, 1, p.batch);
  }
  s.tasks_batch = ceil_divide(p.batch, s.block_batch);
  s.block_k = std::max<std::int64_t>(p.k, 1);
  if (s.path != MatmulPath::kTile) return s;

  // Columns of A lie far apart: copied once they serve many panels of B.
  const bool scattered_a = !c.a_along_k && p.k >= kFetchSteps && s.block_n >= 8 * geometry.columns;
  s.pack_a =
      (c.a_along_k || c.a_along_m) && !scattered_a ? MatmulPacking::kDirect : MatmulPacking::kBlock;
  // A panel of few rows stays in the first-level cache as it lies, unless its rows crowd into a few
  // of the cache's sets.
  const bool spread = p.b_row * size % 1024 != 0;
  const bool short_panel = p.k <= kDirectRows && spread;
  const bool small =
      (p.m <= kDirectRows && spread) || p.m <= geometry.rows || p.k * p.n * size <= kDirectBytes;
  if (p.k == 0 || (c.b_along_n && (small || short_panel))) {
    s.pack_b = MatmulPacking::kDirect;
  } else if (p.batch == 1 && s.tasks_m > 1 && p.k * p.n * size <= kMaxSharedBytes) {
    s.pack_b = MatmulPacking::kShared;
  } else {
    s.pack_b = MatmulPacking::kBlock;
  }
  s.fetch_b = c.b_along_n && s.pack_b != MatmulPacking::kShared && p.k * p.n * size > kNearBytes;
  s.fetch_streams = p.batch == 1 && !s.transposed && p.k >= kFetchSteps;
  const std::int64_t bytes = s.pack_b == MatmulPacking::kDirect ? kDirectPanelBytes : kPanelBytes;
  const std::int64_t most_k = bytes / size / geometry.columns;
  s.block_k = ceil_divide(s.block_k, ceil_divide(s.block_k, most_k));
  return s;
}

}  // namespace cornu
