// The gradient of a lookup: rows added up where they were taken from.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "isa/kernel_table.h"
#include "kernels/gather/gather.h"
#include "kernels/gather/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

// Bytes added below which one thread does all.
constexpr std::int64_t kWorthThreads = 1 << 17;
// Columns of a task: a cache line, so that threads that add to one row do not share a line. With an
// epilogue each task has a table of its own, and half a line is enough.
constexpr std::int64_t kStripeBytes = 64;
constexpr std::int64_t kOwnStripeBytes = 32;
constexpr std::int64_t kPositions = 256;
// Elements handed to the epilogue at a time.
constexpr std::int64_t kTileElements = 4096;

unsigned char* moved(void* pointer, std::int64_t bytes) {
  return static_cast<unsigned char*>(pointer) + bytes;
}
const unsigned char* moved(const void* pointer, std::int64_t bytes) {
  return static_cast<const unsigned char*>(pointer) + bytes;
}

std::int64_t tile_rows(const TakeProblem& take) {
  return std::max<std::int64_t>(kTileElements / std::max<std::int64_t>(take.inner, 1), 1);
}

}  // namespace

TakeBack::TakeBack(const TakeBackProblem& problem, bool with_epilogue)
    : problem_(problem), with_epilogue_(with_epilogue) {
  const TakeProblem& take = problem.take;
  validate(take);
  if (take.outer == 1) {
    if (problem.run < 1 || problem.run_stride < 0 || problem.row_stride < 0 ||
        take.count % problem.run != 0) {
      throw Error("take_back: the indices are no whole number of runs");
    }
  } else {
    problem_.run = std::max<std::int64_t>(take.count, 1);
    problem_.run_stride = 0;
    problem_.row_stride = take.inner;
  }
  stripe_ = take.inner;
  const std::int64_t size = size_of(take.dtype);
  const std::int64_t row = checked_multiply(take.inner, size);
  if (checked_multiply(take.count, checked_multiply(take.outer, row)) >= kWorthThreads) {
    const std::int64_t bytes =
        with_epilogue && row < 2 * kStripeBytes ? kOwnStripeBytes : kStripeBytes;
    stripe_ = std::min(take.inner, bytes / size);
  }
  stripes_ = stripe_ == 0 ? 0 : (take.inner + stripe_ - 1) / stripe_;
}

std::int64_t TakeBack::workspace_bytes() const {
  if (!with_epilogue_) return 0;
  const TakeProblem& take = problem_.take;
  return take.outer * take.length * stripes_ * stripe_ * size_of(take.dtype);
}

// Adds columns [first, first + columns) of g to a table that begins at that column.
void TakeBack::add_stripe(const void* g, const void* indices, std::int64_t outer,
                          std::int64_t first, std::int64_t columns, unsigned char* table,
                          std::int64_t table_stride) const {
  const TakeProblem& take = problem_.take;
  const GatherKernels& functions = *kernels().gather;
  const std::int64_t size = size_of(take.dtype);
  const std::int64_t matrix = outer * take.count * take.inner;
  std::int64_t positions[kPositions];
  for (std::int64_t i = 0; i < take.count;) {
    const std::int64_t run = i / problem_.run, within = i % problem_.run;
    const std::int64_t count = std::min(kPositions, problem_.run - within);
    functions.positions(take.index_dtype, indices, i, count, take.length, positions);
    const std::int64_t row = matrix + run * problem_.run_stride + within * problem_.row_stride;
    functions.add_rows(take.dtype, table, table_stride, positions, count,
                       moved(g, (row + first) * size), problem_.row_stride, columns);
    i += count;
  }
}

void TakeBack::run(const void* g, const void* indices, void* result, void* workspace,
                   const MatmulEpilogue& epilogue) const {
  const TakeProblem& take = problem_.take;
  const std::int64_t size = size_of(take.dtype);
  const std::int64_t row_bytes = take.inner * size;
  if (take.outer * take.length * row_bytes == 0) return;
  const std::int64_t length = take.outer * take.length;  // rows of all tables
  const std::int64_t tasks = take.outer * stripes_;
  const auto add = [&](std::int64_t task) {
    const std::int64_t outer = task / stripes_, first = task % stripes_ * stripe_;
    const std::int64_t columns = std::min(stripe_, take.inner - first);
    if (with_epilogue_) {
      unsigned char* table =
          moved(workspace, (length * first + outer * take.length * stripe_) * size);
      std::memset(table, 0, static_cast<std::size_t>(take.length * stripe_ * size));
      add_stripe(g, indices, outer, first, columns, table, stripe_);
      return;
    }
    unsigned char* table = moved(result, outer * take.length * row_bytes + first * size);
    if (columns == take.inner) {
      std::memset(table, 0, static_cast<std::size_t>(take.length * row_bytes));
    } else {
      for (std::int64_t i = 0; i < take.length; ++i) {
        std::memset(table + i * row_bytes, 0, static_cast<std::size_t>(columns * size));
      }
    }
    add_stripe(g, indices, outer, first, columns, table, take.inner);
  };
  if (tasks == 1 || take.outer * (take.count + take.length) * row_bytes < kWorthThreads) {
    for (std::int64_t task = 0; task < tasks; ++task) add(task);
  } else {
    parallel_for(tasks, add);
  }
  if (!with_epilogue_) return;

  const std::int64_t rows = tile_rows(take);
  const auto finish = [&](std::int64_t tile) {
    const std::int64_t begin = tile * rows, end = std::min(begin + rows, length);
    unsigned char* data = moved(workspace, begin * row_bytes);
    if (stripes_ > 1) {
      data = static_cast<unsigned char*>(
          thread_scratch(ScratchSlot::kGather, static_cast<std::size_t>(rows * row_bytes)));
      for (std::int64_t s = 0; s < stripes_; ++s) {
        const std::int64_t first = s * stripe_;
        const std::size_t bytes =
            static_cast<std::size_t>(std::min(stripe_, take.inner - first) * size);
        const unsigned char* from = moved(workspace, (length * first + begin * stripe_) * size);
        unsigned char* to = data + first * size;
        for (std::int64_t i = begin; i < end; ++i, from += stripe_ * size, to += row_bytes) {
          if (bytes == kOwnStripeBytes) {
            std::memcpy(to, from, kOwnStripeBytes);  // of a size known when compiling
          } else {
            std::memcpy(to, from, bytes);
          }
        }
      }
    }
    epilogue.function(epilogue.context, {data, take.inner, 0, begin, end, 0, take.inner});
  };
  const std::int64_t tiles = (length + rows - 1) / rows;
  if (tiles < 3) {
    for (std::int64_t tile = 0; tile < tiles; ++tile) finish(tile);
  } else {
    parallel_for(tiles, finish);
  }
}

}  // namespace cornu
