// From a register program to the steps that blocks run through. Internal to the family.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/elementwise/program.h"
#include "kernels/elementwise/table.h"
#include "kernels/random/table.h"

namespace cornu {

inline constexpr int kMaxOperands = 48;
inline constexpr int kMaxOutputs = 24;  // tails included
inline constexpr int kMaxLocations = 256;

// How an operand looks from inside a block.
enum class AccessKind : std::uint8_t {
  kUnused,
  kUniform,  // one element for the whole iteration space: loaded once a task
  kScalar,   // one element for the block
  kVector,
};

// Every value that a step reads or writes lives at a location; a run keeps one pointer for each.
// In this order:
//   constants, uniforms   one grain, the same value in every lane
//   slots                 registers of a block, shared by registers that are not live together
//   operands, outputs     caller's memory, or a block of scratch where that will not do
struct Step {
  enum class Kind : std::uint8_t { kFunction, kSplat, kIota, kRandom, kQuotient };
  Kind kind = Kind::kFunction;
  ComputeType type = ComputeType::kF32;
  std::uint16_t result = 0, a = 0, b = 0, c = 0, d = 0, e = 0;
  BlockFunction function = nullptr;
  QuotientFunction quotient = nullptr;
  std::uint16_t operand = 0;  // kRandom: the key
  std::uint64_t bits = 0;
  std::int64_t divisor = 1, modulus = 1;
};

struct CompiledOperand {
  DType dtype;
  ComputeType type;
  AccessKind kind = AccessKind::kUnused;
  bool widens = false;         // storage and compute representation differ
  std::uint16_t location = 0;  // an operand location, or a uniform
};

struct CompiledOutput {
  DType dtype;
  ComputeType type;
  std::uint16_t location = 0;  // an output location where `in_place`, else that of the register
  // Steps write the register straight to the output, unless the output is also one of the operands
  // in `read_later`, which steps still read behind that point.
  bool in_place = false;
  std::uint64_t read_later = 0;
};

struct CompiledTail {
  DType dtype;
  ComputeType type;
  ReduceKind kind;
  std::uint16_t location = 0;
};

struct CompiledProgram {
  const ElementwiseKernels* elementwise = nullptr;
  const RandomKernels* random = nullptr;
  std::vector<Step> prologue;  // on uniforms, once a task
  std::vector<Step> steps;     // on blocks
  std::vector<CompiledOperand> operands;
  std::vector<CompiledOutput> outputs;
  std::vector<CompiledTail> tails;
  std::vector<std::uint64_t> constants;  // one grain of 8-byte lanes each, splatted

  int uniforms = 0;
  std::vector<std::uint8_t> slot_sizes;  // bytes of an element of each slot
  int slots() const { return static_cast<int>(slot_sizes.size()); }
  int constant_count() const { return static_cast<int>(constants.size()) / kBlockGrain; }
  int first_uniform() const { return constant_count(); }
  int first_slot() const { return first_uniform() + uniforms; }
  int first_operand() const { return first_slot() + slots(); }
  int first_output() const { return first_operand() + static_cast<int>(operands.size()); }
  int locations() const { return first_output() + static_cast<int>(outputs.size()); }

  std::int64_t capacity = 0;  // elements of a block
  std::int64_t cost = 0;      // rough nanoseconds of a thousand elements
  // Scratch of a task.
  std::int64_t slot_offset(int slot) const { return slot_offsets[static_cast<std::size_t>(slot)]; }
  std::vector<std::int64_t> slot_offsets, operand_offsets, output_offsets;
  std::int64_t uniform_offset = 0, grain_offset = 0, scratch_bytes = 0;

  // Sets the size of blocks and lays out the scratch for it.
  void set_capacity(std::int64_t elements);
};

inline constexpr std::int64_t kGrainBytes = kBlockGrain * 8;

// Checks the program and compiles it for operands that look like `kinds`. Throws Error.
CompiledProgram compile_program(const ElementwiseProgram& program,
                                const std::vector<AccessKind>& kinds);

}  // namespace cornu
