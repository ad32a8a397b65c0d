// Elementwise programs over N-dimensional spaces: merging dimensions, cutting tasks, reductions.
#include <algorithm>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "kernels/elementwise/blocks.h"
#include "kernels/elementwise/compile.h"
#include "kernels/elementwise/tails.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

// Rows shorter than this are handled several to a block.
constexpr std::int64_t kLongRow = 192;
// Elements of a block where there are no steps.
constexpr std::int64_t kBareBlock = 16384;
// Work below this many nanoseconds is not worth waking threads; tasks take about kTaskTime.
constexpr std::int64_t kParallelTime = 20000;
constexpr std::int64_t kTaskTime = 8000;

std::vector<bool> loaded_operands(const ElementwiseProgram& program) {
  std::vector<bool> loaded(program.operands.size(), false);
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op == Opcode::op_load && instruction.operand < loaded.size()) {
      loaded[instruction.operand] = true;
    }
  }
  return loaded;
}

void check_layout(const ElementwiseProgram& program, const ElementwiseLayout& layout) {
  if (layout.rank < 0 || layout.rank > kMaxRank) {
    throw Error("elementwise: rank " + std::to_string(layout.rank) + " is not in 0.." +
                std::to_string(kMaxRank));
  }
  if (layout.operands.size() != program.operands.size() ||
      layout.outputs.size() != program.outputs.size()) {
    throw Error("elementwise: the layout describes " + std::to_string(layout.operands.size()) +
                " operands and " + std::to_string(layout.outputs.size()) +
                " outputs, the program has " + std::to_string(program.operands.size()) + " and " +
                std::to_string(program.outputs.size()));
  }
  if (layout.reduce_begin < 0 || layout.reduce_begin > layout.rank) {
    throw Error("elementwise: reduce_begin " + std::to_string(layout.reduce_begin) +
                " is not in 0.." + std::to_string(layout.rank));
  }
}

}  // namespace

struct Elementwise::State {
  CompiledProgram program;
  IterationSpace space;
  std::vector<ElementwiseLayout::Access> operand_strides, output_strides;  // merged
  TailPlan tails;
  std::int64_t total = 1;
  std::int64_t per_task = 0;  // elements; a single task where it is `total`
  std::int64_t tasks = 1;
  bool parallel = false;

  State(const ElementwiseProgram& source, const ElementwiseLayout& layout) {
    check_layout(source, layout);
    for (int d = 0; d < layout.rank; ++d) {
      if (layout.shape[d] < 0) throw Error("elementwise: a dimension is negative");
      total = checked_multiply(total, layout.shape[d]);
    }
    merge(source, layout);
    // Dimensions before and behind the split are never merged: the products are those of the
    // layout.
    std::int64_t before = 1, behind = 1;
    for (int d = 0; d < layout.rank; ++d) {
      (d < layout.reduce_begin ? before : behind) *= layout.shape[d];
    }
    // A single result is the same either way; as a trailing reduction it is summed in vectors.
    tails.leading = layout.reduce_leading && behind != 1;
    tails.kept = tails.leading ? behind : (layout.reduce_leading ? 1 : before);
    tails.reduced = layout.reduce_leading ? before : behind;
    if (total == 0) {  // nothing to walk over, but the program is checked all the same
      program = compile_program(source, std::vector<AccessKind>(source.operands.size()));
      return;
    }
    space.row = space.shape[space.rank - 1];
    // A bare reduction needs no registers: its blocks are large, and best hold many rows.
    const bool bare = source.instructions.size() == 1 && source.outputs.empty();
    space.whole_rows = space.rank > 1 && space.row < (bare ? kBareBlock : kLongRow);

    std::vector<AccessKind> kinds;
    for (const auto& access : operand_strides) kinds.push_back(access_kind(space, access.strides));
    program = compile_program(source, kinds);
    if (bare) program.set_capacity(kBareBlock);
    for (std::size_t k = 0; k < operand_strides.size(); ++k) {
      space.operands[k].strides = operand_strides[k].strides;
    }
    for (std::size_t k = 0; k < output_strides.size(); ++k) {
      space.outputs[k].strides = output_strides[k].strides;
    }
    plan_access(program, space);
    space.boundary = std::max<std::int64_t>(total, 1);

    const std::int64_t cost = std::max<std::int64_t>(program.cost, 100);
    parallel = total / 1000 * cost >= kParallelTime;
    std::int64_t unit = space.block;
    if (!program.tails.empty()) unit = plan_tails(program, space, tails);
    cut_tasks(unit);
  }

  // Merges the layout's dimensions into the space.
  void merge(const ElementwiseProgram& source, const ElementwiseLayout& layout) {
    const std::vector<bool> loaded = loaded_operands(source);
    operand_strides.resize(source.operands.size());
    output_strides.resize(source.outputs.size());
    int rank = 0;
    bool fresh = true;  // the next dimension begins a new one
    for (int d = 0; d < layout.rank; ++d) {
      if (d == layout.reduce_begin && !source.tails.empty()) fresh = true;
      if (layout.shape[d] == 1) continue;
      bool joins = !fresh;
      for (std::size_t k = 0; joins && k < source.operands.size(); ++k) {
        joins = !loaded[k] || operand_strides[k].strides[rank - 1] ==
                                  layout.operands[k].strides[d] * layout.shape[d];
      }
      for (std::size_t k = 0; joins && k < source.outputs.size(); ++k) {
        joins =
            output_strides[k].strides[rank - 1] == layout.outputs[k].strides[d] * layout.shape[d];
      }
      if (!joins) ++rank;
      space.shape[rank - 1] = joins ? space.shape[rank - 1] * layout.shape[d] : layout.shape[d];
      for (std::size_t k = 0; k < source.operands.size(); ++k) {
        operand_strides[k].strides[rank - 1] = loaded[k] ? layout.operands[k].strides[d] : 0;
      }
      for (std::size_t k = 0; k < source.outputs.size(); ++k) {
        output_strides[k].strides[rank - 1] = layout.outputs[k].strides[d];
      }
      fresh = false;
    }
    space.rank = std::max(rank, 1);
    if (rank == 0) space.shape[0] = 1;
  }

  void cut_tasks(std::int64_t unit) {
    per_task = std::max<std::int64_t>(total, 1);
    if (tails.leading && !program.tails.empty()) {
      per_task = unit;  // the partial results are kept by task
    } else if (parallel) {
      const std::int64_t cost = std::max<std::int64_t>(program.cost, 100);
      const std::int64_t wanted = std::max<std::int64_t>(kTaskTime * 1000 / cost, 1);
      per_task = (wanted + unit - 1) / unit * unit;
    }
    tasks = (total + per_task - 1) / per_task;
    tails.tasks = tasks;
  }

  void run(const void* const* operands, void* const* outputs, void* workspace) const {
    TailRun tail_run{&program, &tails, outputs + program.outputs.size(),
                     static_cast<unsigned char*>(workspace)};
    if (total == 0) {
      if (!program.tails.empty()) tail_run.store_identities();
      return;
    }
    const auto run_task = [&](std::int64_t task) {
      const Range range{task * per_task, std::min(total, (task + 1) * per_task)};
      if (program.tails.empty()) {
        run_blocks(program, space, range, operands, outputs, BlockSink{});
        return;
      }
      TailTask tail_task(tail_run, task);
      tail_task.begin();
      run_blocks(program, space, range, operands, outputs, tail_task.sink());
      tail_task.finish();
    };
    if (!parallel) {
      for (std::int64_t task = 0; task < tasks; ++task) run_task(task);
    } else {
      parallel_for(tasks, run_task);
    }
    if (!program.tails.empty()) tail_run.combine();
  }
};

Elementwise::Elementwise(const ElementwiseProgram& program, const ElementwiseLayout& layout)
    : state_(new State(program, layout)) {}
Elementwise::~Elementwise() { delete state_; }
Elementwise::Elementwise(Elementwise&& other) noexcept : state_(other.state_) {
  other.state_ = nullptr;
}
Elementwise& Elementwise::operator=(Elementwise&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

std::int64_t Elementwise::workspace_bytes() const {
  return state_->tails.workspace_bytes(state_->program);
}

void Elementwise::run(const void* const* operands, void* const* outputs, void* workspace) const {
  state_->run(operands, outputs, workspace);
}

}  // namespace cornu
