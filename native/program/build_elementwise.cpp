// Elementwise clusters, and matrix products with a cluster as their epilogue.
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "program/plan.h"

namespace cornu {
namespace {

constexpr int kMaxEpilogueViews = 64;
// Adam with a running maximum touches four matrices.
constexpr int kMaxStreams = 4;

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count = checked_multiply(count, size);
  return count;
}

// Operands that are keys of random_bits: two words, whatever the iteration space.
std::vector<bool> key_operands(const ElementwiseProgram& program) {
  std::vector<bool> keys(program.operands.size(), false);
  for (const Instruction& instruction : program.instructions) {
    if (instruction.op == Opcode::op_random_bits && instruction.operand < keys.size()) {
      keys[instruction.operand] = true;
    }
  }
  return keys;
}

struct Epilogue {
  TileProgram program;
  // Bytes from batch entry to batch entry of the operands, then of the outputs.
  std::vector<std::int64_t> batch_bytes;
  std::size_t operands;
  std::int64_t matrix;  // elements of one batch entry of the product
  // Views as large as the product, such as weights and their slots: worth fetching ahead.
  struct Stream {
    std::size_t view;
    std::int64_t row_bytes, element_bytes;
  };
  std::vector<Stream> streams;
};

struct EpilogueCall {
  const Epilogue* epilogue;
  void* const* views;
};

void run_epilogue(void* context, const MatmulTile& tile) {
  const EpilogueCall& call = *static_cast<const EpilogueCall*>(context);
  const Epilogue& epilogue = *call.epilogue;
  void* const* views = call.views;
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

MatmulProblem matmul_problem(DType dtype, std::int64_t batch, std::int64_t m, std::int64_t n,
                             std::int64_t k, const View& a, const View& b) {
  if (a.strides.size() != 3 || b.strides.size() != 3) {
    throw Error("matmul: operands need strides for batch, row and column");
  }
  MatmulProblem problem;
  problem.dtype = dtype;
  problem.batch = batch;
  problem.m = m;
  problem.n = n;
  problem.k = k;
  problem.a_batch = a.strides[0];
  problem.a_row = a.strides[1];
  problem.a_col = a.strides[2];
  problem.b_batch = b.strides[0];
  problem.b_row = b.strides[1];
  problem.b_col = b.strides[2];
  problem.c_batch = checked_multiply(m, n);
  problem.c_row = n;
  return problem;
}

std::int64_t matmul_work(std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k) {
  return checked_multiply(checked_multiply(batch, m), checked_multiply(n, k));
}

}  // namespace

void Plan::elementwise(const ElementwiseProgram& program, const Shape& shape,
                       const std::vector<View>& operands, const std::vector<View>& outputs,
                       const std::vector<View>& tails, bool reduce_leading, int reduce_begin) {
  const char* who = "elementwise";
  const int rank = static_cast<int>(shape.size());
  if (rank > kMaxRank) throw Error("elementwise: more than 8 dimensions");
  if (operands.size() != program.operands.size() || outputs.size() != program.outputs.size() ||
      tails.size() != program.tails.size()) {
    throw Error("elementwise: the views do not match the program");
  }
  if (reduce_begin < 0 || reduce_begin > rank) throw Error("elementwise: bad reduce_begin");
  ElementwiseLayout layout;
  layout.rank = rank;
  std::int64_t kept = 1;
  for (int i = 0; i < rank; ++i) {
    layout.shape[i] = shape[i];
    if (reduce_leading ? i >= reduce_begin : i < reduce_begin) {
      kept = checked_multiply(kept, shape[i]);
    }
  }
  layout.reduce_leading = reduce_leading;
  layout.reduce_begin = reduce_begin;
  const auto access = [&](const View& view) {
    ElementwiseLayout::Access result;
    for (int i = 0; i < rank; ++i) result.strides[i] = view.strides[i];
    return result;
  };
  std::vector<const View*> views;
  const std::vector<bool> keys = key_operands(program);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (keys[i]) {
      check_dense(who, operands[i], 8);
      layout.operands.emplace_back();
    } else {
      check_strided(who, operands[i], size_of(program.operands[i]), shape);
      layout.operands.push_back(access(operands[i]));
    }
    views.push_back(&operands[i]);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    check_strided(who, outputs[i], size_of(program.outputs[i].dtype), shape);
    layout.outputs.push_back(access(outputs[i]));
    views.push_back(&outputs[i]);
  }
  for (std::size_t i = 0; i < tails.size(); ++i) {
    check_dense(who, tails[i], checked_multiply(kept, size_of(program.tails[i].dtype)));
    views.push_back(&tails[i]);
  }
  Elementwise compiled(program, layout);
  const std::int64_t workspace = compiled.workspace_bytes();
  const std::int64_t work =
      checked_multiply(elements(shape), static_cast<std::int64_t>(program.instructions.size()));
  append(who, views, workspace, work,
         [compiled = std::move(compiled), count = operands.size()](void* const* p, void* memory) {
           compiled.run(p, p + count, memory);
         });
}

void Plan::matmul(DType dtype, std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k,
                  const View& a, const View& b, const View& c) {
  const MatmulProblem problem = matmul_problem(dtype, batch, m, n, k, a, b);
  const std::int64_t size = size_of(dtype);
  check_strided("matmul", a, size, {batch, m, k});
  check_strided("matmul", b, size, {batch, k, n});
  check_dense("matmul", c, checked_multiply(elements({batch, m, n}), size));
  append(
      "matmul", {&a, &b, &c}, 0, matmul_work(batch, m, n, k),
      [product = Matmul(problem, false)](void* const* p, void*) { product.run(p[0], p[1], p[2]); });
}

void Plan::matmul_epilogue(DType dtype, std::int64_t batch, std::int64_t m, std::int64_t n,
                           std::int64_t k, const View& a, const View& b,
                           const ElementwiseProgram& program, const std::vector<View>& operands,
                           const std::vector<View>& outputs) {
  const char* who = "matmul";
  const MatmulProblem problem = matmul_problem(dtype, batch, m, n, k, a, b);
  const std::int64_t size = size_of(dtype);
  check_strided(who, a, size, {batch, m, k});
  check_strided(who, b, size, {batch, k, n});
  if (operands.size() + 1 != program.operands.size() || outputs.size() != program.outputs.size() ||
      program.operands[0] != dtype) {
    throw Error("matmul: the views do not match the epilogue's program");
  }
  if (operands.size() + outputs.size() > kMaxEpilogueViews) {
    throw Error("matmul: the epilogue has more than 64 operands and outputs");
  }
  std::vector<const View*> views = {&a, &b};
  std::vector<TileProgram::Access> access[2];
  std::vector<std::int64_t> batch_bytes;
  const std::vector<bool> keys = key_operands(program);
  std::vector<Epilogue::Stream> streams;
  const auto add = [&](const View& view, DType type, int which) {
    check_strided(who, view, size_of(type), {batch, m, n});
    if (view.strides[1] != 0 && view.strides[2] == 1) {
      streams.push_back({views.size() - 2, view.strides[1] * size_of(type), size_of(type)});
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
  Epilogue epilogue{TileProgram(program, n, access[0], access[1]), std::move(batch_bytes),
                    operands.size(), checked_multiply(m, n), std::move(streams)};
  append("matmul with epilogue", views, 0, matmul_work(batch, m, n, k),
         [product = Matmul(problem, true), epilogue = std::move(epilogue)](void* const* p, void*) {
           EpilogueCall call{&epilogue, p + 2};
           // What is updated in place is read and written: one stream.
           MatmulStream near[kMaxStreams];
           int count = 0;
           for (const Epilogue::Stream& stream : epilogue.streams) {
             const void* data = p[2 + stream.view];
             bool known = count == kMaxStreams;
             for (int i = 0; i < count && !known; ++i) known = near[i].data == data;
             if (!known) near[count++] = {data, stream.row_bytes, stream.element_bytes};
           }
           product.run(p[0], p[1], nullptr, {run_epilogue, &call, near, count});
         });
}

}  // namespace cornu
