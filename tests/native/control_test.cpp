// Instructions with bodies, also meant for sanitizers: a loop over a stack, a loop inside a loop, a
// loop of unknown length and a choice. Once warm they allocate nothing; views and frames outside of
// their buffers are refused while the plan is built.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "base/error.h"
#include "program/plan.h"

namespace {
std::atomic<std::int64_t> allocations{0};
}

// Not inlined: GCC would take malloc and delete for a pair that does not match.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using cornu::ComputeType;
using cornu::DType;
using cornu::ElementwiseProgram;
using cornu::Instruction;
using cornu::Opcode;
using cornu::Plan;
using cornu::View;

constexpr std::int64_t kSize = 40, kSteps = 7, kFloat = sizeof(float), kBytes = kSize * kFloat;

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

ElementwiseProgram binary_program(Opcode op, ComputeType result, DType stored) {
  ElementwiseProgram program;
  program.operands = {DType::kFloat32, DType::kFloat32};
  Instruction first{Opcode::op_load, ComputeType::kF32};
  Instruction second = first;
  second.operand = 1;
  Instruction last{op, result};
  last.a = 0;
  last.b = 1;
  program.instructions = {first, second, last};
  program.outputs = {{2, stored}};
  return program;
}

ElementwiseProgram add() {
  return binary_program(Opcode::op_add, ComputeType::kF32, DType::kFloat32);
}

// state + x -> state
std::shared_ptr<Plan> sum_body() {
  auto plan = std::make_shared<Plan>();
  const int state = plan->add_input(DType::kFloat32, 1, kSize);
  const int x = plan->add_input(DType::kFloat32, 1, kSize);
  const int result = plan->add_output(kBytes);
  plan->elementwise(add(), {kSize}, {{state, 0, {1}}, {x, 0, {1}}}, {{result, 0, {1}}}, {}, false,
                    0);
  plan->finalize(0);
  return plan;
}

// (state, x, y) -> (state + x + the sum of kSteps times y), through a loop of its own.
std::shared_ptr<Plan> nested_body() {
  const auto inner = sum_body();
  auto plan = std::make_shared<Plan>();
  const int state = plan->add_input(DType::kFloat32, 1, kSize);
  const int x = plan->add_input(DType::kFloat32, 1, kSize);
  const int result = plan->add_output(kBytes);
  const int sum = plan->add_arena(0, 192);
  const int spare = plan->add_arena(192, 192);
  const int frame = plan->add_arena(384, inner->frame_bytes());
  // The same row at every step: a sequence that does not move.
  plan->scan(inner, kSteps, 1, false, {frame, 0, {}},
             {{{state, 0, {}}, {sum, 0, {}}, {spare, 0, {}}}}, {{{x, 0, {}}, 0}}, {});
  plan->elementwise(add(), {kSize}, {{sum, 0, {1}}, {x, 0, {1}}}, {{result, 0, {1}}}, {}, false, 0);
  plan->finalize(384 + inner->frame_bytes());
  return plan;
}

std::vector<float> ramp(std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 13);
  return values;
}

// A scan whose carry lives in the stack of its history, as each step finds it.
void test_scan(bool reverse) {
  const auto body = nested_body();
  Plan plan;
  const int start = plan.add_input(DType::kFloat32, 1, kSize);
  const int xs = plan.add_input(DType::kFloat32, kSteps, kSize);
  const int last = plan.add_output(kBytes);
  const int history = plan.add_output(kSteps * kBytes);
  const int frame = plan.add_arena(0, body->frame_bytes());
  const View result{last, 0, {}};
  plan.scan(body, kSteps, 1, reverse, {frame, 0, {}}, {{{start, 0, {}}, result, result, 0, -1}},
            {{{xs, 0, {}}, kBytes}}, {{{history, 0, {}}, kBytes}});
  plan.finalize(body->frame_bytes());

  const std::vector<float> begin = ramp(kSize), x = ramp(kSteps * kSize);
  std::vector<float> end(kSize), found(kSteps * kSize);
  void* inputs[] = {const_cast<float*>(begin.data()), const_cast<float*>(x.data())};
  void* outputs[] = {end.data(), found.data()};
  plan.run(nullptr, inputs, outputs);
  std::vector<float> state = begin;
  bool right = true;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const std::int64_t row = reverse ? kSteps - 1 - step : step;
    for (std::int64_t i = 0; i < kSize; ++i) {
      const auto at = static_cast<std::size_t>(row * kSize + i);
      right = right && found[at] == state[static_cast<std::size_t>(i)];
      state[static_cast<std::size_t>(i)] += static_cast<float>(kSteps + 1) * x[at];
    }
  }
  check(right, "the history holds the state before each step");
  check(end == state, "a scan with a scan in its body gives what plain loops give");

  const std::int64_t before = allocations;
  for (int i = 0; i < 10; ++i) plan.run(nullptr, inputs, outputs);
  check(allocations == before, "a warm scan allocates nothing");
  std::vector<std::thread> threads;
  std::vector<std::vector<float>> ends(4, std::vector<float>(kSize));
  std::vector<std::vector<float>> founds(4, std::vector<float>(kSteps * kSize));
  for (std::size_t i = 0; i < ends.size(); ++i) {
    threads.emplace_back([&, i] {
      void* mine[] = {ends[i].data(), founds[i].data()};
      plan.run(nullptr, inputs, mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& other : ends) check(other == state, "runs side by side do not mix their frames");
}

// While state < limit: state += step.
void test_while() {
  auto condition = std::make_shared<Plan>();
  auto body = std::make_shared<Plan>();
  for (Plan* plan : {condition.get(), body.get()}) {
    const bool tests = plan == condition.get();
    const int state = plan->add_input(DType::kFloat32, 1, 1);
    const int limit = plan->add_input(DType::kFloat32, 1, 1);
    const int step = plan->add_input(DType::kFloat32, 1, 1);
    const int result = plan->add_output(tests ? 1 : kFloat);
    const auto less = binary_program(Opcode::op_lt, ComputeType::kB8, DType::kBool);
    plan->elementwise(tests ? less : add(), {}, {{state, 0, {}}, {tests ? limit : step, 0, {}}},
                      {{result, 0, {}}}, {}, false, 0);
    plan->finalize(0);
  }
  Plan plan;
  const int start = plan.add_input(DType::kFloat32, 1, 1);
  const int limit = plan.add_input(DType::kFloat32, 1, 1);
  const int step = plan.add_input(DType::kFloat32, 1, 1);
  const int result = plan.add_output(kFloat);
  const int spare = plan.add_arena(0, 64);
  const int flag = plan.add_arena(64, 1);
  const int first = plan.add_arena(128, 1024);
  const int second = plan.add_arena(1152, 1024);
  plan.while_loop(condition, body, {first, 0, {}}, {second, 0, {}}, {flag, 0, {}},
                  {{{start, 0, {}}, {result, 0, {}}, {spare, 0, {}}}},
                  {{limit, 0, {}}, {step, 0, {}}});
  plan.finalize(2176);
  for (const float end : {-1.0f, 0.5f, 1.5f, 10.0f}) {
    float values[] = {0, end, 1, -7};
    void* inputs[] = {&values[0], &values[1], &values[2]};
    void* outputs[] = {&values[3]};
    plan.run(nullptr, inputs, outputs);
    float expected = 0;
    while (expected < end) expected += 1;
    check(values[3] == expected, "a while loop of no, one, two and many rounds");
  }
}

void test_cond() {
  const auto sum = sum_body();
  auto product = std::make_shared<Plan>();
  const int x = product->add_input(DType::kFloat32, 1, kSize);
  const int y = product->add_input(DType::kFloat32, 1, kSize);
  const int z = product->add_output(kBytes);
  const auto multiply = binary_program(Opcode::op_mul, ComputeType::kF32, DType::kFloat32);
  product->elementwise(multiply, {kSize}, {{x, 0, {1}}, {y, 0, {1}}}, {{z, 0, {1}}}, {}, false, 0);
  product->finalize(0);
  Plan plan;
  const int predicate = plan.add_input(DType::kBool, 1, 1);
  const int a = plan.add_input(DType::kFloat32, 1, kSize);
  const int b = plan.add_input(DType::kFloat32, 1, kSize);
  const int c = plan.add_output(kBytes);
  const int frame = plan.add_arena(0, 1024);
  plan.cond(sum, product, {predicate, 0, {}}, {frame, 0, {}}, {{a, 0, {}}, {b, 0, {}}},
            {{c, 0, {}}});
  plan.finalize(1024);
  std::vector<float> values = ramp(kSize), result(kSize);
  for (unsigned char chosen : {1, 0}) {
    void* inputs[] = {&chosen, values.data(), values.data()};
    void* outputs[] = {result.data()};
    plan.run(nullptr, inputs, outputs);
    bool right = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      right = right && result[i] == (chosen ? values[i] + values[i] : values[i] * values[i]);
    }
    check(right, "each branch runs when it is chosen");
  }
}

void test_bad_use_is_refused() {
  const auto body = sum_body();
  const auto build = [&](std::int64_t steps, std::int64_t stride, std::int64_t frame_bytes,
                         std::int64_t shift, const Plan::Body& run, int after) {
    Plan plan;
    const int start = plan.add_input(DType::kFloat32, 1, kSize);
    const int xs = plan.add_input(DType::kFloat32, kSteps, kSize);
    const int last = plan.add_output(kBytes);
    const int frame = plan.add_arena(shift, frame_bytes);
    const View result{last, 0, {}};
    plan.scan(run, steps, 1, false, {frame, 0, {}}, {{{start, 0, {}}, result, result, -1, after}},
              {{{xs, 0, {}}, stride}}, {});
  };
  const std::int64_t enough = body->frame_bytes();
  check(!refuses([&] { build(kSteps, kBytes, enough, 0, body, -1); }), "a good scan is taken");
  check(refuses([&] { build(kSteps + 1, kBytes, enough, 0, body, -1); }), "too many steps");
  check(refuses([&] { build(-1, kBytes, enough, 0, body, -1); }), "a negative number of steps");
  check(refuses([&] { build(kSteps, kBytes + 4, enough, 0, body, -1); }), "too wide steps");
  check(refuses([&] { build(kSteps, -kBytes, enough, 0, body, -1); }), "steps before the buffer");
  check(refuses([&] { build(kSteps, INT64_MAX / 2, enough, 0, body, -1); }), "steps that overflow");
  check(refuses([&] { build(kSteps, kBytes, enough - 1, 0, body, -1); }), "a small frame");
  check(refuses([&] { build(kSteps, kBytes, enough, 8, body, -1); }), "a crooked frame");
  check(refuses([&] { build(kSteps, kBytes, enough, 0, body, 0); }), "a stack that is not there");
  check(refuses([&] { build(kSteps, kBytes, enough, 0, nullptr, -1); }), "no body");
  const auto unfinished = std::make_shared<Plan>();
  check(refuses([&] { build(kSteps, kBytes, enough, 0, unfinished, -1); }), "an unfinished body");
}

}  // namespace

int main() {
  test_scan(false);
  test_scan(true);
  test_while();
  test_cond();
  test_bad_use_is_refused();
  if (failures == 0) std::printf("control: all passed\n");
  return failures == 0 ? 0 : 1;
}
