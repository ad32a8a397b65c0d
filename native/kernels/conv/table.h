// Entry points of the convolution kernels of one instruction set.
#pragma once

#include <cstdint>

#include "kernels/conv/schedule.h"
#include "kernels/matmul/epilogue.h"

namespace cornu {

// What one task needs to know; containers of the schedule as plain arrays.
struct ConvCall {
  const ConvProblem* problem;
  const ConvSchedule* schedule;
  struct Axis {
    const ConvClass* classes;
    std::int64_t count;
    const ConvTap* taps;
    const std::int64_t* order;
  } axes[kConvAxes];
  const void* source;   // of the gather; the image for a filter gradient
  const void* weights;  // the gradient of the results for a filter gradient
  void* packed;         // copy of the weights in panels, or the partial sums of a filter gradient
  void* result;
  const MatmulEpilogue* epilogue;  // null: write the result
};

// Element types a kernel exists for; integers of both signs share one.
enum ConvElement : int {
  kConvF32,
  kConvF64,
  kConvI8,
  kConvI16,
  kConvI32,
  kConvI64,
  kConvElementCount,
};

struct ConvKernels {
  using Task = void (*)(const ConvCall& call, std::int64_t task);
  struct Path {
    Task pack;    // one panel of the weights (a unit) a task
    Task gather;  // a block of the result of a forward convolution or an input gradient
    Task filter;  // a part of a partial sum of a filter gradient
  };
  struct Entry {
    ConvGeometry geometry;
    Path paths[2];       // the second for depthwise convolutions, of floats only
    Task finish_filter;  // some rows of the sum of the partial sums
  };
  Entry entries[kConvElementCount];
  // The way of 3x3 windows with fewer products, float32 only.
  Task pack_winograd;
  Task winograd;
};

}  // namespace cornu
