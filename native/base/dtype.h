// Element types of buffers, as the plan format and the kernels name them.
#pragma once

#include <cstdint>

#include "base/hints.h"

namespace cornu {

enum class DType : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat16,
  kBFloat16,
  kFloat32,
  kFloat64,
};

inline constexpr int kDTypeCount = 13;

namespace detail {
struct DTypeInfo {
  const char* name;
  std::uint8_t size;
};
inline constexpr DTypeInfo kDTypeInfo[kDTypeCount] = {
    {"bool", 1},     {"int8", 1},    {"int16", 2},   {"int32", 4},  {"int64", 8},
    {"uint8", 1},    {"uint16", 2},  {"uint32", 4},  {"uint64", 8}, {"float16", 2},
    {"bfloat16", 2}, {"float32", 4}, {"float64", 8},
};
}  // namespace detail

// Bytes of one element.
CORNU_ALWAYS_INLINE constexpr std::int64_t size_of(DType dtype) {
  return detail::kDTypeInfo[static_cast<int>(dtype)].size;
}

// NumPy's name of the type ("bfloat16" as ml_dtypes names it).
CORNU_ALWAYS_INLINE constexpr const char* name_of(DType dtype) {
  return detail::kDTypeInfo[static_cast<int>(dtype)].name;
}

CORNU_ALWAYS_INLINE constexpr bool is_floating(DType dtype) { return dtype >= DType::kFloat16; }

}  // namespace cornu
