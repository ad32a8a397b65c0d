// A plan: typed instructions over buffers, prepared once for fixed shapes and run many times.
//
// Buffers are parts of one arena (their offsets are the planner's business), constants kept by the
// plan, and memory that each run brings: variables, inputs, outputs. Instructions reach them
// through views. Every view is checked against the size of its buffer while the plan is built;
// running checks nothing and allocates nothing once as many runs at a time have happened before.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/dtype.h"
#include "base/memory.h"
#include "kernels/conv/schedule.h"
#include "kernels/cumulative/cumulative.h"
#include "kernels/elementwise/program.h"
#include "kernels/gather/gather.h"
#include "kernels/matmul/matmul.h"
#include "kernels/reduce/reduce.h"
#include "kernels/sort/sort.h"
#include "kernels/window/window.h"
#include "program/operation.h"

namespace cornu {

using Shape = std::vector<std::int64_t>;

// Elements of a buffer: the byte offset of the one with index 0 in every dimension, and the
// distance in elements between neighbours. Instructions on dense arrays ignore the strides.
struct View {
  int buffer = 0;
  std::int64_t offset = 0;
  Shape strides;
};

// An array in memory whose rows become minibatches. `row_stride` is in elements.
struct Source {
  const void* data = nullptr;
  DType dtype = DType::kFloat32;
  std::int64_t rows = 0;
  std::int64_t row_size = 0;
  std::int64_t row_stride = 0;
};

// Memory that an instruction with a body sees a part of at each step.
struct MovingView {
  View view;                    // of step 0
  std::int64_t step_bytes = 0;  // from step to step
  std::int64_t part_bytes = 0;  // from one part of the batch to the next
};

// A value that goes from one step of a loop to the next. It alternates between `result` and
// `spare`, or lives in a stack of the loop's results: in stack `before` as each step finds it, or
// in stack `after` as each step leaves it.
struct LoopCarry {
  View start, result, spare;
  int before = -1;
  int after = -1;
};

// Time of one instruction while profiling.
struct InstructionTime {
  std::int64_t calls = 0;
  std::int64_t nanoseconds = 0;
  std::int64_t fastest = 0;  // nanoseconds of the quickest call
};

// One call of an instruction while profiling.
struct InstructionEvent {
  std::int64_t instruction;
  std::int64_t begin;  // nanoseconds since profiling started
  std::int64_t nanoseconds;
};

// Further events are dropped until these are taken.
constexpr std::size_t kMaxEvents = 65536;

class Plan {
 public:
  Plan();
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // Buffers; each returns the id of the new one. All sizes are in bytes.
  int add_arena(std::int64_t offset, std::int64_t bytes);
  int add_constant(const void* data, std::int64_t bytes);
  int add_variable(std::int64_t bytes);
  int add_output(std::int64_t bytes);
  // `rows` is the batch size; run_steps fills the buffer with that many rows of a source.
  int add_input(DType dtype, std::int64_t rows, std::int64_t row_size);

  // Instructions that follow run only when the outputs are wanted: in run(), and in the last step
  // of run_steps().
  void set_last_only(bool last_only) { last_only_ = last_only; }

  void elementwise(const ElementwiseProgram& program, const Shape& shape,
                   const std::vector<View>& operands, const std::vector<View>& outputs,
                   const std::vector<View>& tails, bool reduce_leading, int reduce_begin);
  // The batch has `runs` runs of `batch` entries. Strides: a, b and c (run, batch, row, column),
  // the column of c being 1; epilogue operands and outputs (entry, row, column). The program's
  // operand 0 is the product; `operands` are those from 1 on.
  void matmul(DType dtype, std::int64_t runs, std::int64_t batch, std::int64_t m, std::int64_t n,
              std::int64_t k, const View& a, const View& b, const View& c);
  void matmul_epilogue(DType dtype, std::int64_t runs, std::int64_t batch, std::int64_t m,
                       std::int64_t n, std::int64_t k, const View& a, const View& b,
                       const ElementwiseProgram& program, const std::vector<View>& operands,
                       const std::vector<View>& outputs);
  // Operands are dense; see kernels/conv/conv.h for what they are. The epilogue is that of a matrix
  // product with the last axis of the result as columns.
  void conv(const ConvProblem& problem, const View& a, const View& b, const View& c);
  void conv_epilogue(const ConvProblem& problem, const View& a, const View& b,
                     const ElementwiseProgram& program, const std::vector<View>& operands,
                     const std::vector<View>& outputs);
  void reduce(DType dtype, ReduceKind kind, const Shape& shape, const std::vector<bool>& reduced,
              const View& x, const View& result);
  void arg_reduce(const ArgReduceProblem& problem, const View& x, const View& result);
  void copy(std::int64_t element_size, const Shape& shape, const View& source, const View& target);
  // starts are int32, one per dimension; the moving part has `sizes`.
  void dynamic_slice(std::int64_t element_size, const Shape& shape, const Shape& sizes,
                     const View& x, const View& starts, const View& result);
  // Writes the update into `x` in place.
  void dynamic_update_slice(std::int64_t element_size, const Shape& shape, const Shape& sizes,
                            const View& x, const View& update, const View& starts);
  void take(const TakeProblem& problem, const View& x, const View& indices, const View& result);
  void take_sum(const TakeProblem& problem, std::int64_t bag, const View& x, const View& indices,
                const View& result);
  // The strides of g say how its rows lie: from run to run of `run` indices, and within a run; none
  // for a dense one. The epilogue is that of a matrix product of `length` rows.
  void take_back(const TakeProblem& problem, std::int64_t run, const View& g, const View& indices,
                 const View& result);
  void take_back_epilogue(const TakeProblem& problem, std::int64_t run, const View& g,
                          const View& indices, const ElementwiseProgram& program,
                          const std::vector<View>& operands, const std::vector<View>& outputs);
  void gather_nd(const NdProblem& problem, const View& x, const View& indices, const View& result);
  void scatter_nd(const NdProblem& problem, ScatterMode mode, const View& x, const View& indices,
                  const View& updates, const View& result);
  void sort(const SortProblem& problem, const View& x, const View& result);
  void argsort(const SortProblem& problem, const View& x, const View& indices);
  void top_k(const SortProblem& problem, std::int64_t k, const View& x, const View& values,
             const View& indices);
  void cumulative(const CumulativeProblem& problem, const View& x, const View& result);
  void random_bits(std::int64_t count, const View& key, const View& result);
  // Windows over dense images.
  void window_reduce(const WindowProblem& problem, ReduceKind kind, const View& x,
                     const View& pooled);
  void window_sum_back(const WindowProblem& problem, const View& g, const View& image);
  void window_max_back(const WindowProblem& problem, const View& x, const View& g,
                       const View& image);
  void window_max_pick(const WindowProblem& problem, const View& x, const View& values,
                       const View& pooled);
  // Calls back with the pointers of the views. Sizes in bytes are given for the check alone.
  void host_call(std::function<void(void* const*)> function, const std::vector<View>& views,
                 const Shape& bytes);

  // Instructions with bodies: finished plans without variables, whose inputs and outputs are bound
  // to memory of this plan, step by step. A frame is memory of at least the body's frame_bytes().
  using Body = std::shared_ptr<const Plan>;
  // The body's inputs are the carries, a slice of each sequence, and the constants, which are
  // sequences that do not move. Its outputs are the carries that are not in an `after` stack, then
  // a slice of each stack that is not `before`. With several parts, the loop runs once for each, on
  // as many threads, with frames and carries one behind the other.
  void scan(const Body& body, std::int64_t length, std::int64_t parts, bool reverse,
            const View& frame, const std::vector<LoopCarry>& carries,
            const std::vector<MovingView>& sequences, const std::vector<MovingView>& stacks);
  // Both bodies take the carries and the constants; the condition makes one bool, in `flag`.
  void while_loop(const Body& condition, const Body& body, const View& condition_frame,
                  const View& body_frame, const View& flag, const std::vector<LoopCarry>& carries,
                  const std::vector<View>& constants);
  // The branches share a frame.
  void cond(const Body& if_true, const Body& if_false, const View& predicate, const View& frame,
            const std::vector<View>& operands, const std::vector<View>& outputs);

  // Ends building. Throws Error for arena buffers outside of `arena_bytes`.
  void finalize(std::int64_t arena_bytes);

  // Pointers in the order in which the buffers of each kind were added. Safe from many threads.
  void run(void* const* variables, void* const* inputs, void* const* outputs) const;
  // Steps first, first + 1, ... on rows of the sources; see cornu.core.engine.Executable. Returns
  // the number of steps done, at least 1. Throws Error for indices outside of a source.
  std::int64_t run_steps(void* const* variables, const std::vector<Source>& sources,
                         const std::int64_t* index, std::int64_t index_size, std::int64_t first,
                         std::int64_t steps, double seconds, void* const* outputs) const;

  // Starts (from zero) or stops taking the time of each instruction; those of bodies come right
  // after the instruction that runs the body, here and in describe().
  void set_profiling(bool enabled) const;
  std::vector<InstructionTime> profile() const;
  // Returns the calls since profiling started or this was last called, at most kMaxEvents of each
  // plan. Instructions are numbered as in profile().
  std::vector<InstructionEvent> take_events() const;

  // Sizes for checks by the binding, and facts for people.
  const std::vector<std::int64_t>& variable_bytes() const { return external_[0]; }
  const std::vector<std::int64_t>& input_bytes() const { return external_[1]; }
  const std::vector<std::int64_t>& output_bytes() const { return external_[2]; }
  std::int64_t arena_bytes() const { return arena_bytes_; }
  // Memory for a run inside of another plan: the arena, and a pointer for each argument. A multiple
  // of the alignment.
  std::int64_t frame_bytes() const;
  // Rough number of elementary operations of a run: whether it is worth letting others work.
  std::int64_t work() const { return work_; }
  int instruction_count() const { return static_cast<int>(steps_.size()); }
  std::string describe() const;

  struct Epilogue;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Kind : std::uint8_t { kVariable, kInput, kOutput, kArena, kConstant };
  struct Buffer {
    Kind kind;
    int position;         // among the external buffers of its kind
    std::int64_t offset;  // in the arena, or in the constants
    std::int64_t bytes;
  };
  struct Argument {
    int buffer;
    std::int64_t offset;
  };
  struct Step {
    std::unique_ptr<Operation> operation;
    const char* name;
    int first_argument;
    int arguments;
    bool last_only;
    std::vector<Body> bodies;
  };
  struct Input {
    DType dtype;
    std::int64_t rows;
    std::int64_t row_size;
  };
  // Which arguments show an input or an output: places in `arguments`, from `first` of one to that
  // of the next.
  struct Bindings {
    std::vector<int> first;
    std::vector<int> arguments;
  };
  struct Context;
  struct Lease;
  class BodyRun;
  struct ScanLoop;

  int add_buffer(Kind kind, int position, std::int64_t offset, std::int64_t bytes);
  // Throw Error unless all elements lie inside the view's buffer.
  void check_strided(const char* who, const View& view, std::int64_t element_size,
                     const Shape& shape) const;
  void check_dense(const char* who, const View& view, std::int64_t bytes) const;
  TakeBackProblem take_back_problem(const TakeProblem& problem, std::int64_t run, const View& g,
                                    const View& indices) const;
  void check_building() const;
  // Prepares a program that works on tiles of a product of shape (batch, rows, columns), and adds
  // its views to the list.
  Epilogue prepare_epilogue(const char* who, DType dtype, const Shape& shape,
                            const ElementwiseProgram& program, const std::vector<View>& operands,
                            const std::vector<View>& outputs,
                            std::vector<const View*>& views) const;

  template <typename Function>
  void append(const char* name, const std::vector<const View*>& views, std::int64_t workspace_bytes,
              std::int64_t work, Function function) {
    check_building();
    const int first = static_cast<int>(arguments_.size());
    for (const View* view : views) arguments_.push_back({view->buffer, view->offset});
    steps_.push_back({std::make_unique<FunctionOperation<Function>>(std::move(function)),
                      name,
                      first,
                      static_cast<int>(views.size()),
                      last_only_,
                      {}});
    if (workspace_bytes > workspace_bytes_) workspace_bytes_ = workspace_bytes;
    work_ += work;
  }

  void bind(Context& context, void* const* variables, void* const* inputs,
            void* const* outputs) const;
  // Fills in the pointers into an arena and to the constants.
  void resolve(unsigned char* arena, void** arguments) const;
  void execute(void* const* arguments, void* workspace, bool wants_outputs) const;
  void execute_profiled(void* const* arguments, void* workspace, bool wants_outputs) const;
  void set_profiling_since(Clock::time_point begin, bool enabled) const;
  // Appends the events with `number` added to instructions; returns the number after the last one.
  std::int64_t take_events(std::int64_t number, std::vector<InstructionEvent>& events) const;
  // Throws Error unless the plan can be a body and the frame holds its run.
  void check_body(const char* who, const Body& body, const View& frame,
                  std::int64_t parts = 1) const;
  void check_moving(const char* who, const MovingView& moving, std::int64_t length,
                    std::int64_t parts, std::int64_t bytes) const;
  void check_carry(const char* who, const LoopCarry& carry, std::int64_t bytes) const;
  std::string describe_steps(int depth) const;
  std::unique_ptr<Context> make_context() const;

  std::vector<Buffer> buffers_;
  std::vector<Argument> arguments_;
  std::vector<Step> steps_;
  std::vector<Input> inputs_;
  std::vector<std::int64_t> external_[3];  // bytes of variables, inputs, outputs
  std::vector<AlignedBuffer> constants_;
  std::vector<int> rebound_;  // arguments in memory that each run brings
  Bindings bindings_[2];      // of the inputs, of the outputs
  bool last_only_ = false;
  bool final_ = false;
  std::int64_t arena_bytes_ = 0;
  std::int64_t workspace_bytes_ = 0;
  std::int64_t staging_bytes_ = 0;
  std::int64_t work_ = 0;

  mutable std::mutex mutex_;  // guards those below
  mutable std::vector<std::unique_ptr<Context>> idle_;
  mutable std::vector<InstructionTime> times_;
  mutable std::vector<InstructionEvent> events_;
  mutable Clock::time_point profiled_since_;
  mutable std::atomic<bool> profiling_{false};
};

}  // namespace cornu
