// Instructions with bodies. A body runs in a frame, which is memory of the plan around it: the
// body's arena and its table of pointers. From step to step only the pointers of what moves change.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/error.h"
#include "pool/thread_pool.h"
#include "program/interrupt.h"
#include "program/plan.h"

namespace cornu {
namespace {

constexpr std::int64_t kPointer = sizeof(void*);

std::int64_t aligned(std::int64_t bytes) {
  constexpr auto kUnit = static_cast<std::int64_t>(kAlignment);
  return checked_add(bytes, kUnit - 1) / kUnit * kUnit;
}

void copy_bytes(void* target, const void* source, std::int64_t bytes) {
  if (bytes > 0 && target != source) std::memcpy(target, source, static_cast<std::size_t>(bytes));
}

unsigned char* at(void* base, std::int64_t offset) {
  return static_cast<unsigned char*>(base) + offset;
}

// Only a rough number: it need not be exact, nor fail, for loops in loops in loops.
std::int64_t repeated(std::int64_t times, std::int64_t work) {
  constexpr std::int64_t kMuch = std::int64_t{1} << 50;
  return work > 0 && times > kMuch / work ? kMuch : times * work;
}

// Carry `i` has these arguments, after those the instruction begins with.
enum CarryArgument { kStart, kResult, kSpare, kCarryArguments };

struct PreparedCarry {
  std::int64_t bytes;
  int before, after;
  int output;  // of the body, or -1 for one in an `after` stack
};

}  // namespace

std::int64_t Plan::frame_bytes() const {
  const auto count = static_cast<std::int64_t>(arguments_.size());
  return aligned(checked_add(aligned(arena_bytes_), checked_multiply(count, kPointer)));
}

// A run of a body in a frame.
class Plan::BodyRun {
 public:
  BodyRun(const Plan& plan, void* frame)
      : plan_(plan), arguments_(reinterpret_cast<void**>(at(frame, aligned(plan.arena_bytes_)))) {
    plan.resolve(static_cast<unsigned char*>(frame), arguments_);
  }
  void bind_input(std::size_t position, void* data) { bind(plan_.bindings_[0], position, data); }
  void bind_output(std::size_t position, void* data) { bind(plan_.bindings_[1], position, data); }
  void run(void* workspace) { plan_.execute(arguments_, workspace, true); }

 private:
  void bind(const Bindings& bindings, std::size_t position, void* data) {
    for (int i = bindings.first[position]; i < bindings.first[position + 1]; ++i) {
      const int argument = bindings.arguments[i];
      arguments_[argument] = at(data, plan_.arguments_[argument].offset);
    }
  }

  const Plan& plan_;
  void** arguments_;
};

void Plan::check_body(const char* who, const Body& body, const View& frame,
                      std::int64_t parts) const {
  if (!body || !body->final_) throw Error(std::string(who) + ": a body is not finished");
  if (!body->variable_bytes().empty()) {
    throw Error(std::string(who) + ": a body has variables; they belong to the plan around it");
  }
  check_dense(who, frame, checked_multiply(body->frame_bytes(), parts));
  const Buffer& buffer = buffers_[frame.buffer];
  if (buffer.kind != Kind::kArena ||
      (buffer.offset + frame.offset) % static_cast<std::int64_t>(kAlignment) != 0) {
    throw Error(std::string(who) + ": a frame must be an aligned part of the arena");
  }
}

void Plan::check_moving(const char* who, const MovingView& moving, std::int64_t length,
                        std::int64_t parts, std::int64_t bytes) const {
  if (length == 0) return;
  for (const std::int64_t step : {std::int64_t{0}, length - 1}) {
    for (const std::int64_t part : {std::int64_t{0}, parts - 1}) {
      View corner = moving.view;
      corner.offset = checked_add(corner.offset, checked_multiply(step, moving.step_bytes));
      corner.offset = checked_add(corner.offset, checked_multiply(part, moving.part_bytes));
      check_dense(who, corner, bytes);
    }
  }
}

void Plan::check_carry(const char* who, const LoopCarry& carry, std::int64_t bytes) const {
  check_dense(who, carry.start, bytes);
  check_dense(who, carry.result, bytes);
  check_dense(who, carry.spare, bytes);
}

// A prepared scan, and how one part of it runs.
struct Plan::ScanLoop {
  struct Moving {
    std::int64_t step_bytes, part_bytes;
    int output;  // of the body; -1 for sequences and for stacks that carries fill
  };
  Body body;
  std::int64_t length, parts;
  bool reverse;
  std::vector<PreparedCarry> carries;
  std::vector<Moving> sequences, stacks;

  // Throws what the body throws; ends early when another part has failed.
  void run_part(std::int64_t part, void* const* p, void* workspace, LoopWatch* watch,
                const std::atomic<bool>& failed) const {
    void* const* const carry = p + 1;
    void* const* const sequence = carry + kCarryArguments * carries.size();
    void* const* const stack = sequence + sequences.size();
    const auto place = [&](std::int64_t step) { return reverse ? length - 1 - step : step; };
    const auto slot = [&](const Moving& moving, void* base, std::int64_t step) {
      return at(base, part * moving.part_bytes + place(step) * moving.step_bytes);
    };
    const auto memory = [&](std::size_t i, CarryArgument which) -> void* {
      return at(carry[kCarryArguments * i + which], part * carries[i].bytes);
    };
    // Where a step leaves a carry.
    const auto left = [&](std::size_t i, std::int64_t step) -> void* {
      const PreparedCarry& state = carries[i];
      if (state.after >= 0) return slot(stacks[state.after], stack[state.after], step);
      const std::int64_t rest = length - 1 - step;
      if (rest == 0) return memory(i, kResult);
      if (state.before >= 0) return slot(stacks[state.before], stack[state.before], step + 1);
      return memory(i, rest % 2 == 0 ? kResult : kSpare);
    };
    BodyRun run(*body, at(p[0], part * body->frame_bytes()));
    for (std::int64_t step = 0; step < length; ++step) {
      for (std::size_t i = 0; i < carries.size(); ++i) {
        const PreparedCarry& state = carries[i];
        void* found = step > 0 ? left(i, step - 1) : memory(i, kStart);
        if (step == 0 && state.before >= 0) {
          void* const first = slot(stacks[state.before], stack[state.before], 0);
          copy_bytes(first, found, state.bytes);
          found = first;
        }
        run.bind_input(i, found);
        if (state.output >= 0) run.bind_output(state.output, left(i, step));
      }
      for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (step > 0 && sequences[i].step_bytes == 0) continue;
        run.bind_input(carries.size() + i, slot(sequences[i], sequence[i], step));
      }
      for (std::size_t i = 0; i < stacks.size(); ++i) {
        if (stacks[i].output < 0) continue;
        run.bind_output(stacks[i].output, slot(stacks[i], stack[i], step));
      }
      run.run(workspace);
      if (watch) watch->step();
      if (failed.load(std::memory_order_relaxed)) return;
    }
    for (std::size_t i = 0; i < carries.size(); ++i) {
      copy_bytes(memory(i, kResult), length > 0 ? left(i, length - 1) : memory(i, kStart),
                 carries[i].bytes);
    }
  }

  void run(void* const* p, void* workspace) const {
    std::atomic<bool> failed{false};
    LoopWatch watch;
    if (parts == 1) {
      run_part(0, p, workspace, &watch, failed);
      return;
    }
    // Only this thread may ask for signals: another one might wait for the interpreter's lock
    // while this one holds it and waits for the other.
    const std::thread::id caller = std::this_thread::get_id();
    const std::int64_t stride = aligned(body->workspace_bytes_);
    std::exception_ptr error;
    std::mutex mutex;
    parallel_for(parts, [&](std::int64_t part) {
      if (failed.load(std::memory_order_relaxed)) return;
      try {
        run_part(part, p, stride ? at(workspace, part * stride) : workspace,
                 std::this_thread::get_id() == caller ? &watch : nullptr, failed);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!error) error = std::current_exception();
        failed = true;
      }
    });
    if (error) std::rethrow_exception(error);
  }
};

void Plan::scan(const Body& body, std::int64_t length, std::int64_t parts, bool reverse,
                const View& frame, const std::vector<LoopCarry>& carries,
                const std::vector<MovingView>& sequences, const std::vector<MovingView>& stacks) {
  const char* who = "scan";
  if (length < 0 || parts < 1) throw Error("scan: a negative number of steps, or no parts");
  check_body(who, body, frame, parts);
  const std::vector<std::int64_t>& in = body->input_bytes();
  const std::vector<std::int64_t>& out = body->output_bytes();
  if (in.size() != carries.size() + sequences.size()) {
    throw Error("scan: the body has another number of inputs than it is given");
  }
  std::vector<const View*> views = {&frame};
  ScanLoop loop{body, length, parts, reverse, {}, {}, {}};
  std::vector<bool> is_output(stacks.size(), true);
  int outputs = 0;
  for (std::size_t i = 0; i < carries.size(); ++i) {
    const LoopCarry& carry = carries[i];
    const int count = static_cast<int>(stacks.size());
    if (carry.before >= count || carry.after >= count || (carry.before >= 0 && carry.after >= 0)) {
      throw Error("scan: a carry names a stack that is not there, or two");
    }
    if (carry.before >= 0 && !is_output[carry.before]) {
      throw Error("scan: two carries in one stack");
    }
    if (carry.before >= 0) is_output[carry.before] = false;
    const int output = carry.after >= 0 ? -1 : outputs++;
    loop.carries.push_back({in[i], carry.before, carry.after, output});
    check_carry(who, carry, checked_multiply(in[i], parts));
    views.insert(views.end(), {&carry.start, &carry.result, &carry.spare});
    if (output >= 0 && (output >= static_cast<int>(out.size()) || out[output] != in[i])) {
      throw Error("scan: a carry comes out in another size than it goes in");
    }
  }
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    check_moving(who, sequences[i], length, parts, in[carries.size() + i]);
    loop.sequences.push_back({sequences[i].step_bytes, sequences[i].part_bytes, -1});
    views.push_back(&sequences[i].view);
  }
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const int output = is_output[i] ? outputs++ : -1;
    if (output >= 0 && output < static_cast<int>(out.size())) {
      check_moving(who, stacks[i], length, parts, out[output]);
    }
    loop.stacks.push_back({stacks[i].step_bytes, stacks[i].part_bytes, output});
    views.push_back(&stacks[i].view);
  }
  if (outputs != static_cast<int>(out.size())) {
    throw Error("scan: the body has another number of outputs than there is memory for");
  }
  for (std::size_t i = 0; i < carries.size(); ++i) {
    for (const int stack : {carries[i].before, carries[i].after}) {
      if (stack >= 0) check_moving(who, stacks[stack], length, parts, in[i]);
    }
    if (carries[i].after < 0) continue;
    const int output = loop.stacks[carries[i].after].output;
    if (output < 0 || out[output] != in[i]) {
      throw Error("scan: a carry comes out in another size than it goes in");
    }
  }
  append(who, views, checked_multiply(aligned(body->workspace_bytes_), parts),
         repeated(checked_multiply(length, parts), body->work() + 1),
         [loop = std::move(loop)](void* const* p, void* workspace) { loop.run(p, workspace); });
  steps_.back().bodies = {body};
}

void Plan::while_loop(const Body& condition, const Body& body, const View& condition_frame,
                      const View& body_frame, const View& flag,
                      const std::vector<LoopCarry>& carries, const std::vector<View>& constants) {
  const char* who = "while";
  check_body(who, condition, condition_frame);
  check_body(who, body, body_frame);
  const std::vector<std::int64_t>& in = body->input_bytes();
  const std::vector<std::int64_t>& out = body->output_bytes();
  if (in.size() != carries.size() + constants.size() || condition->input_bytes() != in) {
    throw Error("while: a body has another number or size of inputs than it is given");
  }
  if (out != std::vector<std::int64_t>(in.begin(), in.begin() + carries.size())) {
    throw Error("while: the body's outputs are not what it carries");
  }
  if (condition->output_bytes() != std::vector<std::int64_t>{1}) {
    throw Error("while: the condition must make one bool");
  }
  check_dense(who, flag, 1);
  std::vector<const View*> views = {&condition_frame, &body_frame, &flag};
  std::vector<std::int64_t> bytes;
  for (std::size_t i = 0; i < carries.size(); ++i) {
    check_carry(who, carries[i], in[i]);
    bytes.push_back(in[i]);
    views.insert(views.end(), {&carries[i].start, &carries[i].result, &carries[i].spare});
  }
  for (std::size_t i = 0; i < constants.size(); ++i) {
    check_dense(who, constants[i], in[carries.size() + i]);
    views.push_back(&constants[i]);
  }
  // How often it will run is not known: as if often.
  constexpr std::int64_t kRounds = 1000;
  append(who, views, std::max(condition->workspace_bytes_, body->workspace_bytes_),
         repeated(kRounds, condition->work() + body->work() + 1),
         [condition, body, bytes = std::move(bytes), constants = constants.size()](
             void* const* p, void* workspace) {
           void* const* const carry = p + 3;
           void* const* const constant = carry + kCarryArguments * bytes.size();
           BodyRun test(*condition, p[0]);
           BodyRun run(*body, p[1]);
           test.bind_output(0, p[2]);
           for (std::size_t i = 0; i < constants; ++i) {
             test.bind_input(bytes.size() + i, constant[i]);
             run.bind_input(bytes.size() + i, constant[i]);
           }
           // Even rounds write the results, odd ones the spares.
           int from = kStart;
           int to = kResult;
           LoopWatch watch;
           for (;;) {
             for (std::size_t i = 0; i < bytes.size(); ++i) {
               test.bind_input(i, carry[kCarryArguments * i + from]);
             }
             test.run(workspace);
             if (*static_cast<const unsigned char*>(p[2]) == 0) break;
             for (std::size_t i = 0; i < bytes.size(); ++i) {
               run.bind_input(i, carry[kCarryArguments * i + from]);
               run.bind_output(i, carry[kCarryArguments * i + to]);
             }
             run.run(workspace);
             from = to;
             to = from == kResult ? kSpare : kResult;
             watch.step();
           }
           for (std::size_t i = 0; i < bytes.size(); ++i) {
             void* const* const mine = carry + kCarryArguments * i;
             copy_bytes(mine[kResult], mine[from], bytes[i]);
           }
         });
  steps_.back().bodies = {condition, body};
}

void Plan::cond(const Body& if_true, const Body& if_false, const View& predicate, const View& frame,
                const std::vector<View>& operands, const std::vector<View>& outputs) {
  const char* who = "cond";
  for (const Body& branch : {if_true, if_false}) {
    check_body(who, branch, frame);
    if (branch->input_bytes().size() != operands.size() ||
        branch->output_bytes().size() != outputs.size()) {
      throw Error("cond: a branch has another number of inputs or outputs than it is given");
    }
  }
  if (if_true->output_bytes() != if_false->output_bytes()) {
    throw Error("cond: the branches make results of different sizes");
  }
  check_dense(who, predicate, 1);
  std::vector<const View*> views = {&predicate, &frame};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    check_dense(who, operands[i], std::max(if_true->input_bytes()[i], if_false->input_bytes()[i]));
    views.push_back(&operands[i]);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    check_dense(who, outputs[i], if_true->output_bytes()[i]);
    views.push_back(&outputs[i]);
  }
  append(who, views, std::max(if_true->workspace_bytes_, if_false->workspace_bytes_),
         std::max(if_true->work(), if_false->work()),
         [if_true, if_false, operands = operands.size(), outputs = outputs.size()](
             void* const* p, void* workspace) {
           const bool chosen = *static_cast<const unsigned char*>(p[0]) != 0;
           BodyRun run(chosen ? *if_true : *if_false, p[1]);
           for (std::size_t i = 0; i < operands; ++i) run.bind_input(i, p[2 + i]);
           for (std::size_t i = 0; i < outputs; ++i) run.bind_output(i, p[2 + operands + i]);
           run.run(workspace);
         });
  steps_.back().bodies = {if_true, if_false};
}

}  // namespace cornu
