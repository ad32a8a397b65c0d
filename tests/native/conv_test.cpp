// Convolutions and their gradients against a plain loop in double precision: random windows of all
// kinds and chosen odd ones, all element types and instruction sets of this machine, epilogues, and
// equality to the bit for 1, 2 and 5 threads. What lies around the operands is NaN, so that a read
// of it shows; what lies around the result must stay untouched.
#include "kernels/conv/conv.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "isa/kernel_table.h"
#include "pool/thread_pool.h"

namespace {

using cornu::ConvKind;
using cornu::Convolution;
using cornu::ConvProblem;
using cornu::DType;
using cornu::kConvAxes;
using cornu::MatmulEpilogue;
using cornu::MatmulTile;
using std::int64_t;

constexpr int64_t kMargin = 64;

int failures = 0;

std::string describe(const ConvProblem& p) {
  std::string text = std::string(cornu::instruction_set()) + " " + name_of(p.dtype) + " kind " +
                     std::to_string(static_cast<int>(p.kind)) + " batch " +
                     std::to_string(p.batch) + " channels " + std::to_string(p.channels) +
                     " filters " + std::to_string(p.filters) + " groups " +
                     std::to_string(p.groups);
  const auto add = [&](const char* name, const int64_t* sizes) {
    text += std::string(" ") + name;
    for (int axis = 0; axis < kConvAxes; ++axis) text += " " + std::to_string(sizes[axis]);
  };
  add("input", p.input);
  add("window", p.window);
  add("output", p.output);
  add("strides", p.strides);
  add("padding", p.padding);
  add("dilation", p.dilation);
  return text;
}

void fail(const ConvProblem& p, const char* what) {
  if (++failures <= 20) std::printf("FAIL %s: %s\n", what, describe(p).c_str());
}

template <typename T>
constexpr DType kDType = DType::kFloat32;
template <>
constexpr DType kDType<double> = DType::kFloat64;
template <>
constexpr DType kDType<std::int32_t> = DType::kInt32;
template <>
constexpr DType kDType<std::uint8_t> = DType::kUInt8;

int64_t places(const int64_t* sizes) { return sizes[0] * sizes[1] * sizes[2]; }

struct Sizes {
  int64_t image, kernel, result;
};

Sizes sizes_of(const ConvProblem& p) {
  return {p.batch * places(p.input) * p.channels,
          places(p.window) * (p.channels / p.groups) * p.filters,
          p.batch * places(p.output) * p.filters};
}

// Values with a margin of poison around them.
template <typename T>
std::vector<T> operand(std::mt19937& random, int64_t count) {
  const T poison = std::is_floating_point_v<T> ? std::numeric_limits<T>::quiet_NaN() : T(113);
  std::vector<T> values(static_cast<std::size_t>(count + 2 * kMargin), poison);
  std::uniform_real_distribution<double> draw(-1, 1);
  for (int64_t i = 0; i < count; ++i) {
    const double value = draw(random);
    values[static_cast<std::size_t>(kMargin + i)] =
        static_cast<T>(std::is_integral_v<T> ? std::floor(50 * std::fabs(value)) : value);
  }
  return values;
}

// Calls visit(image element, kernel element, result element) for every product of the sum.
template <typename Visit>
void every_product(const ConvProblem& p, Visit visit) {
  const int64_t channels = p.channels / p.groups, filters = p.filters / p.groups;
  for (int64_t image = 0; image < p.batch; ++image) {
    for (int64_t o = 0; o < places(p.output); ++o) {
      const int64_t place[] = {o / (p.output[1] * p.output[2]), o / p.output[2] % p.output[1],
                               o % p.output[2]};
      for (int64_t w = 0; w < places(p.window); ++w) {
        const int64_t tap[] = {w / (p.window[1] * p.window[2]), w / p.window[2] % p.window[1],
                               w % p.window[2]};
        int64_t source = image;
        bool inside = true;
        for (int axis = 0; axis < kConvAxes; ++axis) {
          const int64_t at =
              place[axis] * p.strides[axis] - p.padding[axis] + tap[axis] * p.dilation[axis];
          inside = inside && at >= 0 && at < p.input[axis];
          source = source * p.input[axis] + at;
        }
        if (!inside) continue;
        const int64_t target = image * places(p.output) + o;
        for (int64_t f = 0; f < p.filters; ++f) {
          for (int64_t c = 0; c < channels; ++c) {
            visit(source * p.channels + f / filters * channels + c,
                  (w * channels + c) * p.filters + f, target * p.filters + f);
          }
        }
      }
    }
  }
}

template <typename T>
struct Tiles {
  T* target;
  int64_t columns;
  std::vector<int> written;
};

// Takes the tile over, and notes what it covers.
template <typename T>
void take_tile(void* context, const MatmulTile& tile) {
  auto& tiles = *static_cast<Tiles<T>*>(context);
  const T* data = static_cast<const T*>(tile.data);
  for (int64_t i = tile.row_begin; i < tile.row_end; ++i) {
    for (int64_t j = tile.col_begin; j < tile.col_end; ++j) {
      const int64_t element = i * tiles.columns + j;
      tiles.target[element] = data[(i - tile.row_begin) * tile.row_stride + j - tile.col_begin];
      ++tiles.written[static_cast<std::size_t>(element)];
    }
  }
}

template <typename T>
void check_kind(ConvProblem p, ConvKind kind, std::mt19937& random) {
  p.kind = kind;
  p.dtype = kDType<T>;
  const Sizes sizes = sizes_of(p);
  const bool back = kind == ConvKind::kInputGradient, filter = kind == ConvKind::kFilterGradient;
  const int64_t count_a = back ? sizes.result : sizes.image;
  const int64_t count_b = filter ? sizes.result : sizes.kernel;
  const int64_t count = back ? sizes.image : filter ? sizes.kernel : sizes.result;
  const std::vector<T> a = operand<T>(random, count_a), b = operand<T>(random, count_b);

  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;
  std::vector<Sum> expected(static_cast<std::size_t>(count), Sum{0});
  std::vector<double> scale(static_cast<std::size_t>(count), 0.0);
  every_product(p, [&](int64_t image, int64_t kernel, int64_t result) {
    const int64_t to = back ? image : filter ? kernel : result;
    const Sum x = static_cast<Sum>(a[static_cast<std::size_t>(kMargin + (back ? result : image))]);
    const Sum y =
        static_cast<Sum>(b[static_cast<std::size_t>(kMargin + (filter ? result : kernel))]);
    expected[static_cast<std::size_t>(to)] += x * y;
    scale[static_cast<std::size_t>(to)] += std::fabs(static_cast<double>(x * y));
  });

  const Convolution convolution(p);
  const int64_t columns = back ? p.channels : p.filters;
  std::vector<T> first;
  for (const int threads : {1, 2, 5}) {
    for (const bool with_epilogue : {false, true}) {
      cornu::set_num_threads(threads);
      std::vector<T> found(static_cast<std::size_t>(count + 2 * kMargin), T{77});
      T* target = found.data() + kMargin;
      if (with_epilogue) {
        Tiles<T> tiles{target, columns, std::vector<int>(static_cast<std::size_t>(count), 0)};
        convolution.run(a.data() + kMargin, b.data() + kMargin, nullptr,
                        MatmulEpilogue{take_tile<T>, &tiles});
        for (const int times : tiles.written) {
          if (times != 1) {
            fail(p, "tiles do not cover the result once");
            break;
          }
        }
      } else {
        convolution.run(a.data() + kMargin, b.data() + kMargin, target);
      }
      for (int64_t i = 0; i < kMargin; ++i) {
        if (target[-1 - i] != T{77} || target[count + i] != T{77}) {
          fail(p, "writes around the result");
          break;
        }
      }
      if (first.empty()) first = found;
      if (std::memcmp(first.data(), found.data(), found.size() * sizeof(T)) != 0) {
        fail(p, with_epilogue ? "the epilogue sees other bits" : "threads change the bits");
      }
    }
  }
  // Winograd's way adds up products that cancel, those of all places of a square.
  if (convolution.schedule().winograd) {
    std::fill(scale.begin(), scale.end(), *std::max_element(scale.begin(), scale.end()));
  }
  const double epsilon =
      std::is_floating_point_v<T> ? static_cast<double>(std::numeric_limits<T>::epsilon()) : 0;
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const T value = first[static_cast<std::size_t>(kMargin + i)];
    bool right;
    if constexpr (std::is_integral_v<T>) {
      right = value == static_cast<T>(expected[at]);
    } else {
      right = std::fabs(static_cast<double>(value) - expected[at]) <= 16 * epsilon * scale[at];
    }
    if (!right) {
      fail(p, "wrong values");
      break;
    }
  }
}

template <typename T>
void check(const ConvProblem& p, std::mt19937& random) {
  check_kind<T>(p, ConvKind::kForward, random);
  check_kind<T>(p, ConvKind::kInputGradient, random);
  check_kind<T>(p, ConvKind::kFilterGradient, random);
}

// Sets the output for padding on both sides.
ConvProblem finished(ConvProblem p, const int64_t* padding_behind) {
  for (int axis = 0; axis < kConvAxes; ++axis) {
    const int64_t room = p.input[axis] + p.padding[axis] + padding_behind[axis] -
                         (p.window[axis] - 1) * p.dilation[axis] - 1;
    p.output[axis] = room < 0 ? 0 : room / p.strides[axis] + 1;
  }
  return p;
}

ConvProblem random_problem(std::mt19937& random) {
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  ConvProblem p;
  p.batch = draw(0, 9) == 0 ? 0 : draw(1, 5);
  p.groups = draw(0, 3) == 0 ? draw(2, 5) : 1;
  p.channels = p.groups * draw(1, 9);
  p.filters = p.groups * draw(1, 9);
  if (draw(0, 4) == 0) p.filters = p.groups * draw(15, 37);
  if (draw(0, 4) == 0) p.channels = p.groups * draw(15, 37);
  if (draw(0, 4) == 0) p.groups = p.channels = p.filters = draw(1, 70);
  if (draw(0, 6) == 0) p.filters = p.groups * draw(1, 3);
  int64_t behind[kConvAxes] = {0, 0, 0};
  const int first = static_cast<int>(draw(0, 2));
  for (int axis = first; axis < kConvAxes; ++axis) {
    p.input[axis] = draw(1, axis == 2 ? 14 : 6);
    p.window[axis] = draw(1, 4);
    p.strides[axis] = draw(1, 3);
    p.dilation[axis] = draw(1, 3);
    p.padding[axis] = draw(-1, 4);
    behind[axis] = draw(-1, 4);
  }
  return finished(p, behind);
}

// Images of two axes.
ConvProblem plane(int64_t batch, int64_t size, int64_t channels, int64_t filters, int64_t window,
                  int64_t stride, int64_t padding) {
  ConvProblem p;
  p.batch = batch, p.channels = channels, p.filters = filters;
  int64_t behind[kConvAxes] = {0, padding, padding};
  for (int axis = 1; axis < kConvAxes; ++axis) {
    p.input[axis] = size, p.window[axis] = window, p.strides[axis] = stride;
    p.padding[axis] = padding;
  }
  return finished(p, behind);
}

void expect_error(ConvProblem p, const char* what) {
  try {
    const Convolution convolution(p);
    fail(p, what);
  } catch (const cornu::Error&) {
  }
}

void check_errors() {
  const ConvProblem good = plane(1, 4, 2, 2, 3, 1, 1);
  ConvProblem p = good;
  p.groups = 3;
  expect_error(p, "channels that are no multiple of the groups");
  p = good;
  p.batch = -1;
  expect_error(p, "a negative batch");
  p = good;
  p.strides[1] = 0;
  expect_error(p, "a stride of 0");
  p = good;
  p.dtype = DType::kFloat16;
  expect_error(p, "an element type without a kernel");
  p = good;
  p.batch = p.channels = int64_t{1} << 40;
  expect_error(p, "too many elements");
}

}  // namespace

int main() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  const int rounds = 60;  // ten times slower
#else
  const int rounds = 250;
#endif
  for (const char* const* set = cornu::available_instruction_sets(); *set != nullptr; ++set) {
    cornu::set_instruction_set(*set);
    std::mt19937 random(7);
    for (int round = 0; round < rounds; ++round) {
      const ConvProblem p = random_problem(random);
      check<float>(p, random);
      check<double>(p, random);
      if (round % 4 == 0) check<std::int32_t>(p, random);
      if (round % 4 == 1) check<std::uint8_t>(p, random);
    }
    check<float>(plane(3, 20, 17, 33, 3, 1, 0), random);   // several blocks of an image
    check<float>(plane(5, 15, 32, 64, 3, 1, 1), random);   // several images in a block
    check<float>(plane(2, 31, 36, 52, 3, 1, 1), random);   // odd sizes, squares that are cut
    check<float>(plane(3, 16, 40, 33, 3, 1, 2), random);   // more padding than the window needs
    check<float>(plane(3, 18, 48, 48, 3, 1, -1), random);  // an image that is cropped
    check<float>(plane(2, 6, 300, 5, 3, 1, 1), random);    // a long sum
    check<float>(plane(1, 5, 3, 4, 9, 1, 4), random);      // a window larger than the image
    check<float>(plane(2, 9, 3, 70, 1, 4, 0), random);     // a stride larger than the window
    check<float>(plane(40, 1, 3, 20, 3, 1, 1), random);    // a single place
    check<float>(plane(2, 2, 3, 4, 5, 1, 0), random);      // no place at all
    check<float>(plane(2, 33, 3, 32, 3, 2, 1), random);    // few channels
    check<float>(plane(2, 30, 1, 16, 5, 1, 2), random);    // one channel
    std::printf("%s: checked\n", *set);
  }
  check_errors();
  cornu::set_num_threads(1);  // ends the workers
  if (failures > 0) {
    std::printf("%d failures\n", failures);
    return 1;
  }
  std::printf("conv: all passed\n");
  return 0;
}
