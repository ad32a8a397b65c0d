// Running a compiled program over (a part of) an iteration space, block by block. Internal to the
// family.
#pragma once

#include <cstdint>

#include "kernels/elementwise/compile.h"

namespace cornu {

// How the memory of an operand or output is reached from a block.
enum class Reach : std::uint8_t {
  kNone,      // unused, or a uniform
  kDirect,    // the block is in memory as registers hold it
  kElement,   // one element in memory as registers hold it
  kWiden,     // the one element, converted
  kRows,      // copied row by row, converted
  kSameRows,  // the same, but alike for all blocks: copied once a task
};

// Merged dimensions of an iteration space, the last one (the row) of `row` elements.
// Either blocks are pieces of a row, or (`whole_rows`) they are made of whole rows.
struct IterationSpace {
  int rank = 1;
  std::int64_t shape[kMaxRank] = {1};
  std::int64_t row = 1;
  bool whole_rows = false;
  std::int64_t block = 0;     // elements of a block
  std::int64_t boundary = 0;  // no block of whole rows crosses a multiple of this
  // For iota and random_bits: the flat index of the first element, and the distance of rows that
  // are parts of longer ones (0: rows follow each other; otherwise not with `whole_rows`).
  std::int64_t first_index = 0;
  std::int64_t index_stride = 0;

  // As many as the program has are set; without initial values, because a space is made for every
  // tile of a matrix product.
  struct Access {
    Reach reach;
    const std::int64_t* strides;  // in elements
    std::int64_t size;            // bytes of an element in memory
  };
  Access operands[kMaxOperands];
  Access outputs[kMaxOutputs];
};

// Called behind each block with its first element, its size, and where the tails' registers are.
struct BlockSink {
  void (*function)(void* context, std::int64_t first, std::int64_t count,
                   const void* const* tails) = nullptr;
  void* context = nullptr;
};

// Flat elements [begin, end).
struct Range {
  std::int64_t begin = 0, end = 0;
};

// How operands with these strides (in elements) look from inside a block.
AccessKind access_kind(const IterationSpace& space, const std::int64_t* strides);

// Picks reach and block for accesses whose strides are set; no boundary.
void plan_access(const CompiledProgram& program, IterationSpace& space);

void run_blocks(const CompiledProgram& program, const IterationSpace& space, const Range& range,
                const void* const* operands, void* const* outputs, const BlockSink& sink);

}  // namespace cornu
