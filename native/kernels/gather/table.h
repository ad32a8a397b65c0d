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
};

}  // namespace cornu
