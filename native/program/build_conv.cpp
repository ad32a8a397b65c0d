// Convolutions and their gradients, plain and with a cluster as their epilogue.
#include <utility>

#include "base/checked.h"
#include "base/error.h"
#include "kernels/conv/conv.h"
#include "program/epilogue.h"
#include "program/plan.h"

namespace cornu {
namespace {

// Elements of the image, the kernel and the result.
struct ConvSizes {
  std::int64_t image, kernel, result;
};

ConvSizes sizes_of(const ConvProblem& p) {
  ConvSizes sizes{p.batch, p.channels / p.groups, p.batch};
  for (int axis = 0; axis < kConvAxes; ++axis) {
    sizes.image = checked_multiply(sizes.image, p.input[axis]);
    sizes.kernel = checked_multiply(sizes.kernel, p.window[axis]);
    sizes.result = checked_multiply(sizes.result, p.output[axis]);
  }
  sizes.image = checked_multiply(sizes.image, p.channels);
  sizes.kernel = checked_multiply(sizes.kernel, p.filters);
  sizes.result = checked_multiply(sizes.result, p.filters);
  return sizes;
}

struct ConvOperands {
  std::int64_t a, b, c;  // elements
  std::int64_t columns;  // of the result as a matrix
};

ConvOperands operands_of(const ConvProblem& p) {
  const ConvSizes sizes = sizes_of(p);
  switch (p.kind) {
    case ConvKind::kForward:
      return {sizes.image, sizes.kernel, sizes.result, p.filters};
    case ConvKind::kInputGradient:
      return {sizes.result, sizes.kernel, sizes.image, p.channels};
    default:
      return {sizes.image, sizes.result, sizes.kernel, p.filters};
  }
}

std::int64_t conv_work(const ConvProblem& p) {
  std::int64_t work = checked_multiply(p.batch, p.channels / p.groups);
  for (int axis = 0; axis < kConvAxes; ++axis) {
    work = checked_multiply(work, checked_multiply(p.output[axis], p.window[axis]));
  }
  return checked_multiply(work, p.filters);
}

}  // namespace

void Plan::conv(const ConvProblem& problem, const View& a, const View& b, const View& c) {
  Convolution convolution(problem);
  const ConvOperands sizes = operands_of(problem);
  const std::int64_t size = size_of(problem.dtype);
  check_dense("conv", a, checked_multiply(sizes.a, size));
  check_dense("conv", b, checked_multiply(sizes.b, size));
  check_dense("conv", c, checked_multiply(sizes.c, size));
  append("conv", {&a, &b, &c}, 0, conv_work(problem),
         [convolution = std::move(convolution)](void* const* p, void*) {
           convolution.run(p[0], p[1], p[2]);
         });
}

void Plan::conv_epilogue(const ConvProblem& problem, const View& a, const View& b,
                         const ElementwiseProgram& program, const std::vector<View>& operands,
                         const std::vector<View>& outputs) {
  Convolution convolution(problem);
  const ConvOperands sizes = operands_of(problem);
  const std::int64_t size = size_of(problem.dtype);
  check_dense("conv", a, checked_multiply(sizes.a, size));
  check_dense("conv", b, checked_multiply(sizes.b, size));
  std::vector<const View*> views = {&a, &b};
  const std::int64_t rows = sizes.columns == 0 ? 0 : sizes.c / sizes.columns;
  Epilogue epilogue = prepare_epilogue("conv", problem.dtype, {1, rows, sizes.columns}, program,
                                       operands, outputs, views);
  append("conv with epilogue", views, 0, conv_work(problem),
         [convolution = std::move(convolution), epilogue = std::move(epilogue)](void* const* p,
                                                                                void*) {
           EpilogueRun run(epilogue, p + 2);
           convolution.run(p[0], p[1], nullptr, run.hook());
         });
}

}  // namespace cornu
