// How a convolution is cut: pure functions of the problem and of the shape of the microkernel.
// Nothing in it depends on the number of threads.
//
// Forward and input gradient are one computation: a place of the target (the result) gathers, from
// the source (the image, or the gradient that comes back), the places that the taps of the window
// lead to. Along each axis the places of the target fall into classes that see the same taps: the
// inside, each distance from an edge, and with strides each remainder of the input gradient. So
// padding is never stored, and no zero is multiplied.
#pragma once

#include <cstdint>
#include <vector>

#include "base/dtype.h"

namespace cornu {

enum class ConvKind : std::uint8_t { kForward, kInputGradient, kFilterGradient };

inline constexpr int kConvAxes = 3;

// Images are [batch, input..., channels], kernels [window..., channels / groups, filters], results
// [batch, output..., filters]. Convolutions of fewer axes have leading ones of size 1.
struct ConvProblem {
  DType dtype = DType::kFloat32;
  ConvKind kind = ConvKind::kForward;
  std::int64_t batch = 0, channels = 0, filters = 0, groups = 1;
  std::int64_t input[kConvAxes] = {1, 1, 1};
  std::int64_t window[kConvAxes] = {1, 1, 1};
  std::int64_t output[kConvAxes] = {1, 1, 1};
  std::int64_t strides[kConvAxes] = {1, 1, 1};
  std::int64_t padding[kConvAxes] = {0, 0, 0};  // before the image; may be negative
  std::int64_t dilation[kConvAxes] = {1, 1, 1};
};

// One tap as a class sees it.
struct ConvTap {
  std::int64_t position;  // in the packed order of the taps
  std::int64_t distance;  // of its source from that of the first tap
};

// Places along an axis of the target that see the same taps at the same distances.
struct ConvClass {
  std::int64_t target, target_step, count;
  std::int64_t source, source_step;  // of the first tap
  std::int64_t first_tap, taps;      // in ConvAxis::taps
};

struct ConvAxis {
  std::vector<ConvClass> classes;
  std::vector<ConvTap> taps;        // sources ascend within a class
  std::vector<std::int64_t> order;  // the tap at each packed position
};

// A grid of places (those of some images), cut into blocks of neighbours in memory.
struct ConvBlocks {
  std::int64_t images = 1;  // more than 1 in a block only if it has whole images
  int axis = 0;             // the one that is cut; a block has one place along those before it
  std::int64_t step = 1;    // places along it
  std::int64_t pieces = 1;  // of that axis
  std::int64_t per_image = 1;
  std::int64_t count = 0;
  std::int64_t most_places = 0;  // of one block
};

struct ConvGeometry {
  int rows = 1;
  int columns = 1;
};

struct ConvSchedule {
  // Each channel has one filter of its own: vectors along channels instead of tiles.
  bool depthwise = false;
  // Of the gather: target and source sizes, and channels of each group.
  std::int64_t target[kConvAxes] = {1, 1, 1};
  std::int64_t source[kConvAxes] = {1, 1, 1};
  std::int64_t target_channels = 0, source_channels = 0;
  ConvAxis axes[kConvAxes];
  ConvBlocks blocks;
  std::int64_t taps = 1;       // all of the window
  std::int64_t panels = 0;     // of columns in a group
  std::int64_t units = 0;      // panels of all groups
  std::int64_t unit_step = 1;  // units of a task
  std::int64_t unit_parts = 1;
  std::int64_t most_steps = 0;  // of the sum in one pass
  std::int64_t segments = 0;    // of the longest class
  // The gather by Winograd's way, squares of 2x2 places at once.
  bool winograd = false;
  std::int64_t winograd_padding[2] = {0, 0};
  bool fetch_places = false;  // ask the memory for what the next places will see
  // Of the filter gradient: a strip is what one tap (or a row of taps) adds up, `strip_rows` rows
  // of the result.
  std::int64_t strips = 0, strip_rows = 0, strip_step = 1, strip_parts = 1;
  std::int64_t chunks = 1;  // partial sums
  std::int64_t finish_rows = 1;

  std::int64_t gather_tasks() const { return blocks.count * unit_parts; }
  std::int64_t filter_tasks() const { return chunks * strip_parts * unit_parts; }
};

ConvSchedule schedule_conv(const ConvProblem& problem, ConvGeometry geometry);

}  // namespace cornu
