// Reductions as elementwise programs of one load and one tail. The axes are put in an order in
// which the innermost one is the one with the shortest stride: kept there, the reduction folds rows
// of results; reduced there, it folds runs of memory.
#include "kernels/reduce/reduce.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/checked.h"
#include "base/error.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

struct Axis {
  std::int64_t size;
  std::int64_t stride;
  bool reduced;
};

// Adjacent axes of the same kind that lie next to each other in memory become one.
std::vector<Axis> merged_axes(const ReduceProblem& problem) {
  std::vector<Axis> axes;
  for (int d = 0; d < problem.rank; ++d) {
    const Axis axis{problem.shape[d], problem.strides[d], problem.reduced[d]};
    if (axis.size == 1) continue;
    if (!axes.empty() && axes.back().reduced == axis.reduced &&
        axes.back().stride == axis.stride * axis.size) {
      axes.back() = {axes.back().size * axis.size, axis.stride, axis.reduced};
    } else {
      axes.push_back(axis);
    }
  }
  return axes;
}

std::int64_t product(const std::vector<Axis>& axes) {
  std::int64_t size = 1;
  for (const Axis& axis : axes) size = checked_multiply(size, axis.size);
  return size;
}

Elementwise make_reduction(const ReduceProblem& problem, const std::vector<Axis>& kept,
                           std::vector<Axis> reduced, bool leading) {
  // The order of summation is ours to choose: longest strides first.
  std::stable_sort(reduced.begin(), reduced.end(), [](const Axis& a, const Axis& b) {
    return std::llabs(a.stride) > std::llabs(b.stride);
  });
  ElementwiseProgram program;
  program.operands = {problem.dtype};
  program.instructions = {{Opcode::op_load, compute_type_of(problem.dtype)}};
  program.tails = {{0, problem.kind, problem.dtype}};
  ElementwiseLayout layout;
  layout.operands.resize(1);
  layout.reduce_leading = leading;
  const auto append = [&](const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) {
      layout.shape[layout.rank] = axis.size;
      layout.operands[0].strides[layout.rank++] = axis.stride;
    }
  };
  append(leading ? reduced : kept);
  layout.reduce_begin = layout.rank;
  append(leading ? kept : reduced);
  return Elementwise(program, layout);
}

// Work of one call below which the calls of a batch are not worth threads.
constexpr std::int64_t kWorthThreads = 1 << 17;
// Below this many elements a call for each batch entry costs more than it saves.
constexpr std::int64_t kWorthCalls = 4096;

}  // namespace

struct Reduce::State {
  // Outer kept axes that are walked one by one, each entry a reduction of its own: a middle axis
  // is then summed within memory that fits a cache.
  std::int64_t batch = 1;
  std::int64_t batch_bytes = 0;   // of the input, from entry to entry
  std::int64_t result_bytes = 0;  // of the output
  std::int64_t entry = 0;         // elements of one entry
  std::optional<Elementwise> reduction;
};

Reduce::Reduce(const ReduceProblem& problem) : state_(nullptr) {
  if (problem.rank < 0 || problem.rank > kMaxRank) {
    throw Error("reduce: rank " + std::to_string(problem.rank) + " is not in 0.." +
                std::to_string(kMaxRank));
  }
  for (int d = 0; d < problem.rank; ++d) {
    if (problem.shape[d] < 0) throw Error("reduce: a dimension is negative");
  }
  std::vector<Axis> axes = merged_axes(problem);
  State state;
  std::vector<Axis> kept, reduced;
  const auto split = [&] {
    kept.clear();
    reduced.clear();
    for (const Axis& axis : axes) (axis.reduced ? reduced : kept).push_back(axis);
  };
  split();
  const auto shortest = [](const std::vector<Axis>& list) {
    std::int64_t stride = INT64_MAX;
    for (const Axis& axis : list) stride = std::min(stride, std::int64_t{std::llabs(axis.stride)});
    return stride;
  };
  const bool leading = !kept.empty() && !reduced.empty() && shortest(kept) < shortest(reduced);
  if (leading && kept.size() > 1 && !axes.front().reduced &&
      product(axes) / std::max<std::int64_t>(axes.front().size, 1) >= kWorthCalls) {
    state.batch = axes.front().size;
    state.batch_bytes = axes.front().stride * size_of(problem.dtype);
    axes.erase(axes.begin());
    split();
    state.result_bytes = product(kept) * size_of(problem.dtype);
  }
  state.entry = product(axes);
  state.reduction.emplace(make_reduction(problem, kept, reduced, leading));
  state_ = new State(std::move(state));
}

Reduce::~Reduce() { delete state_; }
Reduce::Reduce(Reduce&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
Reduce& Reduce::operator=(Reduce&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

std::int64_t Reduce::workspace_bytes() const {
  return state_->batch * state_->reduction->workspace_bytes();
}

void Reduce::run(const void* input, void* output, void* workspace) const {
  const State& state = *state_;
  const std::int64_t workspace_step = state.reduction->workspace_bytes();
  const auto run_entry = [&](std::int64_t i) {
    const void* source = static_cast<const unsigned char*>(input) + i * state.batch_bytes;
    void* target = static_cast<unsigned char*>(output) + i * state.result_bytes;
    state.reduction->run(&source, &target,
                         static_cast<unsigned char*>(workspace) + i * workspace_step);
  };
  if (state.batch > 1 && state.batch * state.entry >= kWorthThreads) {
    parallel_for(state.batch, run_entry);
  } else {
    for (std::int64_t i = 0; i < state.batch; ++i) run_entry(i);
  }
}

}  // namespace cornu
