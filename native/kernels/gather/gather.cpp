#include "kernels/gather/gather.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "isa/kernel_table.h"
#include "kernels/gather/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

constexpr std::int64_t kTaskBytes = 1 << 16;
// Indices looked up at a time.
constexpr std::int64_t kPositions = 256;

const unsigned char* moved(const void* pointer, std::int64_t bytes) {
  return static_cast<const unsigned char*>(pointer) + bytes;
}
unsigned char* moved(void* pointer, std::int64_t bytes) {
  return static_cast<unsigned char*>(pointer) + bytes;
}

void check_index_dtype(DType dtype, const char* who) {
  if (is_floating(dtype) || dtype == DType::kBool) {
    throw Error(std::string(who) + ": indices are " + name_of(dtype) +
                ", expected an integer type");
  }
}

std::int64_t read_index(DType dtype, const void* indices, std::int64_t i) {
  switch (dtype) {
    case DType::kInt8:
      return static_cast<const std::int8_t*>(indices)[i];
    case DType::kInt16:
      return static_cast<const std::int16_t*>(indices)[i];
    case DType::kInt32:
      return static_cast<const std::int32_t*>(indices)[i];
    case DType::kInt64:
      return static_cast<const std::int64_t*>(indices)[i];
    case DType::kUInt8:
      return static_cast<const std::uint8_t*>(indices)[i];
    case DType::kUInt16:
      return static_cast<const std::uint16_t*>(indices)[i];
    case DType::kUInt32:
      return static_cast<const std::uint32_t*>(indices)[i];
    default: {
      const std::uint64_t value = static_cast<const std::uint64_t*>(indices)[i];
      return static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX));
    }
  }
}

// From the end once, then into range.
std::int64_t bounded(std::int64_t index, std::int64_t length) {
  if (index < 0) index += length;
  return std::clamp<std::int64_t>(index, 0, length - 1);
}

void copy_elements(void* target, const void* source, std::int64_t bytes) {
  if (bytes == 4) {  // a call of memcpy costs more than the copy
    std::memcpy(target, source, 4);
  } else if (bytes == 8) {
    std::memcpy(target, source, 8);
  } else {
    std::memcpy(target, source, static_cast<std::size_t>(bytes));
  }
}

// function(begin, end) over [0, count), in tasks of about kTaskBytes.
template <typename Function>
void for_parts(std::int64_t count, std::int64_t bytes_each, Function&& function) {
  const std::int64_t per_task =
      std::max<std::int64_t>(kTaskBytes / std::max<std::int64_t>(bytes_each, 1), 1);
  if (count <= 2 * per_task) {
    function(std::int64_t{0}, count);
    return;
  }
  parallel_for((count + per_task - 1) / per_task, [&](std::int64_t task) {
    function(task * per_task, std::min(count, (task + 1) * per_task));
  });
}

}  // namespace

// ------------------------------------------------------------------------------------------ take

void validate(const TakeProblem& problem) {
  check_index_dtype(problem.index_dtype, "take");
  if (problem.outer < 0 || problem.length < 0 || problem.inner < 0 || problem.count < 0) {
    throw Error("take: negative size");
  }
  if (problem.length == 0 && problem.count > 0) {
    throw Error("take: cannot take " + std::to_string(problem.count) +
                " elements from an axis of length 0");
  }
  const std::int64_t rows = std::max(problem.length, problem.count);
  const std::int64_t total = checked_multiply(checked_multiply(problem.outer, rows), problem.inner);
  checked_multiply(total, size_of(problem.dtype));
}

void take(const TakeProblem& problem, const void* x, const void* indices, void* result) {
  const std::int64_t bytes = problem.inner * size_of(problem.dtype);
  if (bytes == 0) return;
  const GatherKernels& table = *kernels().gather;
  for_parts(problem.outer * problem.count, bytes, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t positions[kPositions];
    while (begin < end) {
      const std::int64_t outer = begin / problem.count, first = begin % problem.count;
      const std::int64_t count = std::min({kPositions, problem.count - first, end - begin});
      table.positions(problem.index_dtype, indices, first, count, problem.length, positions);
      table.take_rows(moved(x, outer * problem.length * bytes), bytes, positions, count,
                      moved(result, begin * bytes));
      begin += count;
    }
  });
}

void validate_take_sum(const TakeProblem& problem, std::int64_t bag) {
  validate(problem);
  if (!is_floating(problem.dtype)) throw Error("take_sum: expected a float dtype");
  if (problem.outer != 1 || bag < 0 || (bag == 0 && problem.count > 0) ||
      (bag > 0 && problem.count % bag != 0)) {
    throw Error("take_sum: the indices are no whole number of bags");
  }
}

void take_sum(const TakeProblem& problem, std::int64_t bag, const void* x, const void* indices,
              void* result) {
  const std::int64_t bytes = problem.inner * size_of(problem.dtype);
  if (bytes == 0 || problem.count == 0) return;
  const GatherKernels& table = *kernels().gather;
  for_parts(problem.count / bag, bag * bytes, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t few[kPositions];
    std::int64_t* positions = few;
    if (bag > kPositions) {
      positions = static_cast<std::int64_t*>(thread_scratch(
          ScratchSlot::kOther, static_cast<std::size_t>(bag) * sizeof(std::int64_t)));
    }
    for (std::int64_t i = begin; i < end; ++i) {
      table.positions(problem.index_dtype, indices, i * bag, bag, problem.length, positions);
      table.sum_rows(problem.dtype, x, problem.inner, positions, bag, moved(result, i * bytes));
    }
  });
}

// ------------------------------------------------------------------------------- index tuples

namespace {

// Element offset of the i-th index tuple.
std::int64_t tuple_offset(const NdProblem& problem, const void* indices, std::int64_t i) {
  std::int64_t offset = 0;
  for (int k = 0; k < problem.depth; ++k) {
    const std::int64_t index = read_index(problem.index_dtype, indices, i * problem.depth + k);
    offset = offset * problem.dims[k] + bounded(index, problem.dims[k]);
  }
  return offset * problem.inner;
}

}  // namespace

void validate(const NdProblem& problem) {
  check_index_dtype(problem.index_dtype, "gather_nd, scatter_nd");
  if (problem.depth < 0 || problem.depth > kMaxRank) {
    throw Error("gather_nd, scatter_nd: index tuples of " + std::to_string(problem.depth) +
                " numbers; at most " + std::to_string(kMaxRank) + " are supported");
  }
  std::int64_t total = checked_multiply(problem.inner, size_of(problem.dtype));
  if (problem.inner < 0 || problem.count < 0) throw Error("gather_nd, scatter_nd: negative size");
  checked_multiply(total, problem.count);
  checked_multiply(problem.count, std::max(problem.depth, 1));
  for (int k = 0; k < problem.depth; ++k) {
    if (problem.dims[k] < 0) throw Error("gather_nd, scatter_nd: negative size");
    if (problem.dims[k] == 0 && problem.count > 0) {
      throw Error("gather_nd, scatter_nd: cannot index an axis of length 0");
    }
    total = checked_multiply(total, problem.dims[k]);
  }
}

void gather_nd(const NdProblem& problem, const void* x, const void* indices, void* result) {
  const std::int64_t size = size_of(problem.dtype);
  const std::int64_t bytes = problem.inner * size;
  if (bytes == 0) return;
  for_parts(problem.count, bytes, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      copy_elements(moved(result, i * bytes), moved(x, tuple_offset(problem, indices, i) * size),
                    bytes);
    }
  });
}

void scatter_nd(const NdProblem& problem, ScatterMode mode, const void* x, const void* indices,
                const void* updates, void* result) {
  const GatherKernels& table = *kernels().gather;
  const std::int64_t size = size_of(problem.dtype);
  const std::int64_t bytes = problem.inner * size;
  std::int64_t total = bytes;
  for (int k = 0; k < problem.depth; ++k) total *= problem.dims[k];
  if (result != x && total > 0) std::memcpy(result, x, static_cast<std::size_t>(total));
  if (bytes == 0) return;
  for (std::int64_t i = 0; i < problem.count; ++i) {
    unsigned char* target = moved(result, tuple_offset(problem, indices, i) * size);
    const unsigned char* update = moved(updates, i * bytes);
    if (mode == ScatterMode::kSet) {
      copy_elements(target, update, bytes);
    } else {
      table.scatter_row(problem.dtype, mode, target, update, problem.inner);
    }
  }
}

}  // namespace cornu
