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
  // Leading: chunks of rows, each with partial results of its own, and stripes of columns.
  std::int64_t row_chunks = 1;
  std::int64_t rows_per_chunk = 1;
  std::int64_t column_chunks = 1;
  std::int64_t columns_per_chunk = 0;  // 0: rows are taken whole

  std::int64_t workspace_bytes(const CompiledProgram& program) const;
};

// Completes the plan, and the blocks and boundary of the space. `stripes`: the kept dimensions
// of a leading reduction are the rows of the space, which may be cut into stripes for threads. Returns the unit that tasks are cut in.
std::int64_t plan_tails(const CompiledProgram& program, IterationSpace& space, TailPlan& plan,
                        bool stripes);

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
  TailTask(const TailRun& run, std::int64_t task) : run_(run), task_(task) {}

  // Rows and columns of a task of a leading reduction.
  Range stripe() const;
  void begin(const Range& range);
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
    std::uint64_t count = 0;
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
