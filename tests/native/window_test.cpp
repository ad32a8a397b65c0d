// Windows over images against loops over every element; equal bits for 1, 2 and 5 threads.
#include "kernels/window/window.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "base/error.h"
#include "isa/kernel_table.h"
#include "pool/thread_pool.h"

namespace {

using namespace cornu;

std::mt19937 generator(23);
int failures = 0;

int draw(int below) { return static_cast<int>(generator() % static_cast<unsigned>(below)); }
std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(bool good, const char* what, int trial) {
  if (good) return;
  ++failures;
  std::printf("FAILED: %s (%d)\n", what, trial);
}

// Every (window, element) pair, as flat positions without batch and channels, in the order in which
// a window meets its elements.
std::vector<std::pair<std::int64_t, std::int64_t>> pairs_of(const WindowProblem& p) {
  std::int64_t input[3] = {1, 1, 1}, size[3] = {1, 1, 1}, stride[3] = {1, 1, 1};
  std::int64_t before[3] = {}, output[3] = {1, 1, 1};
  for (int i = 0; i < p.rank; ++i) {
    const int axis = 3 - p.rank + i;
    input[axis] = p.input[i];
    size[axis] = p.size[i];
    stride[axis] = p.strides[i];
    before[axis] = p.before[i];
    output[axis] = p.output[i];
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (std::int64_t o = 0; o < output[0] * output[1] * output[2]; ++o) {
    const std::int64_t place[3] = {o / output[2] / output[1], o / output[2] % output[1],
                                   o % output[2]};
    for (std::int64_t t = 0; t < size[0] * size[1] * size[2]; ++t) {
      const std::int64_t tap[3] = {t / size[2] / size[1], t / size[2] % size[1], t % size[2]};
      std::int64_t flat = 0;
      bool inside = true;
      for (int axis = 0; axis < 3; ++axis) {
        const std::int64_t at = place[axis] * stride[axis] + tap[axis] - before[axis];
        inside = inside && at >= 0 && at < input[axis];
        flat = flat * input[axis] + at;
      }
      if (inside) pairs.emplace_back(o, flat);
    }
  }
  return pairs;
}

WindowProblem random_problem(DType dtype, bool large) {
  WindowProblem p;
  p.dtype = dtype;
  p.rank = large ? 2 : 1 + draw(3);
  p.batch = large ? 3 + draw(3) : draw(4);
  p.channels = large ? 24 + draw(50) : 1 + draw(40);
  for (int i = 0; i < p.rank; ++i) {
    p.input[i] = large ? 20 + draw(15) : draw(8);
    p.size[i] = 1 + draw(4);
    p.strides[i] = draw(2) ? p.size[i] : 1 + draw(4);
    p.before[i] = draw(static_cast<int>(p.size[i]));
    const std::int64_t after = draw(static_cast<int>(p.size[i]));
    const std::int64_t reach = p.input[i] + p.before[i] + after - p.size[i];
    p.output[i] = reach < 0 ? 0 : reach / p.strides[i] + 1;
  }
  return p;
}

template <typename T>
std::vector<T> same_for_all_threads(std::int64_t size, const char* what, int trial,
                                    const std::function<void(T*)>& run) {
  std::vector<T> first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    std::vector<T> result(index(size), T(77));
    run(result.data());
    if (first.empty()) first = result;
    check(size == 0 || std::memcmp(first.data(), result.data(), index(size) * sizeof(T)) == 0, what,
          trial);
  }
  return first;
}

// Values that are exact however they are added, with ties; sometimes NaN or minus infinity.
template <typename T>
std::vector<T> values(std::int64_t size, bool special) {
  std::vector<T> x(index(size));
  for (T& v : x) {
    v = static_cast<T>(draw(9) - 4);
    if constexpr (std::is_floating_point_v<T>) {
      const int which = draw(12);
      if (special && which == 0) v = std::numeric_limits<T>::quiet_NaN();
      if (special && which < 6) v = -std::numeric_limits<T>::infinity();
    }
  }
  return x;
}

template <typename T>
bool equal(const std::vector<T>& a, const std::vector<T>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] == b[i] || (a[i] != a[i] && b[i] != b[i]))) return false;
  }
  return a.size() == b.size();
}

template <typename T>
void test_windows(DType dtype, int trials, bool large) {
  for (int trial = 0; trial < trials; ++trial) {
    const WindowProblem p = random_problem(dtype, large);
    const Window window(p);
    const auto pairs = pairs_of(p);
    const std::int64_t image = window.image_elements(), pooled = window.pooled_elements();
    const std::int64_t entry = p.batch ? image / p.batch : 0;
    const std::int64_t pooled_entry = p.batch ? pooled / p.batch : 0;
    const auto x = values<T>(image, trial % 3 == 0);
    const auto finite = values<T>(image, false), g = values<T>(pooled, false);
    const auto each = [&](auto&& function) {
      for (std::int64_t b = 0; b < p.batch; ++b) {
        for (const auto& [o, i] : pairs) {
          for (std::int64_t c = 0; c < p.channels; ++c) {
            function(index(b * pooled_entry + o * p.channels + c),
                     index(b * entry + i * p.channels + c));
          }
        }
      }
    };

    std::vector<T> sums(index(pooled)), spread(index(image)), largest(index(pooled));
    std::vector<std::int64_t> chosen(index(pooled), -1);
    each([&](std::size_t o, std::size_t i) {
      sums[o] = static_cast<T>(sums[o] + finite[i]);
      spread[i] = static_cast<T>(spread[i] + g[o]);
      const bool better =
          chosen[o] < 0 || x[i] > largest[o] || (x[i] != x[i] && largest[o] == largest[o]);
      if (!better) return;
      largest[o] = x[i];
      chosen[o] = static_cast<std::int64_t>(i);
    });
    using Limits = std::numeric_limits<T>;
    const T lowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    std::vector<T> scattered(index(image)), picked(index(pooled));
    for (std::size_t o = 0; o < chosen.size(); ++o) {
      if (chosen[o] < 0) {
        largest[o] = lowest;
        continue;
      }
      scattered[index(chosen[o])] = static_cast<T>(scattered[index(chosen[o])] + g[o]);
      picked[o] = finite[index(chosen[o])];
    }

    check(equal(sums, same_for_all_threads<T>(
                          pooled, "sum: threads", trial,
                          [&](T* out) { window.reduce(ReduceKind::kSum, finite.data(), out); })),
          "sum", trial);
    check(equal(largest, same_for_all_threads<T>(
                             pooled, "max: threads", trial,
                             [&](T* out) { window.reduce(ReduceKind::kMax, x.data(), out); })),
          "max", trial);
    if constexpr (std::is_floating_point_v<T>) {
      check(equal(spread, same_for_all_threads<T>(image, "sum back: threads", trial,
                                                  [&](T* out) { window.sum_back(g.data(), out); })),
            "sum back", trial);
      check(equal(scattered, same_for_all_threads<T>(
                                 image, "max back: threads", trial,
                                 [&](T* out) { window.max_back(x.data(), g.data(), out); })),
            "max back", trial);
      check(equal(picked, same_for_all_threads<T>(
                              pooled, "max pick: threads", trial,
                              [&](T* out) { window.max_pick(x.data(), finite.data(), out); })),
            "max pick", trial);
    }
  }
}

// The order of additions is fixed, so inexact sums have equal bits too.
void test_inexact_sums() {
  std::normal_distribution<float> normal;
  WindowProblem p = random_problem(DType::kFloat32, true);
  p.size[0] = p.size[1] = 3;
  p.strides[0] = p.strides[1] = 1;
  p.before[0] = p.before[1] = 1;
  for (int i = 0; i < 2; ++i) p.output[i] = p.input[i];
  const Window window(p);
  std::vector<float> x(index(window.image_elements())), g(index(window.pooled_elements()));
  for (float& v : x) v = normal(generator);
  for (float& v : g) v = normal(generator);
  for (int which = 0; which < 3; ++which) {
    same_for_all_threads<float>(window.image_elements(), "inexact: threads", which,
                                [&](float* out) {
                                  if (which == 0) window.reduce(ReduceKind::kSum, x.data(), out);
                                  if (which == 1) window.sum_back(g.data(), out);
                                  if (which == 2) window.max_back(x.data(), g.data(), out);
                                });
  }
}

void test_refusals() {
  const auto refused = [](auto&& change) {
    WindowProblem p;
    p.dtype = DType::kFloat32;
    p.input[0] = p.size[0] = p.strides[0] = p.output[0] = 1;
    change(p);
    try {
      const Window window(p);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  check(!refused([](WindowProblem&) {}), "a plain window", 0);
  check(refused([](WindowProblem& p) { p.rank = 4; }), "rank", 0);
  check(refused([](WindowProblem& p) { p.size[0] = 0; }), "size", 0);
  check(refused([](WindowProblem& p) { p.strides[0] = 0; }), "stride", 0);
  check(refused([](WindowProblem& p) { p.output[0] = -1; }), "output", 0);
  check(refused([](WindowProblem& p) { p.dtype = DType::kBool; }), "bool", 0);
  check(refused([](WindowProblem& p) { p.batch = p.channels = INT64_MAX / 2; }), "overflow", 0);
}

}  // namespace

int main() {
  for (const char* const* name = available_instruction_sets(); *name; ++name) {
    set_instruction_set(*name);
    test_windows<float>(DType::kFloat32, 300, false);
    test_windows<float>(DType::kFloat32, 6, true);
    test_windows<double>(DType::kFloat64, 100, false);
    test_windows<std::int32_t>(DType::kInt32, 60, false);
    test_windows<std::int8_t>(DType::kInt8, 60, false);
    test_windows<std::uint16_t>(DType::kUInt16, 30, false);
    test_inexact_sums();
    test_refusals();
    std::printf("%s: %s\n", *name, failures == 0 ? "ok" : "FAILED");
  }
  return failures == 0 ? 0 : 1;
}
