// Reductions of a strided array over any set of its axes. Sums run in a tree of fixed blocks, so
// they are accurate and the same for any number of threads.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"

namespace cornu {

struct ReduceProblem {
  DType dtype;
  ReduceKind kind;
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t strides[kMaxRank] = {};  // of the input, in elements
  bool reduced[kMaxRank] = {};
};

// The result is dense, in C order of the kept axes, with the dtype of the input. Integers wrap;
// bool: max is any, min is all. NaN propagates. Over no elements: as Elementwise::run.
class Reduce {
 public:
  explicit Reduce(const ReduceProblem& problem);  // throws Error
  ~Reduce();
  Reduce(Reduce&&) noexcept;
  Reduce& operator=(Reduce&&) noexcept;

  std::int64_t workspace_bytes() const;
  void run(const void* input, void* output, void* workspace) const;

 private:
  struct State;
  State* state_;
};

// Position of the first largest or smallest element along the middle axis of a dense
// [outer, length, inner] array; the first NaN wins over all numbers. length >= 1.
struct ArgReduceProblem {
  DType dtype;
  ReduceKind kind;    // kMax or kMin
  DType index_dtype;  // an integer type that holds length - 1
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
};

void validate(const ArgReduceProblem& problem);  // throws Error
void arg_reduce(const ArgReduceProblem& problem, const void* input, void* indices);

}  // namespace cornu
