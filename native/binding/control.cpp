// Plan: instructions with bodies, and the way in which long loops notice Ctrl-C.
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <tuple>
#include <vector>

#include "binding/bindings.h"
#include "program/interrupt.h"

namespace nb = nanobind;
using cornu::LoopCarry;
using cornu::MovingView;
using cornu::Plan;

namespace {

using BodyPointer = std::shared_ptr<Plan>;
// (start, result, spare, stack before, stack after)
using CarryTuple = std::tuple<ViewTuple, ViewTuple, ViewTuple, int, int>;
// (view of step 0, bytes from step to step, bytes from part to part)
using MovingTuple = std::tuple<ViewTuple, std::int64_t, std::int64_t>;

std::vector<LoopCarry> carries_of(const std::vector<CarryTuple>& carries) {
  std::vector<LoopCarry> result;
  for (const auto& [start, end, spare, before, after] : carries) {
    result.push_back({view_of(start), view_of(end), view_of(spare), before, after});
  }
  return result;
}

std::vector<MovingView> moving_of(const std::vector<MovingTuple>& views) {
  std::vector<MovingView> result;
  for (const auto& [view, step, part] : views) result.push_back({view_of(view), step, part});
  return result;
}

void raise_on_signals() {
  const nb::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

}  // namespace

void bind_control(nb::class_<Plan>& plan) {
  cornu::interrupt_check() = raise_on_signals;
  plan.def(
          "scan",
          [](Plan& self, const BodyPointer& body, std::int64_t length, std::int64_t parts,
             bool reverse, const ViewTuple& frame, const std::vector<CarryTuple>& carries,
             const std::vector<MovingTuple>& sequences, const std::vector<MovingTuple>& stacks) {
            self.scan(body, length, parts, reverse, view_of(frame), carries_of(carries),
                      moving_of(sequences), moving_of(stacks));
          },
          nb::arg("body"), nb::arg("length"), nb::arg("parts"), nb::arg("reverse"),
          nb::arg("frame"), nb::arg("carries"), nb::arg("sequences"), nb::arg("stacks"),
          "Runs a body once for each step and part of the batch. Carries are (start, result, "
          "spare, number of the stack that holds it before each step or -1, the same after each "
          "step); sequences and stacks are (view of step 0, bytes from step to step, bytes from "
          "part to part).")
      .def(
          "while_loop",
          [](Plan& self, const BodyPointer& condition, const BodyPointer& body,
             const ViewTuple& condition_frame, const ViewTuple& body_frame, const ViewTuple& flag,
             const std::vector<CarryTuple>& carries, const ViewTuples& constants) {
            self.while_loop(condition, body, view_of(condition_frame), view_of(body_frame),
                            view_of(flag), carries_of(carries), views_of(constants));
          },
          nb::arg("condition"), nb::arg("body"), nb::arg("condition_frame"), nb::arg("body_frame"),
          nb::arg("flag"), nb::arg("carries"), nb::arg("constants"),
          "Runs a body as long as a condition, which writes `flag`, holds.")
      .def(
          "cond",
          [](Plan& self, const BodyPointer& if_true, const BodyPointer& if_false,
             const ViewTuple& predicate, const ViewTuple& frame, const ViewTuples& operands,
             const ViewTuples& outputs) {
            self.cond(if_true, if_false, view_of(predicate), view_of(frame), views_of(operands),
                      views_of(outputs));
          },
          nb::arg("if_true"), nb::arg("if_false"), nb::arg("predicate"), nb::arg("frame"),
          nb::arg("operands"), nb::arg("outputs"), "Runs one of two bodies.");
}
