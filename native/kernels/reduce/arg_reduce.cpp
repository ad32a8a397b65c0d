#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "isa/kernel_table.h"
#include "kernels/reduce/reduce.h"
#include "kernels/reduce/table.h"
#include "pool/thread_pool.h"

namespace cornu {

void validate(const ArgReduceProblem& problem) {
  if (problem.kind != ReduceKind::kMax && problem.kind != ReduceKind::kMin) {
    throw Error("argmax, argmin: the kind must be max or min");
  }
  if (problem.length < 1) throw Error("argmax, argmin: the axis is empty");
  if (problem.outer < 0 || problem.inner < 0) throw Error("argmax, argmin: negative size");
  checked_multiply(checked_multiply(problem.outer, problem.length), problem.inner);
  if (is_floating(problem.index_dtype) || problem.index_dtype == DType::kBool) {
    throw Error(std::string("argmax, argmin: indices cannot be ") + name_of(problem.index_dtype));
  }
}

void arg_reduce(const ArgReduceProblem& problem, const void* input, void* indices) {
  constexpr std::int64_t kPerTask = 1 << 14;
  const ReduceKernels& table = *kernels().reduce;
  const std::int64_t row = problem.length * problem.inner;
  if (problem.outer * row <= 2 * kPerTask) {
    table.arg_reduce(problem, input, indices, 0, problem.outer);
    return;
  }
  const std::int64_t rows = row >= kPerTask ? 1 : kPerTask / row;
  parallel_for((problem.outer + rows - 1) / rows, [&](std::int64_t task) {
    const std::int64_t begin = task * rows;
    const std::int64_t end = begin + rows < problem.outer ? begin + rows : problem.outer;
    table.arg_reduce(problem, input, indices, begin, end);
  });
}

}  // namespace cornu
