// Sums and maxima over moving windows, and their derivatives.
#include "base/checked.h"
#include "base/error.h"
#include "program/plan.h"

namespace cornu {
namespace {

// The prepared windows, with sizes in bytes for the checks.
struct Prepared {
  Window window;
  std::int64_t image_bytes, pooled_bytes, work;

  explicit Prepared(const WindowProblem& problem) : window(problem) {
    image_bytes = checked_multiply(window.image_elements(), size_of(problem.dtype));
    pooled_bytes = checked_multiply(window.pooled_elements(), size_of(problem.dtype));
    work = checked_add(window.image_elements(), window.pooled_elements());
  }
};

void check_floating(const char* who, const WindowProblem& problem) {
  if (!is_floating(problem.dtype)) {
    throw Error(std::string(who) + ": expected a float dtype, got " + name_of(problem.dtype));
  }
}

}  // namespace

void Plan::window_reduce(const WindowProblem& problem, ReduceKind kind, const View& x,
                         const View& pooled) {
  const char* who = kind == ReduceKind::kMax ? "window_max" : "window_sum";
  if (kind != ReduceKind::kMax && kind != ReduceKind::kSum) {
    throw Error("window_reduce: the kind must be sum or max");
  }
  Prepared prepared(problem);
  check_dense(who, x, prepared.image_bytes);
  check_dense(who, pooled, prepared.pooled_bytes);
  const std::int64_t work = prepared.work;
  append(who, {&x, &pooled}, 0, work,
         [window = std::move(prepared.window), kind](void* const* p, void*) {
           window.reduce(kind, p[0], p[1]);
         });
}

void Plan::window_sum_back(const WindowProblem& problem, const View& g, const View& image) {
  const char* who = "window_sum_back";
  check_floating(who, problem);
  Prepared prepared(problem);
  check_dense(who, g, prepared.pooled_bytes);
  check_dense(who, image, prepared.image_bytes);
  const std::int64_t work = prepared.work;
  append(who, {&g, &image}, 0, work, [window = std::move(prepared.window)](void* const* p, void*) {
    window.sum_back(p[0], p[1]);
  });
}

void Plan::window_max_back(const WindowProblem& problem, const View& x, const View& g,
                           const View& image) {
  const char* who = "window_max_back";
  check_floating(who, problem);
  Prepared prepared(problem);
  check_dense(who, x, prepared.image_bytes);
  check_dense(who, g, prepared.pooled_bytes);
  check_dense(who, image, prepared.image_bytes);
  const std::int64_t work = prepared.work;
  append(who, {&x, &g, &image}, 0, work,
         [window = std::move(prepared.window)](void* const* p, void*) {
           window.max_back(p[0], p[1], p[2]);
         });
}

void Plan::window_max_pick(const WindowProblem& problem, const View& x, const View& values,
                           const View& pooled) {
  const char* who = "window_max_pick";
  check_floating(who, problem);
  Prepared prepared(problem);
  check_dense(who, x, prepared.image_bytes);
  check_dense(who, values, prepared.image_bytes);
  check_dense(who, pooled, prepared.pooled_bytes);
  const std::int64_t work = prepared.work;
  append(who, {&x, &values, &pooled}, 0, work,
         [window = std::move(prepared.window)](void* const* p, void*) {
           window.max_pick(p[0], p[1], p[2]);
         });
}

}  // namespace cornu
