// Elementwise programs as epilogues of matrix products.
#include <string>
#include <utility>

#include "base/error.h"
#include "kernels/elementwise/blocks.h"
#include "kernels/elementwise/compile.h"

namespace cornu {
namespace {

// Tiles narrower than this are handled several rows to a block.
constexpr std::int64_t kLongRow = 128;

AccessKind kind_in_rows(const TileProgram::Access& access) {
  if (access.column_stride != 0) return AccessKind::kVector;
  return access.row_stride != 0 ? AccessKind::kScalar : AccessKind::kUniform;
}

}  // namespace

struct TileProgram::State {
  std::vector<Access> operands, outputs;  // operand 0 is the tile, with strides of its own
  std::int64_t columns;
  bool counts = false;      // has iota or random_bits
  bool one_column = false;  // a result of one column is handled as one row
  CompiledProgram by_row, by_block;

  State(const ElementwiseProgram& program, std::int64_t columns_of_result,
        const std::vector<Access>& others, const std::vector<Access>& results)
      : outputs(results), columns(columns_of_result) {
    if (!program.tails.empty()) throw Error("a matrix product's epilogue cannot reduce");
    if (program.operands.size() != others.size() + 1 || program.outputs.size() != results.size()) {
      throw Error("a matrix product's epilogue: the program has " +
                  std::to_string(program.operands.size()) + " operands (the product first) and " +
                  std::to_string(program.outputs.size()) + " outputs, but the layout has " +
                  std::to_string(others.size() + 1) + " and " + std::to_string(results.size()));
    }
    operands.push_back({1, 1});  // the row stride comes with each tile
    operands.insert(operands.end(), others.begin(), others.end());
    one_column = columns == 1;
    if (one_column) {
      for (std::vector<Access>* list : {&operands, &outputs}) {
        for (Access& access : *list) access = {0, access.row_stride};
      }
    }
    std::vector<AccessKind> in_rows, in_blocks;
    for (const Access& access : operands) {
      const AccessKind kind = kind_in_rows(access);
      in_rows.push_back(kind);
      in_blocks.push_back(kind == AccessKind::kScalar ? AccessKind::kVector : kind);
    }
    for (const Instruction& instruction : program.instructions) {
      counts =
          counts || instruction.op == Opcode::op_iota || instruction.op == Opcode::op_random_bits;
    }
    by_row = compile_program(program, in_rows);
    by_block = compile_program(program, in_blocks);
  }

  // Whole rows of dense matrices, as in the update of weights, follow each other without a gap.
  bool one_long_row(std::int64_t tile_stride, std::int64_t tile_rows,
                    std::int64_t tile_columns) const {
    if (tile_rows == 1 || tile_stride != tile_columns) return false;
    const auto dense = [&](const Access& access) {
      return access.row_stride == tile_columns && access.column_stride == 1;
    };
    for (std::size_t k = 1; k < operands.size(); ++k) {
      const Access& access = operands[k];
      if (!dense(access) && kind_in_rows(access) != AccessKind::kUniform) return false;
    }
    for (const Access& access : outputs) {
      if (!dense(access)) return false;
    }
    return true;
  }
};

TileProgram::TileProgram(const ElementwiseProgram& program, std::int64_t columns,
                         const std::vector<Access>& operands, const std::vector<Access>& outputs)
    : state_(new State(program, columns, operands, outputs)) {}
TileProgram::~TileProgram() { delete state_; }
TileProgram::TileProgram(TileProgram&& other) noexcept : state_(other.state_) {
  other.state_ = nullptr;
}
TileProgram& TileProgram::operator=(TileProgram&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

void TileProgram::run_tile(void* tile, std::int64_t tile_stride, std::int64_t row,
                           std::int64_t column, std::int64_t tile_rows, std::int64_t tile_columns,
                           std::int64_t first_index, const void* const* operands,
                           void* const* outputs) const {
  if (tile_rows <= 0 || tile_columns <= 0) return;
  const State& state = *state_;
  std::int64_t tile_strides[2] = {tile_stride, 1};
  std::int64_t row_length = state.columns;
  if (state.one_column) {
    std::swap(row, column);
    std::swap(tile_rows, tile_columns);
    std::swap(tile_strides[0], tile_strides[1]);
    row_length = tile_columns;  // a single row
  }
  if (state.one_long_row(tile_stride, tile_rows, tile_columns)) {
    tile_columns *= tile_rows;
    tile_rows = 1;
  }
  const bool whole_rows = !state.counts && tile_columns < kLongRow;
  const CompiledProgram& program = whole_rows ? state.by_block : state.by_row;

  IterationSpace space;
  space.rank = 2;
  space.shape[0] = tile_rows;
  space.shape[1] = tile_columns;
  space.row = tile_columns;
  space.whole_rows = whole_rows;
  space.boundary = tile_rows * tile_columns;
  space.first_index = first_index + row * row_length + column;
  space.index_stride = whole_rows ? 0 : row_length;

  std::int64_t strides[kMaxOperands + kMaxOutputs][2];
  const void* operand_pointers[kMaxOperands];
  void* output_pointers[kMaxOutputs];
  const auto place = [&](const Access& access, std::size_t slot, DType dtype) {
    strides[slot][0] = access.row_stride;
    strides[slot][1] = access.column_stride;
    return (row * access.row_stride + column * access.column_stride) * size_of(dtype);
  };
  strides[0][0] = tile_strides[0];
  strides[0][1] = tile_strides[1];
  operand_pointers[0] = tile;
  const std::size_t operand_count = state.operands.size();
  for (std::size_t k = 0; k < operand_count; ++k) {
    space.operands[k].strides = strides[k];
    if (k == 0) continue;
    operand_pointers[k] = static_cast<const unsigned char*>(operands[k - 1]) +
                          place(state.operands[k], k, program.operands[k].dtype);
  }
  for (std::size_t k = 0; k < state.outputs.size(); ++k) {
    space.outputs[k].strides = strides[operand_count + k];
    output_pointers[k] = static_cast<unsigned char*>(outputs[k]) +
                         place(state.outputs[k], operand_count + k, program.outputs[k].dtype);
  }
  plan_access(program, space);
  const Range range{0, tile_rows * tile_columns};
  run_blocks(program, space, range, operand_pointers, output_pointers, BlockSink{});
}

}  // namespace cornu
