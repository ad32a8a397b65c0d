// Speed of convolutions and their gradients on the shapes of image networks, beside the
// multiply-add peak of the machine measured in the same moments. Prints; asserts nothing. Counts
// the multiplications of taps that see the image, not those of padding.
//
//   conv_bench [threads] [filter]      filter: a part of a shape's name
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/memory.h"
#include "bench.h"
#include "isa/kernel_table.h"
#include "kernels/conv/conv.h"

namespace {

using bench::Clock;
using bench::seconds_since;
using cornu::ConvKind;
using cornu::Convolution;
using cornu::ConvProblem;
using std::int64_t;

struct Shape {
  const char* name;
  int64_t batch, size, channels, filters, window, stride;
  bool same;
  int64_t groups = 1;
};

ConvProblem problem_of(const Shape& shape) {
  ConvProblem p;
  p.batch = shape.batch, p.channels = shape.channels, p.filters = shape.filters;
  p.groups = shape.groups;
  for (int axis = 1; axis < cornu::kConvAxes; ++axis) {
    p.input[axis] = shape.size;
    p.window[axis] = shape.window;
    p.strides[axis] = shape.stride;
    p.output[axis] = (shape.size - (shape.same ? 1 : shape.window)) / shape.stride + 1;
    if (shape.same) {
      const int64_t needed = (p.output[axis] - 1) * shape.stride + shape.window - shape.size;
      p.padding[axis] = std::max<int64_t>(needed, 0) / 2;
    }
  }
  return p;
}

// Taps that see the image, along one axis and over all places.
int64_t taps_seen(const ConvProblem& p, int axis) {
  int64_t seen = 0;
  for (int64_t place = 0; place < p.output[axis]; ++place) {
    for (int64_t tap = 0; tap < p.window[axis]; ++tap) {
      const int64_t at = place * p.strides[axis] - p.padding[axis] + tap;
      seen += at >= 0 && at < p.input[axis];
    }
  }
  return seen;
}

void run(const Shape& shape, ConvKind kind, int threads) {
  ConvProblem p = problem_of(shape);
  p.kind = kind;
  const auto floats = [](int64_t count) {
    cornu::AlignedBuffer buffer(static_cast<std::size_t>(count) * sizeof(float));
    float* data = reinterpret_cast<float*>(buffer.data());
    for (int64_t i = 0; i < count; ++i) data[i] = static_cast<float>((i * 37 % 101) - 50) * 0.01f;
    return buffer;
  };
  const auto image = floats(p.batch * p.input[1] * p.input[2] * p.channels);
  const auto kernel = floats(p.window[1] * p.window[2] * p.channels / p.groups * p.filters);
  const auto result = floats(p.batch * p.output[1] * p.output[2] * p.filters);
  const void* a = kind == ConvKind::kInputGradient ? result.data() : image.data();
  const void* b = kind == ConvKind::kFilterGradient ? result.data() : kernel.data();
  void* c = kind == ConvKind::kForward         ? result.data()
            : kind == ConvKind::kInputGradient ? image.data()
                                               : kernel.data();
  const Convolution convolution(p);

  const double work = 2.0 * static_cast<double>(p.batch * taps_seen(p, 1) * taps_seen(p, 2)) *
                      static_cast<double>(p.channels / p.groups * p.filters);
  const int64_t repeats = std::max<int64_t>(1, static_cast<int64_t>(2e7 * threads / work));
  double best = 1e30, best_peak = 0;
  for (int trial = 0; trial < 12; ++trial) {
    best_peak = std::max(best_peak, bench::peak(threads));
    const auto start = Clock::now();
    for (int64_t i = 0; i < repeats; ++i) convolution.run(a, b, c);
    best = std::min(best, seconds_since(start) / static_cast<double>(repeats));
  }
  const cornu::ConvSchedule& s = convolution.schedule();
  static const char* const kinds[] = {"forward", "input gradient", "filter gradient"};
  std::printf("%-12s %-15s %9.2f us %7.1f GFLOP/s %5.1f %% of peak | tasks %ld blocks %ld x %ld\n",
              shape.name, kinds[static_cast<int>(kind)], best * 1e6, work / best * 1e-9,
              100 * work / best * 1e-9 / best_peak,
              kind == ConvKind::kFilterGradient ? s.filter_tasks() : s.gather_tasks(),
              s.blocks.count, s.blocks.most_places);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : cornu::num_threads();
  const char* filter = argc > 2 ? argv[2] : "";
  cornu::set_num_threads(threads);
  std::printf("%s, %d threads\n", cornu::instruction_set(), threads);
  const Shape shapes[] = {
      {"cifar1", 32, 32, 3, 32, 3, 1, true},        {"cifar2", 32, 32, 32, 32, 3, 1, false},
      {"cifar3", 32, 15, 32, 64, 3, 1, true},       {"cifar4", 32, 15, 64, 64, 3, 1, false},
      {"bn1", 64, 28, 1, 32, 3, 1, true},           {"bn2", 64, 28, 32, 64, 3, 2, true},
      {"bn3", 64, 14, 64, 64, 3, 2, true},          {"bn4", 64, 7, 64, 64, 3, 1, true},
      {"one1", 1, 32, 3, 32, 3, 1, true},           {"one2", 1, 32, 32, 32, 3, 1, false},
      {"one3", 1, 15, 32, 64, 3, 1, true},          {"one4", 1, 15, 64, 64, 3, 1, false},
      {"resnet", 4, 28, 128, 128, 3, 1, true},      {"point", 4, 28, 256, 64, 1, 1, true},
      {"stem", 4, 112, 3, 64, 7, 2, true},          {"deep", 4, 7, 512, 512, 3, 1, true},
      {"depthwise", 8, 28, 96, 96, 3, 1, true, 96}, {"grouped", 8, 28, 128, 128, 3, 1, true, 8},
  };
  for (const Shape& shape : shapes) {
    if (std::strstr(shape.name, filter) == nullptr) continue;
    for (const ConvKind kind :
         {ConvKind::kForward, ConvKind::kInputGradient, ConvKind::kFilterGradient}) {
      if (shape.batch == 1 && kind != ConvKind::kForward) continue;
      run(shape, kind, threads);
    }
  }
  cornu::set_num_threads(1);
  return 0;
}
