// Running plans: once, and many steps on minibatches.
#include <algorithm>
#include <chrono>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "program/context.h"
#include "program/plan.h"

namespace cornu {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

std::int64_t nanoseconds_between(TimePoint begin, TimePoint end) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count();
}

}  // namespace

std::unique_ptr<Plan::Context> Plan::make_context() const {
  if (!final_) throw Error("plan: call finalize() before running");
  auto context = std::make_unique<Context>();
  context->arena = AlignedBuffer(static_cast<std::size_t>(arena_bytes_));
  context->workspace = AlignedBuffer(static_cast<std::size_t>(workspace_bytes_));
  context->arguments.resize(arguments_.size());
  resolve(context->arena.data(), context->arguments.data());
  return context;
}

void Plan::resolve(unsigned char* arena, void** arguments) const {
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const Buffer& buffer = buffers_[arguments_[i].buffer];
    unsigned char* base = nullptr;
    if (buffer.kind == Kind::kArena) base = arena + buffer.offset;
    if (buffer.kind == Kind::kConstant) base = constants_[buffer.position].data();
    if (base) arguments[i] = base + arguments_[i].offset;
  }
}

void Plan::bind(Context& context, void* const* variables, void* const* inputs,
                void* const* outputs) const {
  void* const* const tables[] = {variables, inputs, outputs};
  for (const int i : rebound_) {
    const Argument& argument = arguments_[i];
    const Buffer& buffer = buffers_[argument.buffer];
    void* base = tables[static_cast<int>(buffer.kind)][buffer.position];
    context.arguments[i] = static_cast<unsigned char*>(base) + argument.offset;
  }
}

void Plan::execute(void* const* arguments, void* workspace, bool wants_outputs) const {
  if (profiling_.load(std::memory_order_relaxed)) {
    execute_profiled(arguments, workspace, wants_outputs);
    return;
  }
  for (const Step& step : steps_) {
    if (step.last_only && !wants_outputs) continue;
    step.operation->run(arguments + step.first_argument, workspace);
  }
}

void Plan::execute_profiled(void* const* arguments, void* workspace, bool wants_outputs) const {
  // marks[i] to marks[i + 1] is the time of instruction i; one that did not run takes none.
  std::vector<Clock::time_point> marks(steps_.size() + 1);
  marks[0] = Clock::now();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const bool runs = wants_outputs || !step.last_only;
    if (runs) step.operation->run(arguments + step.first_argument, workspace);
    marks[i + 1] = runs ? Clock::now() : marks[i];
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::size_t i = 0; i < times_.size(); ++i) {
    if (steps_[i].last_only && !wants_outputs) continue;
    const std::int64_t spent = nanoseconds_between(marks[i], marks[i + 1]);
    InstructionTime& time = times_[i];
    if (!time.calls || spent < time.fastest) time.fastest = spent;
    time.calls += 1;
    time.nanoseconds += spent;
    if (events_.size() < kMaxEvents) {
      events_.push_back(
          {static_cast<std::int64_t>(i), nanoseconds_between(profiled_since_, marks[i]), spent});
    }
  }
}

void Plan::run(void* const* variables, void* const* inputs, void* const* outputs) const {
  const Lease lease(*this);
  bind(*lease.context, variables, inputs, outputs);
  execute(lease.context->arguments.data(), lease.context->workspace.data(), true);
}

std::int64_t Plan::run_steps(void* const* variables, const std::vector<Source>& sources,
                             const std::int64_t* index, std::int64_t index_size, std::int64_t first,
                             std::int64_t steps, double seconds, void* const* outputs) const {
  if (sources.size() != inputs_.size()) {
    throw Error("run_steps: " + std::to_string(sources.size()) + " sources for " +
                std::to_string(inputs_.size()) + " inputs");
  }
  if (first < 0 || steps < 1) throw Error("run_steps: needs first >= 0 and steps >= 1");
  std::vector<RowGatherProblem> gathers;
  std::int64_t rows = INT64_MAX;
  const std::int64_t batch = inputs_.empty() ? 0 : inputs_[0].rows;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Input& input = inputs_[i];
    const Source& source = sources[i];
    if (source.row_size != input.row_size || input.rows != batch) {
      throw Error("run_steps: input " + std::to_string(i) + " takes " + std::to_string(input.rows) +
                  " rows of " + std::to_string(input.row_size) +
                  " elements; its source has rows of " + std::to_string(source.row_size));
    }
    rows = std::min(rows, source.rows);
    gathers.push_back({source.dtype, input.dtype, source.row_size, source.row_stride});
    validate(gathers.back());
  }
  const std::int64_t end = checked_multiply(checked_add(first, steps), batch);
  if (end > index_size) {
    throw Error("run_steps: " + std::to_string(steps) + " steps from " + std::to_string(first) +
                " on need " + std::to_string(end) + " indices; there are " +
                std::to_string(index_size));
  }
  if (batch > 0) {
    std::int64_t low = 0;
    std::int64_t high = -1;
    for (std::int64_t i = first * batch; i < end; ++i) {
      low = std::min(low, index[i]);
      high = std::max(high, index[i]);
    }
    if (low < 0 || high >= rows) {
      throw Error("run_steps: row " + std::to_string(low < 0 ? low : high) +
                  " is asked for; the sources have " + std::to_string(rows) + " rows");
    }
  }

  const Lease lease(*this);
  Context& context = *lease.context;
  if (context.staging.size() == 0 && staging_bytes_ > 0) {
    context.staging = AlignedBuffer(static_cast<std::size_t>(staging_bytes_));
  }
  std::vector<void*> inputs;
  std::int64_t offset = 0;
  for (const std::int64_t bytes : external_[1]) {
    inputs.push_back(context.staging.data() + offset);
    offset += (bytes + 63) / 64 * 64;
  }
  bind(context, variables, inputs.data(), outputs);

  const Clock::time_point begin = Clock::now();
  const std::int64_t limit = static_cast<std::int64_t>(std::min(seconds, 1e9) * 1e9);
  for (std::int64_t step = 0;; ++step) {
    // Which step is the last must be known before it runs: only that one makes the outputs.
    const bool last = step == steps - 1 || nanoseconds_between(begin, Clock::now()) >= limit;
    const std::int64_t* chosen = index + (first + step) * batch;
    for (std::size_t i = 0; i < gathers.size(); ++i) {
      gather_rows(gathers[i], sources[i].data, chosen, batch, inputs[i]);
    }
    execute(context.arguments.data(), context.workspace.data(), last);
    if (last) return step + 1;
  }
}

void Plan::set_profiling(bool enabled) const { set_profiling_since(Clock::now(), enabled); }

void Plan::set_profiling_since(Clock::time_point begin, bool enabled) const {
  for (const Step& step : steps_) {
    for (const Body& body : step.bodies) body->set_profiling_since(begin, enabled);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (enabled) {
    times_.assign(steps_.size(), InstructionTime{});
    events_.clear();
    profiled_since_ = begin;
  }
  profiling_ = enabled;
}

std::vector<InstructionTime> Plan::profile() const {
  std::vector<InstructionTime> own;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    own = times_;
  }
  std::vector<InstructionTime> rows;
  for (std::size_t i = 0; i < own.size(); ++i) {
    rows.push_back(own[i]);
    for (const Body& body : steps_[i].bodies) {
      const std::vector<InstructionTime> inner = body->profile();
      rows.insert(rows.end(), inner.begin(), inner.end());
    }
  }
  return rows;
}

std::vector<InstructionEvent> Plan::take_events() const {
  std::vector<InstructionEvent> events;
  take_events(0, events);
  return events;
}

std::int64_t Plan::take_events(std::int64_t number, std::vector<InstructionEvent>& events) const {
  std::vector<InstructionEvent> own;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    own.swap(events_);
  }
  std::vector<std::int64_t> numbers;
  for (const Step& step : steps_) {
    numbers.push_back(number++);
    for (const Body& body : step.bodies) number = body->take_events(number, events);
  }
  for (const InstructionEvent& event : own) {
    events.push_back(
        {numbers[static_cast<std::size_t>(event.instruction)], event.begin, event.nanoseconds});
  }
  return number;
}

}  // namespace cornu
