// Copies, slices with positions given by data, reductions.
#include "base/checked.h"
#include "base/error.h"
#include "kernels/layout/copy.h"
#include "program/plan.h"

namespace cornu {
namespace {

void check_rank(const Shape& shape) {
  if (shape.size() > static_cast<std::size_t>(kMaxRank)) {
    throw Error("plan: more than 8 dimensions");
  }
}

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count = checked_multiply(count, size);
  return count;
}

// A part of a dense array, at a position that the data decides.
struct MovingPart {
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t sizes[kMaxRank] = {};
  std::int64_t strides[kMaxRank] = {};
  std::int64_t element_size = 0;

  MovingPart(std::int64_t bytes, const Shape& whole, const Shape& part)
      : rank(static_cast<int>(whole.size())), element_size(bytes) {
    std::int64_t stride = 1;
    for (int i = rank - 1; i >= 0; --i) {
      if (part[i] > whole[i] || part[i] < 0) throw Error("dynamic slice: larger than the array");
      shape[i] = whole[i];
      sizes[i] = part[i];
      strides[i] = stride;
      stride = checked_multiply(stride, whole[i]);
    }
  }
  std::int64_t byte_offset(const void* starts) const {
    return element_size *
           dynamic_offset(static_cast<const std::int32_t*>(starts), rank, shape, sizes, strides);
  }
};

CopyProblem part_copy(const MovingPart& part, bool into_the_array) {
  CopyProblem problem;
  problem.element_size = part.element_size;
  problem.rank = part.rank;
  std::int64_t stride = 1;
  for (int i = part.rank - 1; i >= 0; --i) {
    problem.shape[i] = part.sizes[i];
    problem.source_strides[i] = into_the_array ? stride : part.strides[i];
    problem.target_strides[i] = into_the_array ? part.strides[i] : stride;
    stride *= part.sizes[i];
  }
  return problem;
}

}  // namespace

void Plan::copy(std::int64_t element_size, const Shape& shape, const View& source,
                const View& target) {
  check_rank(shape);
  check_strided("copy", source, element_size, shape);
  check_strided("copy", target, element_size, shape);
  CopyProblem problem;
  problem.element_size = element_size;
  problem.rank = static_cast<int>(shape.size());
  for (int i = 0; i < problem.rank; ++i) {
    problem.shape[i] = shape[i];
    problem.source_strides[i] = source.strides[i];
    problem.target_strides[i] = target.strides[i];
  }
  append("copy", {&source, &target}, 0, elements(shape),
         [prepared = prepare_copy(problem)](void* const* p, void*) {
           run_copy(prepared, p[0], p[1]);
         });
}

void Plan::dynamic_slice(std::int64_t element_size, const Shape& shape, const Shape& sizes,
                         const View& x, const View& starts, const View& result) {
  check_rank(shape);
  if (sizes.size() != shape.size()) throw Error("dynamic_slice: one size for each dimension");
  const MovingPart part(element_size, shape, sizes);
  check_dense("dynamic_slice", x, checked_multiply(elements(shape), element_size));
  check_dense("dynamic_slice", starts, 4 * part.rank);
  check_dense("dynamic_slice", result, checked_multiply(elements(sizes), element_size));
  append("dynamic_slice", {&x, &starts, &result}, 0, elements(sizes),
         [part, prepared = prepare_copy(part_copy(part, false))](void* const* p, void*) {
           run_copy(prepared, static_cast<const char*>(p[0]) + part.byte_offset(p[1]), p[2]);
         });
}

void Plan::dynamic_update_slice(std::int64_t element_size, const Shape& shape, const Shape& sizes,
                                const View& x, const View& update, const View& starts) {
  check_rank(shape);
  if (sizes.size() != shape.size()) throw Error("dynamic_update_slice: one size each dimension");
  const MovingPart part(element_size, shape, sizes);
  check_dense("dynamic_update_slice", x, checked_multiply(elements(shape), element_size));
  check_dense("dynamic_update_slice", update, checked_multiply(elements(sizes), element_size));
  check_dense("dynamic_update_slice", starts, 4 * part.rank);
  append("dynamic_update_slice", {&x, &update, &starts}, 0, elements(sizes),
         [part, prepared = prepare_copy(part_copy(part, true))](void* const* p, void*) {
           run_copy(prepared, p[1], static_cast<char*>(p[0]) + part.byte_offset(p[2]));
         });
}

void Plan::reduce(DType dtype, ReduceKind kind, const Shape& shape,
                  const std::vector<bool>& reduced, const View& x, const View& result) {
  check_rank(shape);
  check_strided("reduce", x, size_of(dtype), shape);
  if (reduced.size() != shape.size()) throw Error("reduce: one flag for each dimension is needed");
  ReduceProblem problem;
  problem.dtype = dtype;
  problem.kind = kind;
  problem.rank = static_cast<int>(shape.size());
  std::int64_t kept = 1;
  for (int i = 0; i < problem.rank; ++i) {
    problem.shape[i] = shape[i];
    problem.strides[i] = x.strides[i];
    problem.reduced[i] = reduced[i];
    if (!reduced[i]) kept = checked_multiply(kept, shape[i]);
  }
  check_dense("reduce", result, checked_multiply(kept, size_of(dtype)));
  Reduce prepared(problem);
  const std::int64_t workspace = prepared.workspace_bytes();
  append("reduce", {&x, &result}, workspace, elements(shape),
         [prepared = std::move(prepared)](void* const* p, void* memory) {
           prepared.run(p[0], p[1], memory);
         });
}

void Plan::arg_reduce(const ArgReduceProblem& problem, const View& x, const View& result) {
  validate(problem);
  const std::int64_t rows = checked_multiply(problem.outer, problem.inner);
  const std::int64_t count = checked_multiply(rows, problem.length);
  check_dense("arg_reduce", x, checked_multiply(count, size_of(problem.dtype)));
  check_dense("arg_reduce", result, checked_multiply(rows, size_of(problem.index_dtype)));
  append("arg_reduce", {&x, &result}, 0, count,
         [problem](void* const* p, void*) { cornu::arg_reduce(problem, p[0], p[1]); });
}

}  // namespace cornu
