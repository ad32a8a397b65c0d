// Convolutions and their two gradients, as sums over taps that read the image in place, with the
// tile epilogues of matrix products.
#pragma once

#include <cstdint>

#include "kernels/conv/schedule.h"
#include "kernels/matmul/epilogue.h"

namespace cornu {

// A convolution prepared for its shapes: immutable. Running it allocates nothing but the scratch a
// thread keeps. The sum of an element goes over taps and channels in one order (that of a filter
// gradient over fixed parts of the places), whatever the number of threads.
//
// The operands of run() are (image, kernel) forward, (gradient of the result, kernel) for the
// gradient of the image, (image, gradient of the result) for that of the kernel. The epilogue sees
// the result as a matrix with the channels, or filters, as columns.
class Convolution {
 public:
  // Throws Error for sizes that do not fit each other and for 16-bit floats and bool.
  explicit Convolution(const ConvProblem& problem);

  // The result must not overlap the operands. It may be null when there is an epilogue.
  void run(const void* a, const void* b, void* result) const {
    run(a, b, result, MatmulEpilogue{});
  }
  void run(const void* a, const void* b, void* result, const MatmulEpilogue& epilogue) const;

  const ConvProblem& problem() const { return problem_; }
  const ConvSchedule& schedule() const { return schedule_; }

 private:
  ConvProblem problem_;
  ConvSchedule schedule_;
  const struct ConvKernels* kernels_ = nullptr;
  int element_ = 0;  // index of the element type in the kernel table
};

}  // namespace cornu
