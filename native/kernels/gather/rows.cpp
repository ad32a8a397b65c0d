// Minibatches: rows by index, with conversion.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "isa/kernel_table.h"
#include "kernels/elementwise/table.h"
#include "kernels/gather/gather.h"
#include "kernels/gather/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

constexpr std::int64_t kTaskBytes = 1 << 16;

// Pairs of dtypes without a loop of their own: through the registers of elementwise programs.
void convert_row(DType source_dtype, DType target_dtype, const unsigned char* source,
                 std::int64_t count, unsigned char* target) {
  const ElementwiseKernels& table = *kernels().elementwise;
  constexpr std::int64_t kBlock = 256;
  alignas(64) std::uint64_t loaded[kBlock + kBlockGrain], cast[kBlock + kBlockGrain];
  const ComputeType from = compute_type_of(source_dtype), to = compute_type_of(target_dtype);
  const BlockFunction convert = table.find_cast(from, to);
  for (std::int64_t done = 0; done < count; done += kBlock) {
    const std::int64_t part = std::min(kBlock, count - done);
    const std::int64_t padded = (part + kBlockGrain - 1) / kBlockGrain * kBlockGrain;
    if (part < padded) std::memset(loaded, 0, sizeof(loaded));
    table.load(source_dtype, loaded, source + done * size_of(source_dtype), 0, 1, 1, part);
    convert(cast, loaded, nullptr, nullptr, padded);
    table.store(target_dtype, target + done * size_of(target_dtype), 1, cast, part);
  }
}

void gather_part(const RowGatherProblem& problem, const void* source, const std::int64_t* index,
                 std::int64_t begin, std::int64_t end, void* target) {
  const std::int64_t source_size = size_of(problem.source_dtype);
  const std::int64_t target_bytes = problem.row_size * size_of(problem.target_dtype);
  const unsigned char* from = static_cast<const unsigned char*>(source);
  unsigned char* to = static_cast<unsigned char*>(target);
  if (kernels().gather->gather_rows(problem, source, index, begin, end, target)) return;
  for (std::int64_t r = begin; r < end; ++r) {
    const unsigned char* row = from + index[r] * problem.row_stride * source_size;
    if (problem.source_dtype == problem.target_dtype) {
      std::memcpy(to + r * target_bytes, row, static_cast<std::size_t>(target_bytes));
    } else {
      convert_row(problem.source_dtype, problem.target_dtype, row, problem.row_size,
                  to + r * target_bytes);
    }
  }
}

}  // namespace

void validate(const RowGatherProblem& problem) {
  if (problem.row_size < 0) throw Error("gather_rows: negative row size");
  checked_multiply(problem.row_size, 8);
  checked_multiply(problem.row_stride, 8);
}

void gather_rows(const RowGatherProblem& problem, const void* source, const std::int64_t* index,
                 std::int64_t rows, void* target) {
  const std::int64_t row_bytes = problem.row_size * size_of(problem.target_dtype);
  const std::int64_t per_task =
      std::max<std::int64_t>(kTaskBytes / std::max<std::int64_t>(row_bytes, 1), 1);
  if (row_bytes == 0) return;
  if (rows <= 2 * per_task) {
    gather_part(problem, source, index, 0, rows, target);
    return;
  }
  parallel_for((rows + per_task - 1) / per_task, [&](std::int64_t task) {
    gather_part(problem, source, index, task * per_task, std::min(rows, (task + 1) * per_task),
                target);
  });
}

void convert_elements(DType source_dtype, DType target_dtype, const void* source,
                      std::int64_t count, void* target) {
  constexpr std::int64_t kPerRow = 8192;
  const RowGatherProblem problem{source_dtype, target_dtype, kPerRow, kPerRow};
  const auto convert_part = [&](std::int64_t part) {
    const std::int64_t first = part * kPerRow;
    RowGatherProblem piece = problem;
    piece.row_size = std::min(kPerRow, count - first);
    const std::int64_t zero = 0;
    gather_part(piece, static_cast<const unsigned char*>(source) + first * size_of(source_dtype),
                &zero, 0, 1, static_cast<unsigned char*>(target) + first * size_of(target_dtype));
  };
  const std::int64_t parts = (count + kPerRow - 1) / kPerRow;
  if (parts <= 4) {
    for (std::int64_t part = 0; part < parts; ++part) convert_part(part);
  } else {
    parallel_for(parts, convert_part);
  }
}

}  // namespace cornu
