// Sorting along the middle axis of a dense [outer, length, inner] array: ascending, stable, NaN
// last; and the k largest of the last axis.
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace cornu {

struct SortProblem {
  DType dtype;
  std::int64_t outer = 1;
  std::int64_t length = 1;  // at most 2^31 - 1
  std::int64_t inner = 1;
};

void validate(const SortProblem& problem);  // throws Error
void sort(const SortProblem& problem, const void* x, void* result);
void argsort(const SortProblem& problem, const void* x, std::int32_t* indices);

// values and indices are [outer, k], largest first, ties by position, NaN before all numbers.
// Needs inner = 1 and k <= length.
void validate_top_k(const SortProblem& problem, std::int64_t k);
void top_k(const SortProblem& problem, std::int64_t k, const void* x, void* values,
           std::int32_t* indices);

}  // namespace cornu
