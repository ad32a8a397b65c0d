#include "kernels/elementwise/tails.h"

#include <algorithm>

#include "kernels/elementwise/validate.h"

namespace cornu {
namespace {

constexpr std::int64_t kRowsPerChunk = 32;
constexpr std::int64_t kMaxChunks = 1024;
constexpr std::int64_t kMaxPartials = std::int64_t{1} << 20;  // elements of all chunks together

// Room for the partial results of one tail, in bytes: whole grains of the widest type.
std::int64_t partial_bytes(std::int64_t kept) {
  return (kept + kBlockGrain - 1) / kBlockGrain * kGrainBytes;
}

unsigned char* element(void* pointer, std::int64_t index, std::int64_t size) {
  return static_cast<unsigned char*>(pointer) + index * size;
}

}  // namespace

std::int64_t TailPlan::workspace_bytes(const CompiledProgram& program) const {
  const std::int64_t tails = static_cast<std::int64_t>(program.tails.size());
  if (tails == 0) return 0;
  if (leading) return tasks * tails * partial_bytes(kept);
  return tasks > 1 && kept == 1 ? tasks * tails * partial_bytes(1) : 0;
}

std::int64_t plan_tails(const CompiledProgram& program, IterationSpace& space, TailPlan& plan) {
  if (!plan.leading) {
    plan.groups = plan.reduced == 1 || (space.whole_rows && plan.reduced <= program.capacity);
    if (plan.groups) {
      // As many groups as fit, in whole grains where that is possible.
      std::int64_t groups = std::max<std::int64_t>(program.capacity / plan.reduced, 1);
      if (groups > kBlockGrain) groups -= groups % kBlockGrain;
      if (plan.reduced > 1) space.block = groups * plan.reduced;
      return space.block;
    }
    if (space.whole_rows) space.boundary = plan.reduced;
    return plan.kept == 1 ? space.block : plan.reduced;
  }
  const std::int64_t chunks = std::clamp<std::int64_t>(
      std::min(plan.reduced / kRowsPerChunk, kMaxPartials / plan.kept), 1, kMaxChunks);
  plan.rows_per_chunk = std::max<std::int64_t>((plan.reduced + chunks - 1) / chunks, 1);
  plan.tasks = (plan.reduced + plan.rows_per_chunk - 1) / plan.rows_per_chunk;
  return plan.rows_per_chunk * plan.kept;
}

// --------------------------------------------------------------------------------------- TailRun

unsigned char* TailRun::partial(std::int64_t chunk, std::size_t tail) const {
  const std::int64_t tails = static_cast<std::int64_t>(program->tails.size());
  return workspace + (chunk * tails + static_cast<std::int64_t>(tail)) *
                         partial_bytes(plan->leading ? plan->kept : 1);
}

void TailRun::store_identities() const {
  for (std::size_t k = 0; k < program->tails.size(); ++k) {
    const CompiledTail& tail = program->tails[k];
    std::uint64_t identity = identity_bits(tail.type, tail.kind);
    // The limits of a narrow signed type are not those of the type it widens to.
    const int shift = tail.dtype == DType::kInt8 ? 24 : (tail.dtype == DType::kInt16 ? 16 : 0);
    if (shift > 0 && tail.kind != ReduceKind::kProd) identity >>= shift;
    for (std::int64_t i = 0; i < plan->kept; ++i) {
      program->elementwise->store(tail.dtype, element(results[k], i, size_of(tail.dtype)), 1,
                                  &identity, 1);
    }
  }
}

void TailRun::combine() const {
  const bool partials = plan->leading || (plan->tasks > 1 && plan->kept == 1);
  if (!partials) return;
  for (std::size_t k = 0; k < program->tails.size(); ++k) {
    const CompiledTail& tail = program->tails[k];
    // Halving the list adds partial results of like size.
    for (std::int64_t rest = plan->tasks; rest > 1;) {
      const std::int64_t half = (rest + 1) / 2;
      for (std::int64_t i = 0; i + half < rest; ++i) {
        program->elementwise->reduce_columns(tail.type, tail.kind, partial(i, k),
                                             partial(i + half, k), 1, plan->kept);
      }
      rest = half;
    }
    program->elementwise->store(tail.dtype, results[k], 1, partial(0, k), plan->kept);
  }
}

// -------------------------------------------------------------------------------------- TailTask

void TailTask::begin() {
  if (!run_.plan->leading) return;
  for (std::size_t k = 0; k < run_.program->tails.size(); ++k) {
    const CompiledTail& tail = run_.program->tails[k];
    const std::uint64_t identity = identity_bits(tail.type, tail.kind);
    run_.program->elementwise->splat(
        tail.type, run_.partial(task_, k), &identity,
        (run_.plan->kept + kBlockGrain - 1) / kBlockGrain * kBlockGrain);
  }
}

void TailTask::take(std::int64_t first, std::int64_t count, const void* const* tails) {
  for (std::size_t k = 0; k < run_.program->tails.size(); ++k) {
    if (run_.plan->leading) {
      take_leading(k, first, count, tails[k]);
    } else {
      take_trailing(k, first, count, tails[k]);
    }
  }
}

void TailTask::fold(ComputeType type, ReduceKind kind, void* sum, const void* value) const {
  run_.program->elementwise->reduce_columns(type, kind, sum, value, 1, 1);
}

void TailTask::add(Pairs& pairs, const CompiledTail& tail, std::uint64_t value) const {
  int level = 0;
  for (; (pairs.count >> level) & 1; ++level) {
    fold(tail.type, tail.kind, &pairs.level[level], &value);
    value = pairs.level[level];
  }
  pairs.level[level] = value;
  ++pairs.count;
}

std::uint64_t TailTask::total(Pairs& pairs, const CompiledTail& tail) const {
  std::uint64_t sum = 0;
  bool empty = true;
  for (int level = 0; pairs.count >> level != 0; ++level) {
    if (!((pairs.count >> level) & 1)) continue;
    if (!empty) fold(tail.type, tail.kind, &pairs.level[level], &sum);
    sum = pairs.level[level];
    empty = false;
  }
  pairs.count = 0;
  return sum;
}

void TailTask::take_trailing(std::size_t k, std::int64_t first, std::int64_t count,
                             const void* block) {
  const TailPlan& plan = *run_.plan;
  const CompiledTail& tail = run_.program->tails[k];
  const ElementwiseKernels& table = *run_.program->elementwise;
  const std::int64_t size = size_of(tail.dtype);
  if (plan.groups) {
    const std::int64_t groups = count / plan.reduced;
    void* target = element(run_.results[k], first / plan.reduced, size);
    if (!widens(tail.dtype)) {
      table.reduce_rows(tail.type, tail.kind, target, block, groups, plan.reduced);
      return;
    }
    std::uint64_t sums[64];
    for (std::int64_t done = 0; done < groups; done += 64) {
      const std::int64_t part = std::min<std::int64_t>(groups - done, 64);
      const void* rows =
          static_cast<const unsigned char*>(block) + done * plan.reduced * size_of(tail.type);
      table.reduce_rows(tail.type, tail.kind, sums, rows, part, plan.reduced);
      table.store(tail.dtype, element(target, done, size), 1, sums, part);
    }
    return;
  }
  std::uint64_t sum = 0;
  table.reduce_rows(tail.type, tail.kind, &sum, block, 1, count);
  add(pairs_[k], tail, sum);
  const bool result_here = plan.kept > 1 || plan.tasks == 1;
  if (result_here && (first + count) % plan.reduced == 0) {
    const std::uint64_t result = total(pairs_[k], tail);
    table.store(tail.dtype, element(run_.results[k], first / plan.reduced, size), 1, &result, 1);
  }
}

void TailTask::take_leading(std::size_t k, std::int64_t first, std::int64_t count,
                            const void* block) {
  const TailPlan& plan = *run_.plan;
  const CompiledTail& tail = run_.program->tails[k];
  const std::int64_t size = size_of(tail.type);
  unsigned char* sums = run_.partial(task_, k);
  const unsigned char* source = static_cast<const unsigned char*>(block);
  for (std::int64_t column = first % plan.kept; count > 0;) {
    const bool whole = column == 0 && count >= plan.kept;
    const std::int64_t rows = whole ? count / plan.kept : 1;
    const std::int64_t columns = whole ? plan.kept : std::min(count, plan.kept - column);
    run_.program->elementwise->reduce_columns(tail.type, tail.kind, element(sums, column, size),
                                              source, rows, columns);
    source += rows * columns * size;
    count -= rows * columns;
    column = (column + columns) % plan.kept;
  }
}

void TailTask::finish() {
  const TailPlan& plan = *run_.plan;
  if (plan.leading || plan.kept > 1 || plan.tasks == 1) return;
  for (std::size_t k = 0; k < run_.program->tails.size(); ++k) {
    const std::uint64_t sum = total(pairs_[k], run_.program->tails[k]);
    __builtin_memcpy(run_.partial(task_, k), &sum, sizeof(sum));
  }
}

}  // namespace cornu
