// Running sums, products, maxima and minima along the middle axis of a dense
// [outer, length, inner] array, from either end. NaN propagates; integers wrap. float16 and
// bfloat16 accumulate in float32 and round once on the way out.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"

namespace cornu {

struct CumulativeProblem {
  DType dtype;
  ReduceKind kind;
  bool reverse = false;
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
};

void validate(const CumulativeProblem& problem);  // throws Error
// result may be x.
void cumulative(const CumulativeProblem& problem, const void* x, void* result);

}  // namespace cornu
