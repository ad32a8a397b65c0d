// The executor: one plan run by many threads at once, steps on minibatches, errors on the way.
// Built with ThreadSanitizer it is the race test of contexts, profiling and the thread pool under
// plans.
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.h"
#include "pool/thread_pool.h"
#include "program/plan.h"

namespace {

using cornu::DType;
using cornu::ElementwiseProgram;
using cornu::Instruction;
using cornu::Opcode;
using cornu::Plan;
using std::int64_t;

int failures = 0;

void expect(bool condition, const char* what) {
  if (condition) return;
  ++failures;
  std::printf("FAIL: %s\n", what);
}

Instruction load(std::uint16_t operand) {
  Instruction instruction{Opcode::op_load, cornu::ComputeType::kF32};
  instruction.operand = operand;
  return instruction;
}

Instruction binary(Opcode op, std::uint16_t a, std::uint16_t b) {
  Instruction instruction{op, cornu::ComputeType::kF32};
  instruction.a = a;
  instruction.b = b;
  return instruction;
}

ElementwiseProgram sum_of_two() {
  ElementwiseProgram program;
  program.instructions = {load(0), load(1), binary(Opcode::op_add, 0, 1)};
  program.operands = {DType::kFloat32, DType::kFloat32};
  program.outputs = {{2, DType::kFloat32}};
  return program;
}

// y = x @ w + b, and state += y[0, 0]: everything that a step of training does with memory.
constexpr int64_t kRows = 96, kColumns = 80, kInner = 64;

void build(Plan& plan) {
  const int x = plan.add_input(DType::kFloat32, kRows, kInner);
  const int w = plan.add_variable(4 * kInner * kColumns);
  const int state = plan.add_variable(4);
  const int hidden = plan.add_arena(0, 4 * kRows * kColumns);
  const int y = plan.add_output(4 * kRows * kColumns);
  plan.matmul_epilogue(DType::kFloat32, 1, kRows, kColumns, kInner, {x, 0, {0, kInner, 1}},
                       {w, 0, {0, kColumns, 1}}, sum_of_two(), {{state, 0, {0, 0, 0}}},
                       {{hidden, 0, {0, kColumns, 1}}});
  plan.elementwise(sum_of_two(), {}, {{state, 0, {}}, {hidden, 0, {}}}, {{state, 0, {}}}, {}, false,
                   0);
  plan.set_last_only(true);
  plan.copy(4, {kRows * kColumns}, {hidden, 0, {1}}, {y, 0, {1}});
  plan.finalize(4 * kRows * kColumns);
}

struct Memory {
  std::vector<float> w = std::vector<float>(kInner * kColumns, 1.0f);
  std::vector<float> state = {0.0f};
  std::vector<float> x = std::vector<float>(kRows * kInner, 1.0f);
  std::vector<float> y = std::vector<float>(kRows * kColumns);
  void* variables[2] = {w.data(), state.data()};
  void* inputs[1] = {x.data()};
  void* outputs[1] = {y.data()};
};

void test_concurrent_runs() {
  Plan plan;
  build(plan);
  std::vector<std::thread> workers;
  std::vector<int> wrong(4, 0);
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&plan, &wrong, worker] {
      Memory memory;
      for (int run = 0; run < 50; ++run) {
        memory.state[0] = static_cast<float>(worker);
        plan.run(memory.variables, memory.inputs, memory.outputs);
        const float expected = static_cast<float>(kInner + worker);
        wrong[worker] += memory.y.back() != expected;
        wrong[worker] += memory.state[0] != expected + static_cast<float>(worker);
      }
    });
  }
  for (int i = 0; i < 20; ++i) plan.profile();
  for (std::thread& worker : workers) worker.join();
  for (const int count : wrong) expect(count == 0, "each thread has memory of its own");
}

void test_steps() {
  Plan plan;
  build(plan);
  plan.set_profiling(true);
  Memory memory;
  std::vector<float> source(3 * kInner);
  for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<float>(i / kInner);
  std::vector<int64_t> index(kRows * 5);
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int64_t>(i / kRows) % 3;
  const cornu::Source rows{source.data(), DType::kFloat32, 3, kInner, kInner};
  const int64_t count = static_cast<int64_t>(index.size());
  const int64_t done =
      plan.run_steps(memory.variables, {rows}, index.data(), count, 0, 5, 100.0, memory.outputs);
  expect(done == 5, "all steps run");
  // Steps see rows of 0, 1, 2, 0, 1; state doubles and gains 64 times the row.
  float state = 0.0f;
  for (const int row : {0, 1, 2, 0, 1}) state += state + 64.0f * static_cast<float>(row);
  expect(memory.state[0] == state, "each step works on its rows");
  expect(plan.profile()[2].calls == 1, "outputs are made in the last step only");
  expect(plan.profile()[1].calls == 5, "the rest in every step");
  expect(
      plan.run_steps(memory.variables, {rows}, index.data(), count, 0, 5, 0.0, memory.outputs) == 1,
      "a step runs even when no time is left");
  index[7] = 3;
  bool refused = false;
  try {
    plan.run_steps(memory.variables, {rows}, index.data(), count, 0, 1, 1.0, memory.outputs);
  } catch (const cornu::Error&) {
    refused = true;
  }
  expect(refused, "an index outside of the source is refused");
}

void test_errors_on_the_way() {
  Plan plan;
  const int x = plan.add_input(DType::kFloat32, 1, 1);
  plan.host_call(
      [](void* const* pointers) {
        if (*static_cast<float*>(pointers[0]) < 0) throw std::runtime_error("negative");
      },
      {{x, 0, {}}}, {4});
  plan.finalize(0);
  float value = -1.0f;
  void* inputs[] = {&value};
  for (int i = 0; i < 3; ++i) {
    bool thrown = false;
    try {
      plan.run(nullptr, inputs, nullptr);
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    expect(thrown, "an error of a host call reaches the caller");
  }
  value = 1.0f;
  plan.run(nullptr, inputs, nullptr);
}

}  // namespace

int main() {
  for (const int threads : {1, 2, 5}) {
    cornu::set_num_threads(threads);
    test_concurrent_runs();
    test_steps();
    test_errors_on_the_way();
  }
  if (failures == 0) std::printf("executor: all passed\n");
  return failures ? 1 : 0;
}
