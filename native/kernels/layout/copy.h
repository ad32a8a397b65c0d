// Copies between strided layouts (transpose, broadcast, slice, reverse, parts of a concatenation,
// padding) and fills. Elements are opaque: only their size matters.
#pragma once

#include <cstdint>

#include "kernels/elementwise/program.h"

namespace cornu {

struct CopyProblem {
  std::int64_t element_size = 4;  // 1, 2, 4 or 8
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t source_strides[kMaxRank] = {};  // in elements; 0 repeats, negative reverses
  std::int64_t target_strides[kMaxRank] = {};  // distinct elements
};

// A copy with merged dimensions, a chosen method and fixed blocks. Plain data.
struct StridedCopy {
  enum class Method : std::uint8_t { kNothing, kContiguous, kRows, kTranspose };
  Method method = Method::kNothing;
  std::int64_t element_size = 0;
  int rank = 0;
  std::int64_t shape[kMaxRank] = {};
  std::int64_t source_strides[kMaxRank] = {};
  std::int64_t target_strides[kMaxRank] = {};
  std::int64_t tasks = 0;
  std::int64_t per_task = 0;  // bytes, rows or tiles, by method
};

StridedCopy prepare_copy(const CopyProblem& problem);  // throws Error

// Source and target point at the element of index 0 in every dimension and do not overlap.
void run_copy(const StridedCopy& copy, const void* source, void* target);

// Sets `count` contiguous elements of 1, 2, 4 or 8 bytes to the one at `value`. A strided fill is a
// copy whose source strides are 0.
void fill(void* target, std::int64_t count, std::int64_t element_size, const void* value);

// Offset in elements of a dynamic slice: starts[i] is clamped to [0, shape[i] - sizes[i]].
std::int64_t dynamic_offset(const std::int32_t* starts, int rank, const std::int64_t* shape,
                            const std::int64_t* sizes, const std::int64_t* strides);

}  // namespace cornu
