#include "kernels/conv/conv.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "isa/kernel_table.h"
#include "kernels/conv/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

int element_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return kConvF32;
    case DType::kFloat64:
      return kConvF64;
    case DType::kInt8:
    case DType::kUInt8:
      return kConvI8;
    case DType::kInt16:
    case DType::kUInt16:
      return kConvI16;
    case DType::kInt32:
    case DType::kUInt32:
      return kConvI32;
    case DType::kInt64:
    case DType::kUInt64:
      return kConvI64;
    default:
      throw Error(std::string("conv: no kernel for ") + name_of(dtype) +
                  "; convert to float32 first");
  }
}

// Products of sizes stay far from overflow, so that sums of strides need no checks of their own.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

std::int64_t checked_size(std::int64_t count, std::int64_t size) {
  const std::int64_t result = checked_multiply(count, size);
  if (result > kMaxElements) throw Error("conv: an operand has too many elements");
  return result;
}

void check(const ConvProblem& p) {
  if (p.batch < 0 || p.channels < 0 || p.filters < 0 || p.groups < 1) {
    throw Error("conv: sizes must not be negative, and there is at least one group");
  }
  if (p.channels % p.groups != 0 || p.filters % p.groups != 0) {
    throw Error("conv: channels and filters must be multiples of the groups");
  }
  constexpr std::int64_t most = std::int64_t{1} << 40;
  std::int64_t input = std::max<std::int64_t>(p.batch, 1), output = input, window = 1;
  for (int axis = 0; axis < kConvAxes; ++axis) {
    if (p.input[axis] < 0 || p.output[axis] < 0 || p.window[axis] < 1) {
      throw Error("conv: sizes must not be negative, and windows have at least one element");
    }
    if (p.strides[axis] < 1 || p.dilation[axis] < 1 || p.strides[axis] > most ||
        p.dilation[axis] > most || p.padding[axis] > most || p.padding[axis] < -most) {
      throw Error("conv: strides, dilation or padding are out of range");
    }
    checked_multiply(p.window[axis], p.dilation[axis]);
    checked_multiply(p.output[axis], p.strides[axis]);
    input = checked_size(input, std::max<std::int64_t>(p.input[axis], 1));
    output = checked_size(output, std::max<std::int64_t>(p.output[axis], 1));
    window = checked_size(window, p.window[axis]);
  }
  const std::int64_t channels = std::max<std::int64_t>(p.channels, 1);
  const std::int64_t filters = std::max<std::int64_t>(p.filters, 1);
  checked_size(input, channels);
  checked_size(output, filters);
  checked_size(checked_size(window, channels), filters);
}

struct ParallelCall {
  const ConvCall* call;
  ConvKernels::Task task;
};

void run_tasks(const ConvCall& call, ConvKernels::Task task, std::int64_t tasks) {
  if (tasks == 1) {
    task(call, 0);
    return;
  }
  ParallelCall parallel{&call, task};
  parallel_for(
      tasks,
      [](void* context, std::int64_t number) {
        const auto* work = static_cast<const ParallelCall*>(context);
        work->task(*work->call, number);
      },
      &parallel);
}

}  // namespace

Convolution::Convolution(const ConvProblem& problem)
    : problem_(problem), kernels_(kernels().conv), element_(element_of(problem.dtype)) {
  check(problem);
  schedule_ = schedule_conv(problem, kernels_->entries[element_].geometry);
}

void Convolution::run(const void* a, const void* b, void* result,
                      const MatmulEpilogue& epilogue) const {
  const ConvSchedule& s = schedule_;
  const ConvKernels::Entry& entry = kernels_->entries[element_];
  const ConvKernels::Path& path = entry.paths[s.depthwise ? 1 : 0];
  ConvCall call{&problem_, &s, {}, a, b, nullptr, result, nullptr};
  for (int axis = 0; axis < kConvAxes; ++axis) {
    const ConvAxis& one = s.axes[axis];
    call.axes[axis] = {one.classes.data(), static_cast<std::int64_t>(one.classes.size()),
                       one.taps.data(), one.order.data()};
  }
  if (epilogue.function != nullptr) call.epilogue = &epilogue;
  const std::int64_t size = size_of(problem_.dtype);
  if (problem_.kind == ConvKind::kFilterGradient) {
    const std::int64_t rows = s.strips * s.strip_rows;
    if (s.units == 0 || rows == 0) return;
    const bool direct = call.epilogue == nullptr && s.chunks == 1;
    call.packed = direct ? result
                         : thread_scratch(
                               ScratchSlot::kConvShared,
                               static_cast<std::size_t>(s.chunks * rows * problem_.filters * size));
    run_tasks(call, path.filter, s.filter_tasks());
    if (!direct) {
      run_tasks(call, entry.finish_filter, (rows + s.finish_rows - 1) / s.finish_rows);
    }
    return;
  }
  if (s.units == 0 || s.blocks.count == 0) return;
  if (s.winograd) {
    const std::int64_t floats = s.units * 16 * s.source_channels * entry.geometry.columns;
    call.packed = thread_scratch(ScratchSlot::kConvShared, static_cast<std::size_t>(floats * size));
    run_tasks(call, kernels_->pack_winograd, s.units);
    run_tasks(call, kernels_->winograd, s.blocks.count);
    return;
  }
  const std::int64_t columns = s.depthwise ? problem_.channels : entry.geometry.columns;
  const std::int64_t packed = s.units * s.taps * s.source_channels * columns * size;
  call.packed = thread_scratch(ScratchSlot::kConvShared, static_cast<std::size_t>(packed));
  run_tasks(call, path.pack, s.units);
  run_tasks(call, path.gather, s.gather_tasks());
}

}  // namespace cornu
