// Matrix products C[b, m, n] = A[b, m, k] * B[b, k, n] with any strides of A and B, so that a
// transposed operand costs nothing in the graph, and with a tile epilogue.
#pragma once

#include <cstdint>

#include "kernels/matmul/epilogue.h"
#include "kernels/matmul/schedule.h"

namespace cornu {

// A product prepared for its shapes and strides: cheap to make, copyable, immutable. Running it
// allocates nothing but the scratch a thread keeps. Every element is the sum over k in ascending
// order with one rounding a step (matrix-vector products with contiguous rows: lane by lane), so
// the bits depend on the problem and the instruction set only, not on blocks or threads.
class Matmul {
 public:
  Matmul() = default;
  // Throws Error for negative sizes and for dtypes other than float32, float64 and the integers.
  Matmul(const MatmulProblem& problem, bool with_epilogue);

  // C must not overlap A or B. `c` may be null when there is an epilogue.
  void run(const void* a, const void* b, void* c) const { run(a, b, c, MatmulEpilogue{}); }
  void run(const void* a, const void* b, void* c, const MatmulEpilogue& epilogue) const;

  const MatmulProblem& problem() const { return problem_; }
  const MatmulSchedule& schedule() const { return schedule_; }

  // For tests and tuning: the same product under another schedule of the same orientation.
  void set_schedule(const MatmulSchedule& schedule) { schedule_ = schedule; }

 private:
  MatmulProblem problem_;
  MatmulProblem oriented_;  // as the kernels see it
  MatmulSchedule schedule_;
  const struct MatmulKernels* kernels_ = nullptr;
  int element_ = 0;  // index of the element type in the kernel table
};

}  // namespace cornu
