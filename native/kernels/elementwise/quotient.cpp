#include "kernels/elementwise/quotient.h"

#include <algorithm>

namespace cornu {

bool find_quotient(const ElementwiseProgram& program, const std::vector<int>& uses, int last,
                   Quotient* found) {
  const auto at = [&](int i) -> const Instruction& {
    return program.instructions[static_cast<std::size_t>(i)];
  };
  const auto is = [&](int i, Opcode op) {
    return at(i).op == op && at(i).type == ComputeType::kF32;
  };
  const auto inner = [&](int i, Opcode op) {
    return is(i, op) && uses[static_cast<std::size_t>(i)] == 1;
  };
  if (!is(last, Opcode::op_sub)) return false;
  const int division = at(last).b;
  if (!inner(division, Opcode::op_div)) return false;
  const int product = at(division).a;
  const int divisor = at(division).b;
  if (!inner(product, Opcode::op_mul)) return false;

  Quotient q;
  int root, sum;
  if (inner(divisor, Opcode::op_sqrt)) {
    root = divisor;
    sum = at(root).a;
    if (!inner(sum, Opcode::op_add)) return false;
    q.terms[0] = at(sum).a;
    q.terms[1] = at(sum).b;
  } else if (inner(divisor, Opcode::op_add)) {
    q.outside = true;
    sum = divisor;
    const bool first = inner(at(sum).a, Opcode::op_sqrt);
    root = first ? at(sum).a : at(sum).b;
    if (!inner(root, Opcode::op_sqrt)) return false;
    q.terms[0] = at(root).a;
    q.terms[1] = first ? at(sum).b : at(sum).a;
  } else {
    return false;
  }
  q.w = at(last).a;
  q.factors[0] = at(product).a;
  q.factors[1] = at(product).b;
  const int members[4] = {product, sum, root, division};
  std::copy(members, members + 4, q.members);
  std::sort(q.members, q.members + 4);
  *found = q;
  return true;
}

}  // namespace cornu
