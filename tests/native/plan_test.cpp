// The executor under load, meant for ThreadSanitizer: a training step of one linear layer as a
// plan. Trainings side by side share the plan and the pool, and every result is equal to the bit
// for any number of threads; bad indices and views outside of their buffers are refused.
#include "program/plan.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "base/error.h"
#include "pool/thread_pool.h"

namespace {

using cornu::ComputeType;
using cornu::DType;
using cornu::ElementwiseProgram;
using cornu::Instruction;
using cornu::Opcode;
using cornu::Plan;
using cornu::Source;
using cornu::View;

constexpr std::int64_t kBatch = 48, kInputs = 160, kOutputs = 96, kRows = 300, kSteps = 12;
constexpr std::int64_t kFloat = sizeof(float);
constexpr float kRate = 1e-4f;

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

template <typename Function>
bool refuses(Function&& function) {
  try {
    function();
  } catch (const cornu::Error&) {
    return true;
  }
  return false;
}

Instruction load(int operand) {
  Instruction instruction{Opcode::op_load, ComputeType::kF32};
  instruction.operand = static_cast<std::uint16_t>(operand);
  return instruction;
}

Instruction constant(float value) {
  Instruction instruction{Opcode::op_constant, ComputeType::kF32};
  std::memcpy(&instruction.bits, &value, sizeof(value));
  return instruction;
}

Instruction binary(Opcode op, int a, int b) {
  Instruction instruction{op, ComputeType::kF32};
  instruction.a = static_cast<std::uint16_t>(a);
  instruction.b = static_cast<std::uint16_t>(b);
  return instruction;
}

// weights -= rate * x^T (x weights - y), and the sum of the squared errors of the last step.
void build(Plan& plan) {
  const int weights = plan.add_variable(kInputs * kOutputs * kFloat);
  const int x = plan.add_input(DType::kFloat32, kBatch, kInputs);
  const int y = plan.add_input(DType::kFloat32, kBatch, kOutputs);
  const int loss = plan.add_output(kFloat);
  const int error = plan.add_arena(0, kBatch * kOutputs * kFloat);

  ElementwiseProgram subtract;  // the epilogue of the product: operand 0 is the product
  subtract.operands = {DType::kFloat32, DType::kFloat32};
  subtract.instructions = {load(0), load(1), binary(Opcode::op_sub, 0, 1)};
  subtract.outputs = {{2, DType::kFloat32}};
  const View rows{error, 0, {0, kOutputs, 1}};
  plan.matmul_epilogue(DType::kFloat32, 1, 1, kBatch, kOutputs, kInputs, {x, 0, {0, 0, kInputs, 1}},
                       {weights, 0, {0, 0, kOutputs, 1}}, subtract, {{y, 0, {0, kOutputs, 1}}},
                       {rows});

  ElementwiseProgram update;
  update.operands = {DType::kFloat32, DType::kFloat32};
  update.instructions = {load(0), constant(kRate), binary(Opcode::op_mul, 0, 1), load(1),
                         binary(Opcode::op_sub, 3, 2)};
  update.outputs = {{4, DType::kFloat32}};
  const View gradient{error, 0, {0, 0, kOutputs, 1}};
  const View in_place{weights, 0, {0, kOutputs, 1}};
  plan.matmul_epilogue(DType::kFloat32, 1, 1, kInputs, kOutputs, kBatch, {x, 0, {0, 0, 1, kInputs}},
                       gradient, update, {in_place}, {in_place});

  plan.set_last_only(true);
  ElementwiseProgram squares;
  squares.operands = {DType::kFloat32};
  squares.instructions = {load(0), binary(Opcode::op_mul, 0, 0)};
  squares.tails = {{1, cornu::ReduceKind::kSum, DType::kFloat32}};
  plan.elementwise(squares, {kBatch * kOutputs}, {{error, 0, {1}}}, {}, {{loss, 0, {}}}, false, 0);
  plan.finalize(kBatch * kOutputs * kFloat);
}

struct Data {
  std::vector<float> x = std::vector<float>(kRows * kInputs);
  std::vector<float> y = std::vector<float>(kRows * kOutputs);
  std::vector<std::int64_t> index = std::vector<std::int64_t>(kSteps * kBatch);
  std::vector<Source> sources;

  Data() {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i) * 0.37f);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::cos(static_cast<float>(i) * 0.11f);
    for (std::size_t i = 0; i < index.size(); ++i) {
      index[i] = static_cast<std::int64_t>(i * 7919 % kRows);
    }
    sources = {{x.data(), DType::kFloat32, kRows, kInputs, kInputs},
               {y.data(), DType::kFloat32, kRows, kOutputs, kOutputs}};
  }
};

struct Result {
  std::vector<float> weights = std::vector<float>(kInputs * kOutputs, 0.01f);
  float loss = -1;
};

void train(const Plan& plan, const Data& data, Result& result) {
  void* variables[] = {result.weights.data()};
  void* outputs[] = {&result.loss};
  const std::int64_t done =
      plan.run_steps(variables, data.sources, data.index.data(),
                     static_cast<std::int64_t>(data.index.size()), 0, kSteps, 1e9, outputs);
  if (done != kSteps) result.loss = -2;
}

bool same(const Result& a, const Result& b) {
  return std::memcmp(a.weights.data(), b.weights.data(), a.weights.size() * sizeof(float)) == 0 &&
         std::memcmp(&a.loss, &b.loss, sizeof(float)) == 0;
}

// The same training in plain loops and double precision.
void test_the_plan_trains(const Data& data, const Result& trained) {
  std::vector<double> weights(kInputs * kOutputs, 0.01);
  double loss = 0;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    std::vector<double> gradient(weights.size(), 0.0);
    loss = 0;
    for (std::int64_t row = 0; row < kBatch; ++row) {
      const std::int64_t from = data.index[static_cast<std::size_t>(step * kBatch + row)];
      const float* x = data.x.data() + from * kInputs;
      for (std::int64_t o = 0; o < kOutputs; ++o) {
        double error = -data.y[static_cast<std::size_t>(from * kOutputs + o)];
        for (std::int64_t i = 0; i < kInputs; ++i) {
          error += x[i] * weights[static_cast<std::size_t>(i * kOutputs + o)];
        }
        loss += error * error;
        for (std::int64_t i = 0; i < kInputs; ++i) {
          gradient[static_cast<std::size_t>(i * kOutputs + o)] += x[i] * error;
        }
      }
    }
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= kRate * gradient[i];
  }
  bool close = std::fabs(trained.loss - loss) < 1e-4 * loss;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    close = close && std::fabs(trained.weights[i] - weights[i]) < 1e-5;
  }
  check(close, "the plan's training is that of plain loops");
}

void test_any_number_of_threads(const Plan& plan, const Data& data, const Result& expected) {
  for (int threads : {1, 2, 5}) {
    cornu::set_num_threads(threads);
    Result result;
    train(plan, data, result);
    check(same(result, expected), "the result does not depend on the number of threads");
  }
}

void test_trainings_side_by_side(const Plan& plan, const Data& data, const Result& expected) {
  cornu::set_num_threads(3);
  std::vector<Result> results(4);
  std::vector<std::thread> threads;
  for (Result& result : results) {
    threads.emplace_back([&plan, &data, &result] { train(plan, data, result); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Result& result : results) {
    check(same(result, expected), "trainings side by side do not disturb each other");
  }
}

void test_bad_use_is_refused(const Plan& plan, const Data& data) {
  Data bad;
  bad.index[5] = kRows;
  Result result;
  check(refuses([&] { train(plan, bad, result); }), "a row outside of the source is refused");
  bad.index[5] = -1;
  check(refuses([&] { train(plan, bad, result); }), "a negative row is refused");
  check(refuses([&] {
          void* variables[] = {result.weights.data()};
          void* outputs[] = {&result.loss};
          plan.run_steps(variables, data.sources, data.index.data(), kBatch - 1, 0, 1, 1, outputs);
        }),
        "too few row numbers are refused");
  check(refuses([] {
          Plan other;
          const int small = other.add_arena(0, 16);
          other.copy(4, {5}, {small, 0, {1}}, {small, 0, {1}});
        }),
        "a view outside of its buffer is refused");
  check(refuses([] {
          Plan other;
          other.add_arena(64, 64);
          other.finalize(100);
        }),
        "a buffer outside of the arena is refused");
}

}  // namespace

int main() {
  Plan plan;
  build(plan);
  const Data data;
  cornu::set_num_threads(1);
  Result expected;
  train(plan, data, expected);
  test_the_plan_trains(data, expected);
  test_any_number_of_threads(plan, data, expected);
  test_trainings_side_by_side(plan, data, expected);
  test_bad_use_is_refused(plan, data);
  if (failures == 0) std::printf("plan: all passed\n");
  return failures == 0 ? 0 : 1;
}
