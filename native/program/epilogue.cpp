#include "program/epilogue.h"

#include <string>
#include <utility>

#include "base/checked.h"
#include "base/error.h"

namespace cornu {
namespace {

constexpr std::size_t kMaxEpilogueViews = 64;

}  // namespace

std::vector<bool> key_operands(const ElementwiseProgram& program) {
  std::vector<bool> keys(program.operands.size(), false);
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op == Opcode::op_random_bits && instruction.operand < keys.size()) {
      keys[instruction.operand] = true;
    }
  }
  return keys;
}

Plan::Epilogue Plan::prepare_epilogue(const char* who, DType dtype, const Shape& shape,
                                      const ElementwiseProgram& program,
                                      const std::vector<View>& operands,
                                      const std::vector<View>& outputs,
                                      std::vector<const View*>& views) const {
  if (operands.size() + 1 != program.operands.size() || outputs.size() != program.outputs.size() ||
      program.operands[0] != dtype) {
    throw Error(std::string(who) + ": the views do not match the epilogue's program");
  }
  if (operands.size() + outputs.size() > kMaxEpilogueViews) {
    throw Error(std::string(who) + ": the epilogue has more than 64 operands and outputs");
  }
  const std::size_t before = views.size();
  std::vector<TileProgram::Access> access[2];
  std::vector<std::int64_t> batch_bytes;
  std::vector<Epilogue::Stream> streams;
  const std::vector<bool> keys = key_operands(program);
  const auto add = [&](const View& view, DType type, int which) {
    check_strided(who, view, size_of(type), shape);
    if (view.strides[1] != 0 && view.strides[2] == 1) {
      streams.push_back({views.size() - before, view.strides[1] * size_of(type), size_of(type)});
    }
    access[which].push_back({view.strides[1], view.strides[2]});
    batch_bytes.push_back(checked_multiply(view.strides[0], size_of(type)));
    views.push_back(&view);
  };
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (keys[i + 1]) {
      check_dense(who, operands[i], 8);
      access[0].emplace_back();
      batch_bytes.push_back(0);
      views.push_back(&operands[i]);
    } else {
      add(operands[i], program.operands[i + 1], 0);
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) add(outputs[i], program.outputs[i].dtype, 1);
  return {TileProgram(program, shape[2], access[0], access[1]), std::move(batch_bytes),
          operands.size(), checked_multiply(shape[1], shape[2]), std::move(streams)};
}

EpilogueRun::EpilogueRun(const Plan::Epilogue& epilogue, void* const* views)
    : epilogue_(epilogue), views_(views) {
  // What is updated in place is read and written: one stream.
  for (const Plan::Epilogue::Stream& stream : epilogue.streams) {
    const void* data = views[stream.view];
    bool known = stream_count_ == kMaxStreams;
    for (int i = 0; i < stream_count_ && !known; ++i) known = streams_[i].data == data;
    if (!known) streams_[stream_count_++] = {data, stream.row_bytes, stream.element_bytes};
  }
}

void EpilogueRun::run_tile(void* context, const MatmulTile& tile) {
  const EpilogueRun& call = *static_cast<const EpilogueRun*>(context);
  const Plan::Epilogue& epilogue = call.epilogue_;
  void* const* views = call.views_;
  void* moved[kMaxEpilogueViews];
  if (tile.batch > 0) {
    for (std::size_t i = 0; i < epilogue.batch_bytes.size(); ++i) {
      moved[i] = static_cast<unsigned char*>(views[i]) + tile.batch * epilogue.batch_bytes[i];
    }
    views = moved;
  }
  epilogue.program.run_tile(tile.data, tile.row_stride, tile.row_begin, tile.col_begin,
                            tile.row_end - tile.row_begin, tile.col_end - tile.col_begin,
                            tile.batch * epilogue.matrix, views, views + epilogue.operands);
}

}  // namespace cornu
