// Gather and scatter by index arrays, and the row gather that makes minibatches.
//
// Indices are int8..int64 or uint8..uint64. A negative index counts from the end once; what is
// still out of range is clamped to the nearest valid index.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"

namespace cornu {

// x is dense [outer, length, inner]; indices has `count` elements; the result is dense
// [outer, count, inner]. Taking from an empty axis is refused unless count is 0.
struct TakeProblem {
  DType dtype;
  DType index_dtype;
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
  std::int64_t count = 0;
};

void validate(const TakeProblem& problem);  // throws Error
void take(const TakeProblem& problem, const void* x, const void* indices, void* result);

// Adds updates [outer, count, inner] to the taken places of x, in index order. result may be x;
// otherwise x is copied first.
void take_add(const TakeProblem& problem, const void* x, const void* indices, const void* updates,
              void* result);

// x is dense with leading dimensions `dims` (depth of them) and `inner` elements behind each index
// tuple. indices is [count, depth]; gathered values and updates are [count, inner].
struct NdProblem {
  DType dtype;
  DType index_dtype;
  int depth = 1;
  std::int64_t dims[kMaxRank] = {};
  std::int64_t inner = 1;
  std::int64_t count = 0;
};

enum class ScatterMode : std::uint8_t { kAdd, kSet, kMax, kMin, kMul };

void validate(const NdProblem& problem);  // throws Error
void gather_nd(const NdProblem& problem, const void* x, const void* indices, void* result);
// Duplicates are applied in index order. result may be x; otherwise x is copied first.
void scatter_nd(const NdProblem& problem, ScatterMode mode, const void* x, const void* indices,
                const void* updates, void* result);

// Rows of a C-ordered source by 64-bit index, converted to another dtype: one minibatch. The caller
// has checked the indices against the number of rows. `row_stride` is in elements of the source.
struct RowGatherProblem {
  DType source_dtype;
  DType target_dtype;
  std::int64_t row_size = 1;
  std::int64_t row_stride = 1;
};

void validate(const RowGatherProblem& problem);  // throws Error
void gather_rows(const RowGatherProblem& problem, const void* source, const std::int64_t* index,
                 std::int64_t rows, void* target);

// `count` contiguous elements from one dtype to another, as numpy.astype.
void convert_elements(DType source_dtype, DType target_dtype, const void* source,
                      std::int64_t count, void* target);

}  // namespace cornu
