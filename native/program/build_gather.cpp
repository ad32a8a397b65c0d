// Gather, scatter, sort, cumulative, random bits: kernels on dense arrays.
#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "base/error.h"
#include "kernels/random/random_bits.h"
#include "program/epilogue.h"
#include "program/plan.h"

namespace cornu {
namespace {

std::int64_t product(std::int64_t a, std::int64_t b, std::int64_t c) {
  return checked_multiply(checked_multiply(a, b), c);
}

struct TakeSizes {
  std::int64_t x, indices, taken;  // bytes

  explicit TakeSizes(const TakeProblem& problem)
      : x(checked_multiply(product(problem.outer, problem.length, problem.inner),
                           size_of(problem.dtype))),
        indices(checked_multiply(problem.count, size_of(problem.index_dtype))),
        taken(checked_multiply(product(problem.outer, problem.count, problem.inner),
                               size_of(problem.dtype))) {}
};

struct NdSizes {
  std::int64_t x, indices, taken;  // bytes

  explicit NdSizes(const NdProblem& problem) {
    x = checked_multiply(problem.inner, size_of(problem.dtype));
    for (int i = 0; i < problem.depth; ++i) x = checked_multiply(x, problem.dims[i]);
    indices = product(problem.count, problem.depth, size_of(problem.index_dtype));
    taken = product(problem.count, problem.inner, size_of(problem.dtype));
  }
};

std::int64_t elements(const SortProblem& problem) {
  return product(problem.outer, problem.length, problem.inner);
}

}  // namespace

void Plan::take(const TakeProblem& problem, const View& x, const View& indices,
                const View& result) {
  validate(problem);
  const TakeSizes sizes(problem);
  check_dense("take", x, sizes.x);
  check_dense("take", indices, sizes.indices);
  check_dense("take", result, sizes.taken);
  append("take", {&x, &indices, &result}, 0, sizes.taken,
         [problem](void* const* p, void*) { cornu::take(problem, p[0], p[1], p[2]); });
}

void Plan::take_sum(const TakeProblem& problem, std::int64_t bag, const View& x,
                    const View& indices, const View& result) {
  validate_take_sum(problem, bag);
  const TakeSizes sizes(problem);
  check_dense("take_sum", x, sizes.x);
  check_dense("take_sum", indices, sizes.indices);
  check_dense("take_sum", result, bag == 0 ? 0 : sizes.taken / bag);
  append(
      "take_sum", {&x, &indices, &result}, 0, sizes.taken,
      [problem, bag](void* const* p, void*) { cornu::take_sum(problem, bag, p[0], p[1], p[2]); });
}

TakeBackProblem Plan::take_back_problem(const TakeProblem& problem, std::int64_t run, const View& g,
                                        const View& indices) const {
  const char* who = "take_back";
  validate(problem);
  const TakeSizes sizes(problem);
  check_dense(who, indices, sizes.indices);
  TakeBackProblem result;
  result.take = problem;
  if (g.strides.empty()) {
    check_dense(who, g, sizes.taken);
    result.run = std::max<std::int64_t>(problem.count, 1);
    result.row_stride = problem.inner;
    return result;
  }
  if (run < 1 || problem.count % run != 0 || g.strides.size() != 2 || problem.outer != 1) {
    throw Error("take_back: rows with strides come in whole runs, for one table");
  }
  result.run = run;
  result.run_stride = g.strides[0];
  result.row_stride = g.strides[1];
  View rows = g;
  rows.strides.push_back(1);
  check_strided(who, rows, size_of(problem.dtype), {problem.count / run, run, problem.inner});
  return result;
}

void Plan::take_back(const TakeProblem& problem, std::int64_t run, const View& g,
                     const View& indices, const View& result) {
  const TakeSizes sizes(problem);
  check_dense("take_back", result, sizes.x);
  append("take_back", {&g, &indices, &result}, 0, sizes.x + sizes.taken,
         [back = TakeBack(take_back_problem(problem, run, g, indices), false)](
             void* const* p, void* memory) { back.run(p[0], p[1], p[2], memory); });
}

void Plan::take_back_epilogue(const TakeProblem& problem, std::int64_t run, const View& g,
                              const View& indices, const ElementwiseProgram& program,
                              const std::vector<View>& operands, const std::vector<View>& outputs) {
  const TakeSizes sizes(problem);
  TakeBack back(take_back_problem(problem, run, g, indices), true);
  std::vector<const View*> views = {&g, &indices};
  Epilogue epilogue = prepare_epilogue("take_back", problem.dtype,
                                       {1, problem.outer * problem.length, problem.inner}, program,
                                       operands, outputs, views);
  const std::int64_t workspace = back.workspace_bytes();
  append("take_back with epilogue", views, workspace, sizes.x + sizes.taken,
         [back = std::move(back), epilogue = std::move(epilogue)](void* const* p, void* memory) {
           EpilogueRun run(epilogue, p + 2);
           back.run(p[0], p[1], nullptr, memory, run.hook());
         });
}

void Plan::gather_nd(const NdProblem& problem, const View& x, const View& indices,
                     const View& result) {
  validate(problem);
  const NdSizes sizes(problem);
  check_dense("gather_nd", x, sizes.x);
  check_dense("gather_nd", indices, sizes.indices);
  check_dense("gather_nd", result, sizes.taken);
  append("gather_nd", {&x, &indices, &result}, 0, sizes.taken,
         [problem](void* const* p, void*) { cornu::gather_nd(problem, p[0], p[1], p[2]); });
}

void Plan::scatter_nd(const NdProblem& problem, ScatterMode mode, const View& x,
                      const View& indices, const View& updates, const View& result) {
  validate(problem);
  const NdSizes sizes(problem);
  check_dense("scatter_nd", x, sizes.x);
  check_dense("scatter_nd", indices, sizes.indices);
  check_dense("scatter_nd", updates, sizes.taken);
  check_dense("scatter_nd", result, sizes.x);
  append("scatter_nd", {&x, &indices, &updates, &result}, 0, sizes.x + sizes.taken,
         [problem, mode](void* const* p, void*) {
           cornu::scatter_nd(problem, mode, p[0], p[1], p[2], p[3]);
         });
}

void Plan::sort(const SortProblem& problem, const View& x, const View& result) {
  validate(problem);
  const std::int64_t bytes = checked_multiply(elements(problem), size_of(problem.dtype));
  check_dense("sort", x, bytes);
  check_dense("sort", result, bytes);
  append("sort", {&x, &result}, 0, 16 * elements(problem),
         [problem](void* const* p, void*) { cornu::sort(problem, p[0], p[1]); });
}

void Plan::argsort(const SortProblem& problem, const View& x, const View& indices) {
  validate(problem);
  check_dense("argsort", x, checked_multiply(elements(problem), size_of(problem.dtype)));
  check_dense("argsort", indices, checked_multiply(elements(problem), 4));
  append("argsort", {&x, &indices}, 0, 16 * elements(problem), [problem](void* const* p, void*) {
    cornu::argsort(problem, p[0], static_cast<std::int32_t*>(p[1]));
  });
}

void Plan::top_k(const SortProblem& problem, std::int64_t k, const View& x, const View& values,
                 const View& indices) {
  validate_top_k(problem, k);
  check_dense("top_k", x, checked_multiply(elements(problem), size_of(problem.dtype)));
  check_dense("top_k", values, product(problem.outer, k, size_of(problem.dtype)));
  check_dense("top_k", indices, product(problem.outer, k, 4));
  append("top_k", {&x, &values, &indices}, 0, 8 * elements(problem),
         [problem, k](void* const* p, void*) {
           cornu::top_k(problem, k, p[0], p[1], static_cast<std::int32_t*>(p[2]));
         });
}

void Plan::cumulative(const CumulativeProblem& problem, const View& x, const View& result) {
  validate(problem);
  const std::int64_t count = product(problem.outer, problem.length, problem.inner);
  check_dense("cumulative", x, checked_multiply(count, size_of(problem.dtype)));
  check_dense("cumulative", result, checked_multiply(count, size_of(problem.dtype)));
  append("cumulative", {&x, &result}, 0, count,
         [problem](void* const* p, void*) { cornu::cumulative(problem, p[0], p[1]); });
}

void Plan::random_bits(std::int64_t count, const View& key, const View& result) {
  check_dense("random_bits", key, 8);
  check_dense("random_bits", result, checked_multiply(count, 4));
  append("random_bits", {&key, &result}, 0, 8 * count, [count](void* const* p, void*) {
    cornu::random_bits(static_cast<const std::uint32_t*>(p[0]), count,
                       static_cast<std::uint32_t*>(p[1]));
  });
}

}  // namespace cornu
