// Reduction tails: how the blocks of a program are folded into sums, and in which order, which
// depends on the problem alone. Internal to the family.
#pragma once

#include <cstdint>

#include "kernels/elementwise/blocks.h"
#include "kernels/elementwise/compile.h"

namespace cornu {

struct TailPlan {
  bool leading = false;
  std::int64_t kept = 1;     // results
  std::int64_t reduced = 1;  // elements behind each
  // Trailing: blocks hold several whole groups of `reduced` elements, or are parts of one.
  bool groups = false;
  std::int64_t tasks = 1;
  // Leading: chunks of rows, a task each, with partial results of their own.
  std::int64_t rows_per_chunk = 1;

  std::int64_t workspace_bytes(const CompiledProgram& program) const;
};

// Completes the plan, and the blocks and boundary of the space. Returns the unit that tasks are cut
// in.
std::int64_t plan_tails(const CompiledProgram& program, IterationSpace& space, TailPlan& plan);

struct TailRun {
  const CompiledProgram* program;
  const TailPlan* plan;
  void* const* results;  // one for each tail
  unsigned char* workspace;

  // Of the partial results of a task (trailing) or chunk of rows (leading).
  unsigned char* partial(std::int64_t chunk, std::size_t tail) const;
  void store_identities() const;
  // Folds the partial results into the final ones.
  void combine() const;
};

// The part of one task.
class TailTask {
 public:
  TailTask(const TailRun& run, std::int64_t task) : run_(run), task_(task) {
    for (std::size_t k = 0; k < run.program->tails.size(); ++k) pairs_[k].count = 0;
  }

  // Before the first block.
  void begin();
  BlockSink sink() {
    return {[](void* context, std::int64_t first, std::int64_t count, const void* const* tails) {
              static_cast<TailTask*>(context)->take(first, count, tails);
            },
            this};
  }
  void finish();

 private:
  // Partial results combined in pairs of equal age, so that rounding errors grow with the logarithm
  // of their number.
  struct Pairs {
    std::uint64_t level[48];
    std::uint64_t count;
  };

  void take(std::int64_t first, std::int64_t count, const void* const* tails);
  void take_trailing(std::size_t k, std::int64_t first, std::int64_t count, const void* block);
  void take_leading(std::size_t k, std::int64_t first, std::int64_t count, const void* block);
  void fold(ComputeType type, ReduceKind kind, void* sum, const void* value) const;
  void add(Pairs& pairs, const CompiledTail& tail, std::uint64_t value) const;
  std::uint64_t total(Pairs& pairs, const CompiledTail& tail) const;

  const TailRun& run_;
  std::int64_t task_;
  Pairs pairs_[kMaxOutputs];
};

}  // namespace cornu
