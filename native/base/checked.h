// Integer arithmetic that refuses to overflow, for sizes and offsets that come from outside.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace cornu {

inline std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (__builtin_add_overflow(a, b, &result)) throw Error("size or offset overflows 64 bits");
  return result;
}

inline std::int64_t checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) throw Error("size or offset overflows 64 bits");
  return result;
}

}  // namespace cornu
