// What the program compiler knows about operations.
#include "kernels/elementwise/validate.h"

namespace cornu {

int cost_of(Opcode op) {
  switch (op) {
    case Opcode::op_load:
    case Opcode::op_constant:
    case Opcode::op_bitcast:
      return 0;
    case Opcode::op_random_bits:
      return 1400;
    case Opcode::op_exp:
    case Opcode::op_expm1:
    case Opcode::op_log:
    case Opcode::op_log1p:
    case Opcode::op_tanh:
    case Opcode::op_sigmoid:
    case Opcode::op_erf:
    case Opcode::op_erf_inv:
      return 800;
    case Opcode::op_sin:
    case Opcode::op_cos:
    case Opcode::op_pow:
      return 3000;
    case Opcode::op_tan:
    case Opcode::op_asin:
    case Opcode::op_acos:
    case Opcode::op_atan:
    case Opcode::op_sinh:
    case Opcode::op_cosh:
    case Opcode::op_asinh:
    case Opcode::op_acosh:
    case Opcode::op_atanh:
    case Opcode::op_atan2:
    case Opcode::op_lgamma:
    case Opcode::op_digamma:
    case Opcode::op_rem:
      return 10000;
    default:
      return 60;
  }
}

bool commutes(Opcode op) {
  switch (op) {
    case Opcode::op_add:
    case Opcode::op_mul:
    case Opcode::op_max:
    case Opcode::op_min:
    case Opcode::op_bit_and:
    case Opcode::op_bit_or:
    case Opcode::op_bit_xor:
    case Opcode::op_eq:
    case Opcode::op_ne:
    case Opcode::op_mul_add:
      return true;
    default:
      return false;
  }
}

Opcode turned_around(Opcode op) {
  switch (op) {
    case Opcode::op_lt:
      return Opcode::op_gt;
    case Opcode::op_le:
      return Opcode::op_ge;
    case Opcode::op_gt:
      return Opcode::op_lt;
    case Opcode::op_ge:
      return Opcode::op_le;
    default:
      return op;
  }
}

}  // namespace cornu
