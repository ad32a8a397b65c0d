#include "kernels/matmul/matmul.h"

#include <algorithm>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "isa/kernel_table.h"
#include "kernels/matmul/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

int element_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return kMatmulF32;
    case DType::kFloat64:
      return kMatmulF64;
    case DType::kInt8:
    case DType::kUInt8:
      return kMatmulI8;
    case DType::kInt16:
    case DType::kUInt16:
      return kMatmulI16;
    case DType::kInt32:
    case DType::kUInt32:
      return kMatmulI32;
    case DType::kInt64:
    case DType::kUInt64:
      return kMatmulI64;
    default:
      throw Error(std::string("matmul: no kernel for ") + name_of(dtype) +
                  "; convert to float32 first");
  }
}

void check(const MatmulProblem& problem, bool with_epilogue) {
  if (problem.batch < 0 || problem.m < 0 || problem.n < 0 || problem.k < 0) {
    throw Error("matmul: sizes must not be negative");
  }
  if (problem.run < 0 || (problem.run > 0 && problem.batch % problem.run != 0)) {
    throw Error("matmul: the batch is not a whole number of runs");
  }
  if (problem.c_col != 1) throw Error("matmul: the columns of the result must be contiguous");
  if (with_epilogue && problem.accumulate) {
    throw Error("matmul: an epilogue accumulates by itself");
  }
  checked_multiply(checked_multiply(problem.batch, problem.m), problem.n);
  checked_multiply(checked_multiply(problem.batch, problem.m), problem.k);
  checked_multiply(checked_multiply(problem.batch, problem.k), problem.n);
}

// Elements of B worth a task of its own when they are copied.
constexpr std::int64_t kPackTask = 1 << 16;

// The packed copy of B, in scratch of this thread.
const void* pack_shared(const MatmulKernels::Entry& entry, const MatmulCall& call) {
  const MatmulProblem& p = *call.problem;
  const std::int64_t width = entry.geometry.columns;
  const std::int64_t panels = (p.n + width - 1) / width;
  const std::int64_t bytes = panels * width * p.k * size_of(p.dtype);
  void* packed = thread_scratch(ScratchSlot::kMatmulShared, static_cast<std::size_t>(bytes));
  const std::int64_t chunk = std::max<std::int64_t>(kPackTask / (width * p.k), 1);
  parallel_for((panels + chunk - 1) / chunk, [&](std::int64_t task) {
    entry.pack_b(p, call.b, packed, task * chunk, std::min((task + 1) * chunk, panels));
  });
  return packed;
}

struct ParallelCall {
  const MatmulCall* call;
  void (*task)(const MatmulCall& call, std::int64_t task);
};

}  // namespace

Matmul::Matmul(const MatmulProblem& problem, bool with_epilogue)
    : problem_(problem), kernels_(kernels().matmul), element_(element_of(problem.dtype)) {
  check(problem, with_epilogue);
  schedule_ = schedule_matmul(problem, kernels_->entries[element_].geometry);
  oriented_ = oriented(problem, schedule_);
}

void Matmul::run(const void* a, const void* b, void* c, const MatmulEpilogue& epilogue) const {
  const std::int64_t tasks = schedule_.tasks();
  if (tasks == 0) return;
  const MatmulKernels::Entry& entry = kernels_->entries[element_];
  MatmulCall call{&oriented_, &schedule_, a, b, nullptr, c, nullptr};
  if (schedule_.transposed) {
    call.a = b;
    call.b = a;
  }
  if (epilogue.function != nullptr) call.epilogue = &epilogue;
  if (schedule_.pack_b == MatmulPacking::kShared) call.shared_b = pack_shared(entry, call);
  if (tasks == 1) {
    entry.task(call, 0);
    return;
  }
  ParallelCall parallel{&call, entry.task};
  parallel_for(
      tasks,
      [](void* context, std::int64_t task) {
        const auto* work = static_cast<const ParallelCall*>(context);
        work->task(*work->call, task);
      },
      &parallel);
}

}  // namespace cornu
