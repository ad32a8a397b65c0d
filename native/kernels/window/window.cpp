#include "kernels/window/window.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/checked.h"
#include "base/error.h"
#include "isa/kernel_table.h"
#include "kernels/window/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

using Ranges = std::vector<WindowRange>;

// The part of the image under each window.
Ranges image_of_windows(std::int64_t input, std::int64_t size, std::int64_t stride,
                        std::int64_t before, std::int64_t output) {
  Ranges ranges;
  ranges.reserve(static_cast<std::size_t>(output));
  for (std::int64_t o = 0; o < output; ++o) {
    const std::int64_t first = o * stride - before;
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, input);
    ranges.push_back({begin, std::clamp<std::int64_t>(first + size, begin, input)});
  }
  return ranges;
}

// The windows over each place of the image.
Ranges windows_of_image(std::int64_t input, std::int64_t size, std::int64_t stride,
                        std::int64_t before, std::int64_t output) {
  Ranges ranges;
  ranges.reserve(static_cast<std::size_t>(input));
  for (std::int64_t i = 0; i < input; ++i) {
    const std::int64_t last = (i + before) / stride;
    const std::int64_t missed = i + before - size;  // the last place that is not in window 0
    const std::int64_t first = missed < 0 ? 0 : missed / stride + 1;
    const std::int64_t end = std::min(last + 1, output);
    ranges.push_back({std::min(first, end), end});
  }
  return ranges;
}

std::int64_t longest(const Ranges& ranges) {
  std::int64_t length = 0;
  for (const WindowRange& range : ranges) length = std::max(length, range.end - range.begin);
  return length;
}

// Elements read by one task, and the number from which on tasks go to threads.
constexpr std::int64_t kTaskElements = 1 << 14;
constexpr std::int64_t kWorthThreads = 1 << 16;
// A scatter of few independent parts is cut by channels too.
constexpr std::int64_t kFewParts = 16;
constexpr std::int64_t kChannelBlock = 32;

// function(begin, end) over [0, rows), each of `row_work` elements.
template <typename Function>
void for_rows(std::int64_t rows, std::int64_t row_work, Function&& function) {
  if (rows == 0) return;
  const std::int64_t per_task =
      std::max<std::int64_t>(kTaskElements / std::max<std::int64_t>(row_work, 1), 1);
  if (rows <= per_task || rows * row_work <= kWorthThreads) {
    function(std::int64_t{0}, rows);
    return;
  }
  parallel_for((rows + per_task - 1) / per_task, [&](std::int64_t task) {
    function(task * per_task, std::min(rows, (task + 1) * per_task));
  });
}

}  // namespace

struct Window::State {
  DType dtype;
  std::int64_t batch, channels;
  std::int64_t image[3] = {1, 1, 1};
  std::int64_t pooled[3] = {1, 1, 1};
  Ranges image_ranges[3];   // one per place of the pooled image
  Ranges pooled_ranges[3];  // one per place of the image
  std::int64_t image_elements, pooled_elements;
  std::int64_t image_box = 1, pooled_box = 1;  // elements of the largest box
  // Windows that follow each other along the first axes are independent: a part is all windows at
  // one place of the batch and of that many axes.
  int independent_axes = 0;
  bool alone = true;  // no two windows share an element
  bool tiles = true;  // and together they cover the image

  WindowBoxes pooling() const { return boxes(image, pooled, image_ranges); }
  WindowBoxes unpooling() const { return boxes(pooled, image, pooled_ranges); }
  std::int64_t rows(const std::int64_t* shape) const { return batch * shape[0] * shape[1]; }

 private:
  WindowBoxes boxes(const std::int64_t* source, const std::int64_t* target,
                    const Ranges* ranges) const {
    WindowBoxes result;
    result.dtype = dtype;
    result.channels = channels;
    for (int i = 0; i < 3; ++i) {
      result.source[i] = source[i];
      result.target[i] = target[i];
      result.ranges[i] = ranges[i].data();
    }
    return result;
  }
};

Window::Window(const WindowProblem& problem) : state_(nullptr) {
  const auto refuse = [](const std::string& why) { throw Error("window: " + why); };
  if (problem.rank < 1 || problem.rank > kMaxWindowRank) refuse("one to three spatial axes");
  if (problem.dtype == DType::kBool) refuse("bool has no sums and maxima");
  if (problem.batch < 0 || problem.channels < 0) refuse("a size is negative");
  State state;
  state.dtype = problem.dtype;
  state.batch = problem.batch;
  state.channels = problem.channels;
  std::int64_t size = checked_multiply(problem.batch, problem.channels);
  state.image_elements = state.pooled_elements = size;
  const int missing = 3 - problem.rank;
  for (int i = 0; i < missing; ++i) {
    state.image_ranges[i] = state.pooled_ranges[i] = {{0, 1}};
  }
  bool independent = true;
  state.independent_axes = missing;
  for (int i = 0; i < problem.rank; ++i) {
    const std::int64_t input = problem.input[i], output = problem.output[i];
    const std::int64_t window = problem.size[i], stride = problem.strides[i];
    const std::int64_t before = problem.before[i];
    if (input < 0 || output < 0 || before < 0) refuse("a size is negative");
    if (window < 1 || stride < 1) refuse("sizes and strides are 1 or more");
    checked_add(checked_add(checked_multiply(output, stride), window), checked_add(input, before));
    const int axis = missing + i;
    state.image[axis] = input;
    state.pooled[axis] = output;
    state.image_elements = checked_multiply(state.image_elements, input);
    state.pooled_elements = checked_multiply(state.pooled_elements, output);
    state.image_ranges[axis] = image_of_windows(input, window, stride, before, output);
    state.pooled_ranges[axis] = windows_of_image(input, window, stride, before, output);
    const bool overlap = longest(state.pooled_ranges[axis]) > 1;
    independent = independent && !overlap;
    if (independent && axis < 2) state.independent_axes = axis + 1;
    state.alone = state.alone && !overlap;
    for (const WindowRange& range : state.pooled_ranges[axis]) {
      state.tiles = state.tiles && range.end - range.begin == 1;
    }
  }
  for (int axis = 0; axis < 3; ++axis) {
    state.image_box = checked_multiply(state.image_box, longest(state.image_ranges[axis]));
    state.pooled_box = checked_multiply(state.pooled_box, longest(state.pooled_ranges[axis]));
  }
  checked_multiply(state.image_elements, 8);
  checked_multiply(state.pooled_elements, 8);
  state_ = new State(std::move(state));
}

Window::~Window() { delete state_; }
Window::Window(Window&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
Window& Window::operator=(Window&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

std::int64_t Window::image_elements() const { return state_->image_elements; }
std::int64_t Window::pooled_elements() const { return state_->pooled_elements; }

void Window::reduce(ReduceKind kind, const void* x, void* pooled) const {
  const State& state = *state_;
  if (state.pooled_elements == 0) return;
  const WindowBoxes boxes = state.pooling();
  const WindowKernels& table = *kernels().window;
  for_rows(state.rows(state.pooled), state.pooled[2] * state.channels * state.image_box,
           [&](std::int64_t begin, std::int64_t end) {
             table.fold(boxes, kind, x, pooled, begin, end);
           });
}

void Window::sum_back(const void* g, void* image) const {
  const State& state = *state_;
  if (state.image_elements == 0) return;
  const WindowBoxes boxes = state.unpooling();
  const WindowKernels& table = *kernels().window;
  for_rows(state.rows(state.image), state.image[2] * state.channels * (state.pooled_box + 1),
           [&](std::int64_t begin, std::int64_t end) {
             table.fold(boxes, ReduceKind::kSum, g, image, begin, end);
           });
}

void Window::max_pick(const void* x, const void* values, void* pooled) const {
  const State& state = *state_;
  if (state.pooled_elements == 0) return;
  const WindowBoxes boxes = state.pooling();
  const WindowKernels& table = *kernels().window;
  for_rows(state.rows(state.pooled), state.pooled[2] * state.channels * state.image_box * 2,
           [&](std::int64_t begin, std::int64_t end) {
             table.pick(boxes, x, values, pooled, begin, end);
           });
}

void Window::max_back(const void* x, const void* g, void* image) const {
  const State& state = *state_;
  if (state.image_elements == 0) return;
  const std::int64_t size = size_of(state.dtype);
  unsigned char* to = static_cast<unsigned char*>(image);
  if (state.pooled_elements == 0) {
    std::memset(to, 0, static_cast<std::size_t>(state.image_elements * size));
    return;
  }
  // A part owns the image from its windows' first element to that of the next part's windows; the
  // first part of an entry owns what comes before, the last what is left.
  const int axes = state.independent_axes;
  std::int64_t parts_of_entry = 1, rows_of_part = 1;
  for (int i = 0; i < 2; ++i) (i < axes ? parts_of_entry : rows_of_part) *= state.pooled[i];
  // The only independent axis with more than one part: the last independent one that has windows
  // side by side. Parts along axis 0 own slabs, along axis 1 rows within their slab.
  const std::int64_t row = state.image[2] * state.channels;
  const WindowBoxes boxes = state.pooling();
  const WindowKernels& table = *kernels().window;
  const auto owned = [&](int axis, std::int64_t i) {
    const Ranges& ranges = state.image_ranges[axis];
    const std::int64_t begin = i == 0 ? 0 : ranges[static_cast<std::size_t>(i)].begin;
    const bool last = i + 1 == state.pooled[axis];
    return WindowRange{begin,
                       last ? state.image[axis] : ranges[static_cast<std::size_t>(i) + 1].begin};
  };
  const auto clear = [&](std::int64_t entry, std::int64_t part, std::int64_t first,
                         std::int64_t channels) {
    const WindowRange slabs = axes < 1 ? WindowRange{0, state.image[0]}
                                       : owned(0, axes == 2 ? part / state.pooled[1] : part);
    const WindowRange lines =
        axes < 2 ? WindowRange{0, state.image[1]} : owned(1, part % state.pooled[1]);
    for (std::int64_t i = slabs.begin; i < slabs.end; ++i) {
      const std::int64_t start = (entry * state.image[0] + i) * state.image[1] + lines.begin;
      unsigned char* place = to + (start * row + first) * size;
      const std::int64_t places = (lines.end - lines.begin) * state.image[2];
      if (channels == state.channels) {
        std::memset(place, 0, static_cast<std::size_t>(places * channels * size));
        continue;
      }
      for (std::int64_t k = 0; k < places; ++k) {
        std::memset(place + k * state.channels * size, 0,
                    static_cast<std::size_t>(channels * size));
      }
    }
  };
  const std::int64_t parts = state.batch * parts_of_entry;
  const std::int64_t block = parts < kFewParts ? kChannelBlock : state.channels;
  const std::int64_t blocks = (state.channels + block - 1) / block;
  const std::int64_t work =
      rows_of_part * state.pooled[2] * std::min(block, state.channels) * state.image_box * 2;
  for_rows(parts * blocks, work, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task / blocks;
      const std::int64_t first = task % blocks * block;
      const std::int64_t channels = std::min(block, state.channels - first);
      if (!state.tiles) clear(part / parts_of_entry, part % parts_of_entry, first, channels);
      table.scatter(boxes, x, g, image, part * rows_of_part, (part + 1) * rows_of_part, first,
                    channels, state.alone);
    }
  });
}

}  // namespace cornu
