// float16 and bfloat16 as bit patterns: conversion to and from float32, rounding half to even. For
// files of isa/.
#pragma once

#include "simd/vec.h"

namespace cornu {
namespace {

// Storage of the two types; distinct so that templates can tell them apart.
struct Float16 {
  std::uint16_t bits;
};
struct BFloat16 {
  std::uint16_t bits;
};

CORNU_ALWAYS_INLINE std::uint32_t float_bits(float value) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  return bits;
}
CORNU_ALWAYS_INLINE float float_from_bits(std::uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

CORNU_ALWAYS_INLINE float to_float(BFloat16 value) {
  return float_from_bits(static_cast<std::uint32_t>(value.bits) << 16);
}

CORNU_ALWAYS_INLINE BFloat16 to_bfloat16(float value) {
  const std::uint32_t bits = float_bits(value);
  const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const std::uint32_t nan = (bits >> 16) | 0x40;  // quiet, and not rounded up to infinity
  return {static_cast<std::uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? nan : rounded)};
}

CORNU_ALWAYS_INLINE float to_float(Float16 value) {
#if defined(__F16C__)
  return _cvtsh_ss(value.bits);
#else
  const std::uint32_t sign = static_cast<std::uint32_t>(value.bits & 0x8000) << 16;
  const std::uint32_t rest = static_cast<std::uint32_t>(value.bits & 0x7fff) << 13;
  // Scaling by 2^112 moves the exponent's bias and makes denormals normal.
  const float scaled = float_from_bits(rest) * 5.192296858534828e+33f;
  const bool special = rest >= 0x0f800000;  // infinity and NaN
  const std::uint32_t magnitude = special ? (rest | 0x7f800000) : float_bits(scaled);
  return float_from_bits(magnitude | sign);
#endif
}

CORNU_ALWAYS_INLINE Float16 to_float16(float value) {
#if defined(__F16C__)
  return {static_cast<std::uint16_t>(_cvtss_sh(value, 0))};
#else
  const std::uint32_t bits = float_bits(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000;
  const std::uint32_t magnitude = bits & 0x7fffffff;
  std::uint32_t half;
  if (magnitude > 0x7f800000) {
    half = 0x7e00 | ((magnitude >> 13) & 0x3ff);
  } else if (magnitude >= 0x477ff000) {  // rounds to 65536 or more
    half = 0x7c00;
  } else if (magnitude < 0x38800000) {  // a denormal half: let the addition round
    half = float_bits(float_from_bits(magnitude) + 0.5f) - 0x3f000000;
  } else {
    half = (magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x38000000) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | half)};
#endif
}

}  // namespace
}  // namespace cornu
