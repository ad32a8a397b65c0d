// Plan: windows over images.
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "binding/bindings.h"

namespace nb = nanobind;
using cornu::Error;
using cornu::Plan;
using cornu::Shape;

namespace {

// (dtype number, batch, channels, input, size, strides, before, output), the last five with one
// entry for each spatial axis.
using WindowTuple = std::tuple<int, std::int64_t, std::int64_t, Shape, Shape, Shape, Shape, Shape>;

cornu::WindowProblem problem_of(const WindowTuple& window) {
  const auto& [dtype, batch, channels, input, size, strides, before, output] = window;
  if (input.empty() || input.size() > static_cast<std::size_t>(cornu::kMaxWindowRank)) {
    throw Error("window: one to three spatial axes");
  }
  cornu::WindowProblem problem;
  problem.dtype = dtype_of(dtype);
  problem.rank = static_cast<int>(input.size());
  problem.batch = batch;
  problem.channels = channels;
  const auto fill = [&](const Shape& values, std::int64_t* target) {
    if (values.size() != input.size()) throw Error("window: one entry for each spatial axis");
    for (std::size_t i = 0; i < values.size(); ++i) target[i] = values[i];
  };
  fill(input, problem.input);
  fill(size, problem.size);
  fill(strides, problem.strides);
  fill(before, problem.before);
  fill(output, problem.output);
  return problem;
}

}  // namespace

void bind_windows(nb::class_<Plan>& plan) {
  plan.def(
          "window_reduce",
          [](Plan& self, const WindowTuple& window, int kind, const ViewTuple& x,
             const ViewTuple& result) {
            self.window_reduce(problem_of(window), kind_of(kind), view_of(x), view_of(result));
          },
          nb::arg("window"), nb::arg("kind"), nb::arg("x"), nb::arg("result"),
          "Sum or maximum of each window of a dense image. A window is (dtype number, batch, "
          "channels, input sizes, window sizes, strides, places before, output sizes).")
      .def(
          "window_sum_back",
          [](Plan& self, const WindowTuple& window, const ViewTuple& g, const ViewTuple& result) {
            self.window_sum_back(problem_of(window), view_of(g), view_of(result));
          },
          nb::arg("window"), nb::arg("g"), nb::arg("result"),
          "Each element of the image gets the sum of g over its windows.")
      .def(
          "window_max_back",
          [](Plan& self, const WindowTuple& window, const ViewTuple& x, const ViewTuple& g,
             const ViewTuple& result) {
            self.window_max_back(problem_of(window), view_of(x), view_of(g), view_of(result));
          },
          nb::arg("window"), nb::arg("x"), nb::arg("g"), nb::arg("result"),
          "Adds g of each window at the first largest element of x in it.")
      .def(
          "window_max_pick",
          [](Plan& self, const WindowTuple& window, const ViewTuple& x, const ViewTuple& values,
             const ViewTuple& result) {
            self.window_max_pick(problem_of(window), view_of(x), view_of(values), view_of(result));
          },
          nb::arg("window"), nb::arg("x"), nb::arg("values"), nb::arg("result"),
          "The value of each window at the first largest element of x in it.");
}
