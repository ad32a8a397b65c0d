// Gather and scatter by index arrays, and the row gather that makes minibatches.
//
// Indices are int8..int64 or uint8..uint64. A negative index counts from the end once; what is
// still out of range is clamped to the nearest valid index.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"
#include "kernels/matmul/epilogue.h"

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

// Sums of `bag` taken rows each: result[count / bag, inner] of x[length, inner], for outer = 1 and
// floats. 16-bit floats are summed in float32.
void validate_take_sum(const TakeProblem& problem, std::int64_t bag);  // throws Error
void take_sum(const TakeProblem& problem, std::int64_t bag, const void* x, const void* indices,
              void* result);

// The transpose of take: adds g[outer, count, inner] to the taken places of zeros, in index order.
struct TakeBackProblem {
  TakeProblem take;
  // How rows of g lie when outer = 1, in elements: indices come in runs; a stride of 0 repeats a
  // row. Otherwise g is dense.
  std::int64_t run = 1;
  std::int64_t run_stride = 0;  // from run to run
  std::int64_t row_stride = 0;  // within a run
};

// Duplicates add up in index order, so threads share out columns, not indices.
class TakeBack {
 public:
  // With an epilogue the sums are handed on in tiles of the rows [outer * length, inner] and not
  // written.
  TakeBack(const TakeBackProblem& problem, bool with_epilogue);  // throws Error

  std::int64_t workspace_bytes() const;
  // `result` is not used with an epilogue.
  void run(const void* g, const void* indices, void* result, void* workspace,
           const MatmulEpilogue& epilogue = {}) const;

 private:
  void add_stripe(const void* g, const void* indices, std::int64_t outer, std::int64_t first,
                  std::int64_t columns, unsigned char* table, std::int64_t table_stride) const;

  TakeBackProblem problem_;
  bool with_epilogue_;
  std::int64_t stripe_ = 0;  // columns of a task
  std::int64_t stripes_ = 1;
};

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
