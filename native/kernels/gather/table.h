// What an instruction set provides to gather and scatter.
#pragma once

#include <cstdint>

#include "kernels/gather/gather.h"

namespace cornu {

struct GatherKernels {
  // Rows [begin, end) of a minibatch. False where this pair of dtypes has no vector loop.
  bool (*gather_rows)(const RowGatherProblem& problem, const void* source,
                      const std::int64_t* index, std::int64_t begin, std::int64_t end,
                      void* target);
  // target[i] = target[i] mode update[i].
  void (*scatter_row)(DType dtype, ScatterMode mode, void* target, const void* update,
                      std::int64_t count);
  // Indices [begin, begin + count) as positions on an axis of `length`.
  void (*positions)(DType index_dtype, const void* indices, std::int64_t begin, std::int64_t count,
                    std::int64_t length, std::int64_t* result);
  // target[i] = table[positions[i]], rows of that many bytes.
  void (*take_rows)(const void* table, std::int64_t bytes, const std::int64_t* positions,
                    std::int64_t count, void* target);
  // result[c] = sum of table[positions[i]][c] over i; rows are `columns` apart.
  void (*sum_rows)(DType dtype, const void* table, std::int64_t columns,
                   const std::int64_t* positions, std::int64_t count, void* result);
  // table[positions[i]][c] += updates[i * stride][c], one i after the other; rows of the table are
  // `table_stride` elements apart.
  void (*add_rows)(DType dtype, void* table, std::int64_t table_stride,
                   const std::int64_t* positions, std::int64_t count, const void* updates,
                   std::int64_t stride, std::int64_t columns);
};

}  // namespace cornu
