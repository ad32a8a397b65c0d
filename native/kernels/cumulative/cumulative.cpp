#include "kernels/cumulative/cumulative.h"

#include <cstring>
#include <string>
#include <type_traits>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "isa/kernel_table.h"
#include "kernels/elementwise/table.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

constexpr std::int64_t kParallelElements = 1 << 15;

template <ReduceKind kind, typename T>
T combine(T a, T b) {
  if constexpr (kind == ReduceKind::kMax) {
    return b != b || b > a ? b : a;
  } else if constexpr (kind == ReduceKind::kMin) {
    return b != b || b < a ? b : a;
  } else if constexpr (std::is_integral_v<T>) {
    const std::uint64_t x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
    return static_cast<T>(kind == ReduceKind::kSum ? x + y : x * y);
  } else {
    return kind == ReduceKind::kSum ? a + b : a * b;
  }
}

// One [length, inner] matrix; running down the rows, so that inner loops are along memory.
template <ReduceKind kind, typename T>
void run_matrix(const CumulativeProblem& p, const T* x, T* result) {
  const std::int64_t step = p.reverse ? -p.inner : p.inner;
  const std::int64_t start = p.reverse ? (p.length - 1) * p.inner : 0;
  x += start;
  result += start;
  if (p.inner == 1) {
    T running = *x;
    *result = running;
    for (std::int64_t l = 1; l < p.length; ++l) {
      running = combine<kind>(running, x[l * step]);
      result[l * step] = running;
    }
    return;
  }
  if (x != result) std::memcpy(result, x, static_cast<std::size_t>(p.inner) * sizeof(T));
  for (std::int64_t l = 1; l < p.length; ++l) {
    const T* row = x + l * step;
    const T* before = result + (l - 1) * step;
    T* target = result + l * step;
    for (std::int64_t i = 0; i < p.inner; ++i) target[i] = combine<kind>(before[i], row[i]);
  }
}

template <typename T>
void run_type(const CumulativeProblem& p, const void* x, void* result) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(result);
  const std::int64_t matrix = p.length * p.inner;
  const auto run_outer = [&](std::int64_t outer) {
    const T* source = from + outer * matrix;
    T* target = to + outer * matrix;
    switch (p.kind) {
      case ReduceKind::kSum:
        return run_matrix<ReduceKind::kSum>(p, source, target);
      case ReduceKind::kProd:
        return run_matrix<ReduceKind::kProd>(p, source, target);
      case ReduceKind::kMax:
        return run_matrix<ReduceKind::kMax>(p, source, target);
      case ReduceKind::kMin:
        return run_matrix<ReduceKind::kMin>(p, source, target);
    }
  };
  if (p.outer > 1 && p.outer * matrix >= kParallelElements) {
    const std::int64_t per_task = (kParallelElements / 4 + matrix - 1) / matrix;
    parallel_for((p.outer + per_task - 1) / per_task, [&](std::int64_t task) {
      const std::int64_t end = (task + 1) * per_task < p.outer ? (task + 1) * per_task : p.outer;
      for (std::int64_t outer = task * per_task; outer < end; ++outer) run_outer(outer);
    });
  } else {
    for (std::int64_t outer = 0; outer < p.outer; ++outer) run_outer(outer);
  }
}

// float16 and bfloat16: one matrix at a time in float32.
void run_half(const CumulativeProblem& p, const void* x, void* result) {
  const ElementwiseKernels& table = *kernels().elementwise;
  const std::int64_t matrix = p.length * p.inner;
  CumulativeProblem wide = p;
  wide.dtype = DType::kFloat32;
  wide.outer = 1;
  float* scratch = static_cast<float*>(thread_scratch(
      ScratchSlot::kOther, static_cast<std::size_t>(matrix + kBlockGrain) * sizeof(float)));
  for (std::int64_t outer = 0; outer < p.outer; ++outer) {
    const std::int64_t offset = outer * matrix * 2;
    table.load(p.dtype, scratch, static_cast<const unsigned char*>(x) + offset, 0, 1, 1, matrix);
    run_type<float>(wide, scratch, scratch);
    table.store(p.dtype, static_cast<unsigned char*>(result) + offset, 1, scratch, matrix);
  }
}

}  // namespace

void validate(const CumulativeProblem& problem) {
  if (problem.outer < 0 || problem.length < 0 || problem.inner < 0) {
    throw Error("cumulative: negative size");
  }
  const std::int64_t total =
      checked_multiply(checked_multiply(problem.outer, problem.length), problem.inner);
  checked_multiply(total, 8);
  if (problem.dtype == DType::kBool && problem.kind != ReduceKind::kMax &&
      problem.kind != ReduceKind::kMin) {
    throw Error("cumulative: bool has no sum or product; cast it first");
  }
}

void cumulative(const CumulativeProblem& problem, const void* x, void* result) {
  if (problem.outer * problem.length * problem.inner == 0) return;
  switch (problem.dtype) {
    case DType::kBool:
    case DType::kUInt8:
      return run_type<std::uint8_t>(problem, x, result);
    case DType::kInt8:
      return run_type<std::int8_t>(problem, x, result);
    case DType::kInt16:
      return run_type<std::int16_t>(problem, x, result);
    case DType::kInt32:
      return run_type<std::int32_t>(problem, x, result);
    case DType::kInt64:
      return run_type<std::int64_t>(problem, x, result);
    case DType::kUInt16:
      return run_type<std::uint16_t>(problem, x, result);
    case DType::kUInt32:
      return run_type<std::uint32_t>(problem, x, result);
    case DType::kUInt64:
      return run_type<std::uint64_t>(problem, x, result);
    case DType::kFloat16:
    case DType::kBFloat16:
      return run_half(problem, x, result);
    case DType::kFloat32:
      return run_type<float>(problem, x, result);
    case DType::kFloat64:
      return run_type<double>(problem, x, result);
  }
}

}  // namespace cornu
