// Matrix products, plain and with a cluster as their epilogue.
#include <utility>

#include "base/checked.h"
#include "base/error.h"
#include "kernels/matmul/matmul.h"
#include "program/epilogue.h"
#include "program/plan.h"

namespace cornu {
namespace {

MatmulProblem matmul_problem(DType dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
                             std::int64_t n, std::int64_t k, const View& a, const View& b) {
  if (a.strides.size() != 4 || b.strides.size() != 4) {
    throw Error("matmul: operands need strides for run, batch, row and column");
  }
  MatmulProblem problem;
  problem.dtype = dtype;
  problem.batch = checked_multiply(runs, batch);
  problem.run = batch;
  problem.m = m;
  problem.n = n;
  problem.k = k;
  problem.a_run = a.strides[0];
  problem.a_batch = a.strides[1];
  problem.a_row = a.strides[2];
  problem.a_col = a.strides[3];
  problem.b_run = b.strides[0];
  problem.b_batch = b.strides[1];
  problem.b_row = b.strides[2];
  problem.b_col = b.strides[3];
  problem.c_batch = checked_multiply(m, n);
  problem.c_run = checked_multiply(problem.c_batch, batch);
  problem.c_row = n;
  return problem;
}

std::int64_t matmul_work(std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k) {
  return checked_multiply(checked_multiply(batch, m), checked_multiply(n, k));
}

}  // namespace

void Plan::matmul(DType dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
                  std::int64_t n, std::int64_t k, const View& a, const View& b, const View& c) {
  MatmulProblem problem = matmul_problem(dtype, runs, batch, m, n, k, a, b);
  const std::int64_t size = size_of(dtype);
  check_strided("matmul", a, size, {runs, batch, m, k});
  check_strided("matmul", b, size, {runs, batch, k, n});
  check_strided("matmul", c, size, {runs, batch, m, n});
  problem.c_run = c.strides[0];
  problem.c_batch = c.strides[1];
  problem.c_row = c.strides[2];
  problem.c_col = c.strides[3];
  append(
      "matmul", {&a, &b, &c}, 0, matmul_work(problem.batch, m, n, k),
      [product = Matmul(problem, false)](void* const* p, void*) { product.run(p[0], p[1], p[2]); });
}

void Plan::matmul_epilogue(DType dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
                           std::int64_t n, std::int64_t k, const View& a, const View& b,
                           const ElementwiseProgram& program, const std::vector<View>& operands,
                           const std::vector<View>& outputs) {
  const MatmulProblem problem = matmul_problem(dtype, runs, batch, m, n, k, a, b);
  const std::int64_t size = size_of(dtype);
  check_strided("matmul", a, size, {runs, batch, m, k});
  check_strided("matmul", b, size, {runs, batch, k, n});
  std::vector<const View*> views = {&a, &b};
  Epilogue epilogue =
      prepare_epilogue("matmul", dtype, {problem.batch, m, n}, program, operands, outputs, views);
  append("matmul with epilogue", views, 0, matmul_work(problem.batch, m, n, k),
         [product = Matmul(problem, true), epilogue = std::move(epilogue)](void* const* p, void*) {
           EpilogueRun run(epilogue, p + 2);
           product.run(p[0], p[1], nullptr, run.hook());
         });
}

}  // namespace cornu
