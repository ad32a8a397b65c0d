// What an instruction set provides to windows.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/program.h"

namespace cornu {

// Elements [begin, end) of one axis.
struct WindowRange {
  std::int64_t begin, end;
};

// Which box of a source image belongs to each place of a target image: for a target place
// (i, j, k), rows ranges[0][i], columns ranges[1][j], ... of the source.
struct WindowBoxes {
  DType dtype;
  std::int64_t channels;
  std::int64_t source[3];  // sizes of the three spatial axes; missing ones come first as 1
  std::int64_t target[3];
  const WindowRange* ranges[3];
};

// A target row is the row of the last spatial axis at one batch entry and place of the other axes.
struct WindowKernels {
  // Rows [begin, end) of the target: sums or maxima of the boxes.
  void (*fold)(const WindowBoxes& boxes, ReduceKind kind, const void* source, void* target,
               std::int64_t begin, std::int64_t end);
  // Rows [begin, end) of the target: the value where x is largest in the box.
  void (*pick)(const WindowBoxes& boxes, const void* x, const void* values, void* target,
               std::int64_t begin, std::int64_t end);
  // Adds rows [begin, end) of g, channels [first, first + channels), to the image, at each box's
  // first largest element of x. `alone`: no two boxes of those rows share an element, and those
  // elements may be written without being read.
  void (*scatter)(const WindowBoxes& boxes, const void* x, const void* g, void* image,
                  std::int64_t begin, std::int64_t end, std::int64_t first, std::int64_t channels,
                  bool alone);
};

}  // namespace cornu
