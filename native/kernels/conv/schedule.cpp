#include "kernels/conv/schedule.h"

#include <algorithm>

namespace cornu {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Multiply-adds that are worth waking another thread for (about 25 microseconds of one core).
constexpr std::int64_t kTaskWork = 400'000;
// Tasks that are enough for any machine.
constexpr std::int64_t kManyTasks = 16;
// Places of a block: enough to pass a panel of the weights over, few enough to stay near with
// their source.
constexpr std::int64_t kPlaces = 512;
constexpr std::int64_t kLeastPlaces = 48;
// Elements of a finished block, which an epilogue then finds in the second-level cache.
constexpr std::int64_t kBlockElements = 32 << 10;
// Places whose sum a tile of the filter gradient takes in one pass.
constexpr std::int64_t kFilterPlaces = 384;
// A partial sum of a filter gradient costs as much as so many of its places.
constexpr std::int64_t kChunkPlaces = 512;
constexpr std::int64_t kMaxChunks = 16;
// A panel of weights that stays in the first-level cache.
constexpr std::int64_t kPanelBytes = 20 << 10;

std::int64_t product(const std::int64_t* sizes) { return sizes[0] * sizes[1] * sizes[2]; }

// Where tap `tap` leads from a place of the target, or -1 for nowhere.
std::int64_t source_of(const ConvProblem& p, int axis, std::int64_t target, std::int64_t tap) {
  const std::int64_t shift = tap * p.dilation[axis] - p.padding[axis];
  if (p.kind == ConvKind::kInputGradient) {
    const std::int64_t moved = target - shift;
    if (moved < 0 || moved % p.strides[axis] != 0) return -1;
    const std::int64_t place = moved / p.strides[axis];
    return place < p.output[axis] ? place : -1;
  }
  const std::int64_t place = target * p.strides[axis] + shift;
  return place >= 0 && place < p.input[axis] ? place : -1;
}

ConvAxis classify(const ConvProblem& p, int axis) {
  const bool back = p.kind == ConvKind::kInputGradient;
  const std::int64_t window = p.window[axis];
  const std::int64_t stride = p.strides[axis];
  ConvAxis result;
  // Taps in the order in which sources ascend; those that meet in one place stay together.
  for (std::int64_t tap = 0; tap < window; ++tap) {
    result.order.push_back(back ? window - 1 - tap : tap);
  }
  if (back) {
    std::stable_sort(result.order.begin(), result.order.end(), [&](std::int64_t a, std::int64_t b) {
      return a * p.dilation[axis] % stride < b * p.dilation[axis] % stride;
    });
  }
  const std::int64_t step = back ? stride : 1;
  std::vector<std::int64_t> open(static_cast<std::size_t>(step),
                                 -1);  // the last class by remainder
  std::vector<ConvTap> seen;
  const std::int64_t size = back ? p.input[axis] : p.output[axis];
  for (std::int64_t target = 0; target < size; ++target) {
    seen.clear();
    std::int64_t first = 0;
    for (std::int64_t position = 0; position < window; ++position) {
      const std::int64_t source = source_of(p, axis, target, result.order[position]);
      if (source < 0) continue;
      if (seen.empty()) first = source;
      seen.push_back({position, source - first});
    }
    std::int64_t& last = open[target % step];
    const auto same = [&](const ConvClass& known) {
      return known.taps == static_cast<std::int64_t>(seen.size()) &&
             std::equal(seen.begin(), seen.end(), result.taps.begin() + known.first_tap,
                        [](const ConvTap& a, const ConvTap& b) {
                          return a.position == b.position && a.distance == b.distance;
                        });
    };
    if (last >= 0 && same(result.classes[last])) {
      ++result.classes[last].count;
      continue;
    }
    last = static_cast<std::int64_t>(result.classes.size());
    result.classes.push_back({target, step, 1, first,
                              seen.empty() ? 0
                              : back       ? 1
                                           : stride,
                              static_cast<std::int64_t>(result.taps.size()),
                              static_cast<std::int64_t>(seen.size())});
    result.taps.insert(result.taps.end(), seen.begin(), seen.end());
  }
  return result;
}

// Blocks of about `wanted` places.
ConvBlocks cut(const std::int64_t* sizes, std::int64_t batch, std::int64_t wanted) {
  ConvBlocks blocks;
  const std::int64_t places = product(sizes);
  if (batch == 0 || places == 0) return blocks;
  wanted = std::clamp<std::int64_t>(wanted, 1, places * batch);
  if (places <= wanted) {
    blocks.images = std::min(wanted / places, batch);
    blocks.images = ceil_divide(batch, ceil_divide(batch, blocks.images));
    blocks.step = sizes[0];
    blocks.count = ceil_divide(batch, blocks.images);
    blocks.most_places = blocks.images * places;
    return blocks;
  }
  std::int64_t behind = sizes[1] * sizes[2];
  std::int64_t before = 1;
  while (blocks.axis < kConvAxes - 1 && (behind > wanted || sizes[blocks.axis] == 1)) {
    before *= sizes[blocks.axis];
    ++blocks.axis;
    behind /= sizes[blocks.axis];
  }
  const std::int64_t size = sizes[blocks.axis];
  const std::int64_t parts = std::min(ceil_divide(size * behind, wanted), size);
  blocks.step = ceil_divide(size, parts);
  blocks.pieces = ceil_divide(size, blocks.step);
  blocks.per_image = before * blocks.pieces;
  blocks.count = batch * blocks.per_image;
  blocks.most_places = blocks.step * behind;
  return blocks;
}

void cut_units(ConvSchedule& s, std::int64_t other_tasks, std::int64_t work) {
  const std::int64_t wanted = std::clamp<std::int64_t>(work / kTaskWork, 1, kManyTasks);
  const std::int64_t parts =
      std::clamp<std::int64_t>(wanted / std::max<std::int64_t>(other_tasks, 1), 1, s.units);
  s.unit_step = ceil_divide(s.units, parts);
  s.unit_parts = ceil_divide(s.units, s.unit_step);
}

void schedule_gather(ConvSchedule& s, const ConvProblem& p, std::int64_t work) {
  s.segments = 1;
  for (int axis = 0; axis < kConvAxes; ++axis) {
    s.axes[axis] = classify(p, axis);
    std::int64_t most = 0;
    for (const ConvClass& one : s.axes[axis].classes) most = std::max(most, one.taps);
    s.segments *= most;
  }
  s.segments *= ceil_divide(s.source_channels, s.most_steps) + 1;
  const std::int64_t columns = s.target_channels * p.groups;
  // Smaller blocks where they are few.
  const std::int64_t all = p.batch * product(s.target);
  const std::int64_t tasks = std::clamp<std::int64_t>(work / kTaskWork, 1, kManyTasks);
  const std::int64_t most = std::min({kBlockElements / columns, all / tasks, kPlaces});
  s.blocks = cut(s.target, p.batch, std::max(most, kLeastPlaces));
  cut_units(s, s.blocks.count, work);
  // Strides leave gaps, which the processor's own prefetching does not follow.
  s.fetch_places = p.kind == ConvKind::kForward && product(p.strides) > 1;
}

// Squares of a block, whose 16 elements stay in the second-level cache with a panel's sums.
constexpr std::int64_t kWinogradElements = 3072;
// A multiply-add's worth of each addition and memory access around the products.
constexpr std::int64_t kWinogradTransform = 8;

// Whether 3x3 windows are better summed by Winograd's way, and how; the blocks then have an even
// number of rows.
bool schedule_winograd(ConvSchedule& s, const ConvProblem& p, std::int64_t work) {
  if (p.dtype != DType::kFloat32 || p.groups != 1 || p.window[0] != 1) return false;
  if (s.source[0] != 1 || s.target[0] != 1 || p.padding[0] != 0) return false;
  for (int axis = 0; axis < kConvAxes; ++axis) {
    if (p.strides[axis] != 1 || p.dilation[axis] != 1) return false;
    if (axis > 0 && p.window[axis] != 3) return false;
  }
  const std::int64_t rows = ceil_divide(s.target[1], 2), columns = ceil_divide(s.target[2], 2);
  const std::int64_t squares = p.batch * rows * columns;
  const std::int64_t source = s.source_channels, target = s.target_channels;
  const std::int64_t transforms =
      kWinogradTransform * 16 * (squares * (source + target) + 2 * source * target);
  if (16 * squares * source * target + transforms >= work) return false;
  const std::int64_t wanted = std::clamp<std::int64_t>(kWinogradElements / source, 24, 128);
  s.blocks = cut(s.target, p.batch, 4 * wanted);
  if (s.blocks.axis > 1) return false;
  if (s.blocks.pieces > 1 && s.blocks.step % 2 != 0) {
    ++s.blocks.step;
    s.blocks.pieces = ceil_divide(s.target[1], s.blocks.step);
    s.blocks.per_image = s.blocks.pieces;
    s.blocks.count = p.batch * s.blocks.per_image;
    s.blocks.most_places = s.blocks.step * s.target[2];
  }
  s.winograd = true;
  for (int axis = 0; axis < 2; ++axis) {
    const std::int64_t padding = p.padding[axis + 1];
    s.winograd_padding[axis] = p.kind == ConvKind::kInputGradient ? 2 - padding : padding;
  }
  return true;
}

void schedule_filter(ConvSchedule& s, const ConvProblem& p, std::int64_t work) {
  const int last = kConvAxes - 1;
  // Where no tap of a row leaves the image, and they are neighbours in memory, they are one strip.
  const std::int64_t reach = (p.output[last] - 1) * p.strides[last] - p.padding[last] +
                             (p.window[last] - 1) * p.dilation[last];
  const bool inside = p.padding[last] <= 0 && reach < p.input[last];
  const bool merged = inside && p.groups == 1 && (p.dilation[last] == 1 || p.window[last] == 1);
  s.strips = merged ? s.taps / p.window[last] : s.taps;
  s.strip_rows = s.source_channels * (merged ? p.window[last] : 1);
  s.blocks = cut(p.output, p.batch, kFilterPlaces);
  const std::int64_t places = p.batch * product(p.output);
  const std::int64_t wanted = std::clamp<std::int64_t>(work / kTaskWork, 1, kManyTasks);
  s.chunks = std::min({places / kChunkPlaces, s.blocks.count, kMaxChunks, wanted});
  s.chunks = std::max<std::int64_t>(s.chunks, 1);
  const std::int64_t parts = std::clamp<std::int64_t>(wanted / s.chunks, 1, s.strips);
  s.strip_step = ceil_divide(s.strips, parts);
  s.strip_parts = ceil_divide(s.strips, s.strip_step);
  cut_units(s, s.chunks * s.strip_parts, work);
  const std::int64_t rows = s.strips * s.strip_rows;
  s.finish_rows = std::clamp<std::int64_t>(kBlockElements / 2 / p.filters, 1, rows);
  // A segment for each row of places.
  const ConvBlocks& b = s.blocks;
  s.segments = b.images * (b.axis == 2 ? 1 : b.step) * (b.axis == 0 ? p.output[1] : 1);
}

}  // namespace

ConvSchedule schedule_conv(const ConvProblem& p, ConvGeometry geometry) {
  ConvSchedule s;
  const bool back = p.kind == ConvKind::kInputGradient;
  for (int axis = 0; axis < kConvAxes; ++axis) {
    s.target[axis] = back ? p.input[axis] : p.output[axis];
    s.source[axis] = back ? p.output[axis] : p.input[axis];
  }
  const std::int64_t channels = p.channels / p.groups, filters = p.filters / p.groups;
  s.target_channels = back ? channels : filters;
  s.source_channels = back ? filters : channels;
  s.taps = product(p.window);
  s.panels = ceil_divide(s.target_channels, geometry.columns);
  s.depthwise = p.groups > 1 && channels == 1 && filters == 1 && is_floating(p.dtype);
  s.units = s.depthwise ? 1 : s.panels * p.groups;
  if (s.units == 0 || (p.kind == ConvKind::kFilterGradient && (s.taps == 0 || channels == 0))) {
    return s;
  }
  s.most_steps = std::max<std::int64_t>(kPanelBytes / size_of(p.dtype) / geometry.columns, 1);
  const std::int64_t places = p.batch * product(p.output);
  const std::int64_t work = places * s.taps * channels * p.filters;
  if (p.kind == ConvKind::kFilterGradient) {
    schedule_filter(s, p, work);
  } else if (!schedule_winograd(s, p, work)) {
    schedule_gather(s, p, work);
  }
  return s;
}

}  // namespace cornu
