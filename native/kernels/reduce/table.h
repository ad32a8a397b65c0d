// What an instruction set provides to argmax and argmin; the other reductions are elementwise
// tails.
#pragma once

#include <cstdint>

#include "kernels/reduce/reduce.h"

namespace cornu {

struct ReduceKernels {
  // Rows [begin, end) of the outer axis.
  void (*arg_reduce)(const ArgReduceProblem& problem, const void* input, void* indices,
                     std::int64_t begin, std::int64_t end);
};

}  // namespace cornu
