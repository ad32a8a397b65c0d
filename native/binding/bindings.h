// The parts of the module, one file each, and how Python names things.
#pragma once

#include <nanobind/nanobind.h>

#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "base/dtype.h"
#include "base/error.h"
#include "kernels/elementwise/program.h"
#include "program/plan.h"

void bind_program(nanobind::module_& module);
void bind_plan(nanobind::module_& module);
// Methods of the class Plan that have a file of their own.
void bind_control(nanobind::class_<cornu::Plan>& plan);
void bind_windows(nanobind::class_<cornu::Plan>& plan);

// (buffer, byte offset, strides in elements)
using ViewTuple = std::tuple<int, std::int64_t, cornu::Shape>;

inline cornu::View view_of(const ViewTuple& view) {
  return {std::get<0>(view), std::get<1>(view), std::get<2>(view)};
}

using ViewTuples = std::vector<ViewTuple>;

inline std::vector<cornu::View> views_of(const ViewTuples& views) {
  std::vector<cornu::View> result;
  result.reserve(views.size());
  for (const ViewTuple& view : views) result.push_back(view_of(view));
  return result;
}

// The program under construction that the class Program wraps.
struct ProgramBuilder {
  cornu::ElementwiseProgram program;
  // For each operand, the compute type in which it was loaded; keys are not loaded.
  std::uint16_t append(const cornu::Instruction& instruction);
};

inline cornu::DType dtype_of(int number) {
  if (number < 0 || number >= cornu::kDTypeCount) throw cornu::Error("unknown dtype number");
  return static_cast<cornu::DType>(number);
}

inline cornu::ReduceKind kind_of(int number) {
  if (number < 0 || number > 3) throw cornu::Error("unknown reduction number");
  return static_cast<cornu::ReduceKind>(number);
}

// A Python object's memory, C-contiguous, held while this lives.
class HeldBuffer {
 public:
  HeldBuffer(nanobind::handle object, bool writable) {
    if (PyObject_GetBuffer(object.ptr(), &view_, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE)) {
      throw nanobind::python_error();
    }
  }
  ~HeldBuffer() {
    if (view_.obj) PyBuffer_Release(&view_);
  }
  HeldBuffer(HeldBuffer&& other) noexcept : view_(other.view_) { other.view_.obj = nullptr; }
  HeldBuffer(const HeldBuffer&) = delete;
  HeldBuffer& operator=(const HeldBuffer&) = delete;
  HeldBuffer& operator=(HeldBuffer&&) = delete;

  void* data() const { return view_.buf; }
  std::int64_t bytes() const { return view_.len; }

 private:
  Py_buffer view_{};
};
