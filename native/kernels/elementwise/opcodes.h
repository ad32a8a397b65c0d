// The instructions of elementwise register programs, one line each; everything that enumerates
// them (kernel table, names for the plan builder, tests) is made from these lists.
#pragma once

#include <cstdint>

namespace cornu {

// What a register holds. Storage types are widened on load and narrowed on store:
// float16, bfloat16 -> f32; int8, int16 -> i32; uint8, uint16 -> u32; bool -> b8 (0 or 1).
enum class ComputeType : std::uint8_t { kF32, kF64, kI32, kI64, kU32, kU64, kB8 };
inline constexpr int kComputeTypeCount = 7;

// CORNU_OP(name, registers read)
//
// Sources.
//   load         element of operand `operand`, whose storage dtype widens to the register's type.
//   constant     `bits`: the value in the low bytes of a 64-bit word, as the register's type.
//   iota         (flat index / divisor) % modulus, in any type but b8. The flat index counts the
//                iteration space in C order; axis k of a shape has divisor = product of the later
//                dimensions and modulus = dimension k, also after the caller merged dimensions.
//   random_bits  u32: threefry2x32 of the uint32[2] key in operand `operand` at the 64-bit flat
//                index plus `bits`, both output words xor-ed (JAX's partitionable layout).
#define CORNU_SOURCE_OPS(CORNU_OP) \
  CORNU_OP(load, 0)                \
  CORNU_OP(constant, 0)            \
  CORNU_OP(iota, 0)                \
  CORNU_OP(random_bits, 0)

// The result has the type of register a. Floating types only, but: neg, abs, sign also integers;
// bit_not integers and b8 (logical not). abs of the smallest integer is itself. sign of NaN is NaN.
// round is half to even. is_finite gives b8 from f32 or f64.
#define CORNU_UNARY_OPS(CORNU_OP) \
  CORNU_OP(neg, 1)                \
  CORNU_OP(abs, 1)                \
  CORNU_OP(sign, 1)               \
  CORNU_OP(bit_not, 1)            \
  CORNU_OP(floor, 1)              \
  CORNU_OP(ceil, 1)               \
  CORNU_OP(round, 1)              \
  CORNU_OP(sqrt, 1)               \
  CORNU_OP(rsqrt, 1)              \
  CORNU_OP(exp, 1)                \
  CORNU_OP(expm1, 1)              \
  CORNU_OP(log, 1)                \
  CORNU_OP(log1p, 1)              \
  CORNU_OP(sin, 1)                \
  CORNU_OP(cos, 1)                \
  CORNU_OP(tan, 1)                \
  CORNU_OP(asin, 1)               \
  CORNU_OP(acos, 1)               \
  CORNU_OP(atan, 1)               \
  CORNU_OP(sinh, 1)               \
  CORNU_OP(cosh, 1)               \
  CORNU_OP(tanh, 1)               \
  CORNU_OP(asinh, 1)              \
  CORNU_OP(acosh, 1)              \
  CORNU_OP(atanh, 1)              \
  CORNU_OP(erf, 1)                \
  CORNU_OP(erf_inv, 1)            \
  CORNU_OP(lgamma, 1)             \
  CORNU_OP(digamma, 1)            \
  CORNU_OP(sigmoid, 1)            \
  CORNU_OP(is_finite, 1)

// Type conversions.
//   cast     from the type of register a to the instruction's: float to integer truncates toward
//            zero (out of range and NaN: some value), to b8 is `!= 0`, integers wrap.
//   narrow   the value that storing as `dtype` and loading again would give, for programs that fuse
//            operations on float16, bfloat16, int8, int16, uint8, uint16.
//   bitcast  the same bits as another type of the same width. Costs nothing.
#define CORNU_CONVERSION_OPS(CORNU_OP) \
  CORNU_OP(cast, 1)                    \
  CORNU_OP(narrow, 1)                  \
  CORNU_OP(bitcast, 1)

// Both registers have the type of the result. All but pow, atan2 are exact or correctly rounded.
//   div      floats: IEEE; integers truncate, x / 0 = 0
//   rem      sign of the dividend (C fmod); integers: x rem 0 = 0
//   pow      integers: by squaring, wrapping; a negative exponent gives 0 but for bases 1 and -1
//   max, min NaN where either is NaN; on b8: or, and
//   bit_*    integers, and logical on b8
//   shift_*  counts outside [0, width) shift everything out; right is arithmetic for signed types
// Comparisons give b8; NaN compares unequal to all.
#define CORNU_ARITHMETIC_OPS(CORNU_OP) \
  CORNU_OP(add, 2)                     \
  CORNU_OP(sub, 2)                     \
  CORNU_OP(mul, 2)                     \
  CORNU_OP(div, 2)                     \
  CORNU_OP(rem, 2)                     \
  CORNU_OP(pow, 2)                     \
  CORNU_OP(max, 2)                     \
  CORNU_OP(min, 2)                     \
  CORNU_OP(atan2, 2)                   \
  CORNU_OP(bit_and, 2)                 \
  CORNU_OP(bit_or, 2)                  \
  CORNU_OP(bit_xor, 2)                 \
  CORNU_OP(shift_left, 2)              \
  CORNU_OP(shift_right, 2)
#define CORNU_COMPARISON_OPS(CORNU_OP) \
  CORNU_OP(eq, 2)                      \
  CORNU_OP(ne, 2)                      \
  CORNU_OP(lt, 2)                      \
  CORNU_OP(le, 2)                      \
  CORNU_OP(gt, 2)                      \
  CORNU_OP(ge, 2)

//   select   a (b8) ? b : c
//   mul_add  a * b + c on floats, rounded once where the instruction set has that
#define CORNU_TERNARY_OPS(CORNU_OP) \
  CORNU_OP(select, 3)               \
  CORNU_OP(mul_add, 3)

#define CORNU_ELEMENTWISE_OPS(CORNU_OP) \
  CORNU_SOURCE_OPS(CORNU_OP)            \
  CORNU_UNARY_OPS(CORNU_OP)             \
  CORNU_CONVERSION_OPS(CORNU_OP)        \
  CORNU_ARITHMETIC_OPS(CORNU_OP)        \
  CORNU_COMPARISON_OPS(CORNU_OP)        \
  CORNU_TERNARY_OPS(CORNU_OP)

// Opcode::op_add and so on; the prefix keeps clear of C++'s and the C library's names.
enum class Opcode : std::uint8_t {
#define CORNU_OP(name, arity) op_##name,
  CORNU_ELEMENTWISE_OPS(CORNU_OP)
#undef CORNU_OP
};

#define CORNU_OP(name, arity) +1
inline constexpr int kOpcodeCount = CORNU_ELEMENTWISE_OPS(CORNU_OP);
#undef CORNU_OP

}  // namespace cornu
