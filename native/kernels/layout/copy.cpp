#include "kernels/layout/copy.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "isa/kernel_table.h"
#include "kernels/layout/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

// Bytes of a task; copies below twice that stay on one thread.
constexpr std::int64_t kTaskBytes = 1 << 17;
constexpr std::int64_t kTile = kTransposeTile;

struct Dimension {
  std::int64_t size, source, target;
};

const unsigned char* moved(const void* pointer, std::int64_t bytes) {
  return static_cast<const unsigned char*>(pointer) + bytes;
}
unsigned char* moved(void* pointer, std::int64_t bytes) {
  return static_cast<unsigned char*>(pointer) + bytes;
}

// Offsets, in elements, of the index-th position in the dimensions before `rank`.
struct Offsets {
  std::int64_t source = 0, target = 0;
};
Offsets offsets_at(const StridedCopy& copy, int rank, std::int64_t index) {
  Offsets offsets;
  for (int d = rank - 1; d >= 0; --d) {
    const std::int64_t i = d == 0 ? index : index % copy.shape[d];
    index /= copy.shape[d];
    offsets.source += i * copy.source_strides[d];
    offsets.target += i * copy.target_strides[d];
  }
  return offsets;
}

std::int64_t positions(const StridedCopy& copy, int rank) {
  std::int64_t count = 1;
  for (int d = 0; d < rank; ++d) count *= copy.shape[d];
  return count;
}

std::int64_t tiles(std::int64_t size) { return (size + kTile - 1) / kTile; }

// Rows [begin, end) of the last dimension, in runs along the one before.
void run_rows(const StridedCopy& copy, const void* source, void* target, std::int64_t begin,
              std::int64_t end) {
  const LayoutKernels& table = *kernels().layout;
  const int last = copy.rank - 1;
  const std::int64_t size = copy.element_size;
  const std::int64_t along = last > 0 ? copy.shape[last - 1] : 1;
  const std::int64_t source_row = last > 0 ? copy.source_strides[last - 1] : 0;
  const std::int64_t target_row = last > 0 ? copy.target_strides[last - 1] : 0;
  for (std::int64_t row = begin; row < end;) {
    const Offsets at = offsets_at(copy, last, row);
    const std::int64_t rows = std::min(end - row, along - row % along);
    table.copy_rows(size, moved(source, at.source * size), source_row, copy.source_strides[last],
                    moved(target, at.target * size), target_row, copy.target_strides[last], rows,
                    copy.shape[last]);
    row += rows;
  }
}

// Tiles of the last two dimensions: the last one is contiguous in the target, the one before in the
// source.
void run_tiles(const StridedCopy& copy, const void* source, void* target, std::int64_t begin,
               std::int64_t end) {
  const LayoutKernels& table = *kernels().layout;
  const int last = copy.rank - 1;
  const std::int64_t size = copy.element_size;
  const std::int64_t rows = copy.shape[last - 1], columns = copy.shape[last];
  const std::int64_t across = tiles(columns), in_matrix = tiles(rows) * across;
  for (std::int64_t tile = begin; tile < end; ++tile) {
    const Offsets at = offsets_at(copy, last - 1, tile / in_matrix);
    const std::int64_t r = tile % in_matrix / across * kTile;
    const std::int64_t c = tile % across * kTile;
    const std::int64_t from = at.source + r + c * copy.source_strides[last];
    const std::int64_t to = at.target + r * copy.target_strides[last - 1] + c;
    table.transpose(size, moved(source, from * size), copy.source_strides[last],
                    moved(target, to * size), copy.target_strides[last - 1],
                    std::min(kTile, rows - r), std::min(kTile, columns - c));
  }
}

}  // namespace

StridedCopy prepare_copy(const CopyProblem& problem) {
  StridedCopy copy;
  copy.element_size = problem.element_size;
  const std::int64_t size = problem.element_size;
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    throw Error("copy: elements of " + std::to_string(size) + " bytes; expected 1, 2, 4 or 8");
  }
  if (problem.rank < 0 || problem.rank > kMaxRank) {
    throw Error("copy: rank " + std::to_string(problem.rank) + " is not in 0.." +
                std::to_string(kMaxRank));
  }
  Dimension dims[kMaxRank + 1];
  int rank = 0;
  std::int64_t total = 1;
  for (int d = 0; d < problem.rank; ++d) {
    if (problem.shape[d] < 0) throw Error("copy: a dimension is negative");
    total = checked_multiply(total, problem.shape[d]);
    if (problem.shape[d] != 1) {
      dims[rank++] = {problem.shape[d], problem.source_strides[d], problem.target_strides[d]};
    }
  }
  checked_multiply(total, size);
  if (total == 0) return copy;
  // In the order of the target's memory, so that it is written front to back.
  std::stable_sort(dims, dims + rank, [](const Dimension& a, const Dimension& b) {
    return std::llabs(a.target) > std::llabs(b.target);
  });
  int merged = 0;
  for (int d = 0; d < rank; ++d) {
    Dimension* before = merged > 0 ? &dims[merged - 1] : nullptr;
    if (before && before->source == dims[d].source * dims[d].size &&
        before->target == dims[d].target * dims[d].size) {
      *before = {before->size * dims[d].size, dims[d].source, dims[d].target};
    } else {
      dims[merged++] = dims[d];
    }
  }
  if (merged == 0) dims[merged++] = {1, 1, 1};
  // A transpose: bring the dimension that is contiguous in the source next to the last one.
  int contiguous = -1;
  const Dimension& last = dims[merged - 1];
  if (last.target == 1 && last.source != 1 && last.source != 0 && last.size >= 4) {
    for (int d = 0; d < merged - 1; ++d) {
      if (dims[d].source == 1 && dims[d].size >= 4) contiguous = d;
    }
  }
  if (contiguous >= 0) {
    std::rotate(dims + contiguous, dims + contiguous + 1, dims + merged - 1);
  }
  copy.rank = merged;
  for (int d = 0; d < merged; ++d) {
    copy.shape[d] = dims[d].size;
    copy.source_strides[d] = dims[d].source;
    copy.target_strides[d] = dims[d].target;
  }
  using Method = StridedCopy::Method;
  std::int64_t units;  // what tasks are made of
  std::int64_t unit_bytes;
  const Dimension& row = dims[merged - 1];
  if (contiguous >= 0) {
    copy.method = Method::kTranspose;
    units =
        positions(copy, merged - 2) * tiles(copy.shape[merged - 2]) * tiles(copy.shape[merged - 1]);
    unit_bytes = std::max<std::int64_t>(total * size / units, 1);
  } else if (merged == 1 && row.source == 1 && row.target == 1) {
    copy.method = Method::kContiguous;
    units = total * size;
    unit_bytes = 1;
  } else {
    copy.method = Method::kRows;
    units = positions(copy, merged - 1);
    unit_bytes = row.size * size;
  }
  copy.per_task = units;
  if (total * size >= 2 * kTaskBytes) {
    copy.per_task = std::max<std::int64_t>(kTaskBytes / unit_bytes, 1);
  }
  copy.tasks = (units + copy.per_task - 1) / copy.per_task;
  return copy;
}

void run_copy(const StridedCopy& copy, const void* source, void* target) {
  using Method = StridedCopy::Method;
  if (copy.method == Method::kNothing) return;
  std::int64_t units;
  switch (copy.method) {
    case Method::kContiguous:
      units = copy.shape[0] * copy.element_size;
      break;
    case Method::kTranspose:
      units = positions(copy, copy.rank - 2) * tiles(copy.shape[copy.rank - 2]) *
              tiles(copy.shape[copy.rank - 1]);
      break;
    default:
      units = positions(copy, copy.rank - 1);
  }
  const auto run_task = [&](std::int64_t task) {
    const std::int64_t begin = task * copy.per_task;
    const std::int64_t end = std::min(units, begin + copy.per_task);
    if (copy.method == Method::kContiguous) {
      std::memcpy(moved(target, begin), moved(source, begin),
                  static_cast<std::size_t>(end - begin));
    } else if (copy.method == Method::kTranspose) {
      run_tiles(copy, source, target, begin, end);
    } else {
      run_rows(copy, source, target, begin, end);
    }
  };
  if (copy.tasks == 1) {
    run_task(0);
  } else {
    parallel_for(copy.tasks, run_task);
  }
}

void fill(void* target, std::int64_t count, std::int64_t element_size, const void* value) {
  const LayoutKernels& table = *kernels().layout;
  const std::int64_t per_task = kTaskBytes / element_size;
  if (count <= 2 * per_task) {
    table.fill_row(element_size, value, target, count);
    return;
  }
  parallel_for((count + per_task - 1) / per_task, [&](std::int64_t task) {
    const std::int64_t begin = task * per_task;
    table.fill_row(element_size, value, moved(target, begin * element_size),
                   std::min(per_task, count - begin));
  });
}

std::int64_t dynamic_offset(const std::int32_t* starts, int rank, const std::int64_t* shape,
                            const std::int64_t* sizes, const std::int64_t* strides) {
  std::int64_t offset = 0;
  for (int d = 0; d < rank; ++d) {
    const std::int64_t start =
        std::clamp<std::int64_t>(starts[d], 0, std::max<std::int64_t>(shape[d] - sizes[d], 0));
    offset += start * strides[d];
  }
  return offset;
}

}  // namespace cornu
