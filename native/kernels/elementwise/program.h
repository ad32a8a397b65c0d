// Elementwise register programs: a fused cluster of elementwise primitives, run block by block so
// that all intermediate values stay in the first-level cache. No code is generated.
//
// A program is in single-assignment form: instruction i defines register i and reads registers of
// earlier instructions. Compiling it for a layout (once, when a plan is built) checks everything,
// shares registers, and decides which operands are read and which outputs are written in place;
// running it allocates nothing, cannot fail, and gives the same bits for any number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "base/dtype.h"
#include "kernels/elementwise/opcodes.h"

namespace cornu {

inline constexpr int kMaxRank = 8;

struct Instruction {
  Opcode op;
  ComputeType type;            // of the register it defines
  DType dtype = DType::kBool;  // narrow only
  std::uint16_t a = 0;         // registers read, as many as the opcode takes
  std::uint16_t b = 0;
  std::uint16_t c = 0;
  std::uint16_t operand = 0;  // load, random_bits
  std::uint64_t bits = 0;     // constant: the value; random_bits: added to the flat index
  std::int64_t divisor = 1;   // iota
  std::int64_t modulus = 1;
};

enum class ReduceKind : std::uint8_t { kSum, kProd, kMax, kMin };

struct ElementwiseProgram {
  // A register that is stored; several may store the same register.
  struct Output {
    std::uint16_t source;
    DType dtype;  // the register's compute type, or a storage type that widens to it
  };
  // A register that is reduced over the dimensions the layout names. Its result is dense, in C
  // order of the kept dimensions. Max and min give NaN where any value is; b8: or, and.
  struct Tail {
    std::uint16_t source;
    ReduceKind kind;
    DType dtype;
  };
  std::vector<Instruction> instructions;
  std::vector<DType> operands;
  std::vector<Output> outputs;
  std::vector<Tail> tails;
};

// Compute type a storage type widens to.
ComputeType compute_type_of(DType dtype);

const char* name_of(Opcode op);
const char* name_of(ComputeType type);

// By their names ("add", "f32"); throw Error for unknown ones.
Opcode opcode_named(const char* name);
ComputeType compute_type_named(const char* name);

// Strides are in elements; 0 repeats an element (operands only), negative ones walk backwards.
using Strides = std::int64_t[kMaxRank];

struct ElementwiseLayout {
  int rank = 0;  // 0: a single element
  std::int64_t shape[kMaxRank] = {};
  struct Access {
    Strides strides = {};
  };
  std::vector<Access> operands;  // the operand of a random_bits key is uint32[2]; strides unused
  std::vector<Access> outputs;
  // The dimensions that tails reduce: the last ones from `reduce_begin` to rank
  // (reduce_leading = false), or the first ones before `reduce_begin` (true).
  bool reduce_leading = false;
  int reduce_begin = 0;
};

// A program compiled for an iteration space. Dimensions are merged where all strides allow it.
// An output may be the same memory as an operand of the same layout and dtype, or as an operand of
// one element; otherwise outputs overlap nothing.
class Elementwise {
 public:
  // Throws Error for a malformed program or layout.
  Elementwise(const ElementwiseProgram& program, const ElementwiseLayout& layout);
  ~Elementwise();
  Elementwise(Elementwise&&) noexcept;
  Elementwise& operator=(Elementwise&&) noexcept;

  // Memory that run() needs for partial sums; 0 without tails and for small reductions.
  std::int64_t workspace_bytes() const;

  // `outputs` holds the pointers of the outputs, then those of the tails. A reduction over no
  // elements gives 0, 1, or the lowest or highest value of the type (max, min).
  void run(const void* const* operands, void* const* outputs, void* workspace) const;

 private:
  struct State;
  State* state_;
};

// A program compiled as the epilogue of a matrix product: it runs over one tile of the result while
// the tile is hot. Operand 0 is the product tile; the others and the outputs are matrices over the
// whole result, reached by (row stride, column stride): a bias has row stride 0.
class TileProgram {
 public:
  struct Access {
    std::int64_t row_stride = 0;
    std::int64_t column_stride = 0;
  };
  // `operands` describes operands 1, 2, ...; `columns` is the row length of the whole result, which
  // iota and random_bits count by. Programs with tails are refused. Throws Error.
  TileProgram(const ElementwiseProgram& program, std::int64_t columns,
              const std::vector<Access>& operands, const std::vector<Access>& outputs);
  ~TileProgram();
  TileProgram(TileProgram&&) noexcept;
  TileProgram& operator=(TileProgram&&) noexcept;

  // The tile holds rows [row, row + tile_rows) and columns [column, column + tile_columns) of the
  // result, `tile_stride` elements from row to row. `first_index` is the flat index of the matrix'
  // first element (batch * rows * columns in a batched product). operands[0] is the pointer of
  // operand 1; all pointers are those of element (0, 0) of the matrix. Runs on the calling thread;
  // safe from many threads on disjoint tiles. The tile itself may be overwritten.
  void run_tile(void* tile, std::int64_t tile_stride, std::int64_t row, std::int64_t column,
                std::int64_t tile_rows, std::int64_t tile_columns, std::int64_t first_index,
                const void* const* operands, void* const* outputs) const;

 private:
  struct State;
  State* state_;
};

}  // namespace cornu
