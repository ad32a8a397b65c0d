// Sums and maxima over windows that move over an image, and what their derivatives need.
//
// Images are dense [batch, *spatial, channels] with one to three spatial axes. Windows are cut off
// at the border: what lies outside counts as nothing.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"

namespace cornu {

inline constexpr int kMaxWindowRank = 3;

struct WindowProblem {
  DType dtype;
  int rank = 1;
  std::int64_t batch = 1;
  std::int64_t channels = 1;
  // One entry per spatial axis.
  std::int64_t input[kMaxWindowRank] = {};
  std::int64_t size[kMaxWindowRank] = {};
  std::int64_t strides[kMaxWindowRank] = {};
  std::int64_t before[kMaxWindowRank] = {};  // places outside in front of the first element
  std::int64_t output[kMaxWindowRank] = {};
};

// Sums of integers wrap; float16 and bfloat16 are summed in float32. A maximum is NaN where any
// element is, and the lowest value of the type over nothing. The chosen element of a window is its
// first largest one; the first NaN is larger than all numbers.
class Window {
 public:
  explicit Window(const WindowProblem& problem);  // throws Error
  ~Window();
  Window(Window&&) noexcept;
  Window& operator=(Window&&) noexcept;

  std::int64_t image_elements() const;   // of x
  std::int64_t pooled_elements() const;  // of what windows give

  // Sum or maximum of each window.
  void reduce(ReduceKind kind, const void* x, void* pooled) const;
  // The transpose of the sum: each element gets the sum of g over the windows it is in.
  void sum_back(const void* g, void* image) const;
  // Adds each window's g to its chosen element of a zero image. Floats only.
  void max_back(const void* x, const void* g, void* image) const;
  // The element of `values` at each window's chosen element; 0 for windows over nothing. Floats
  // only.
  void max_pick(const void* x, const void* values, void* pooled) const;

 private:
  struct State;
  State* state_;
};

}  // namespace cornu
