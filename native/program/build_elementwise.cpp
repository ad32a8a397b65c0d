// Elementwise clusters.
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "program/epilogue.h"
#include "program/plan.h"

namespace cornu {
namespace {

std::int64_t elements(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count = checked_multiply(count, size);
  return count;
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

}  // namespace cornu
