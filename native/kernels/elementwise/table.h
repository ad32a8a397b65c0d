// What an instruction set provides to elementwise programs. Blocks are contiguous elements of one
// compute type; `count` is a multiple of kBlockGrain unless said otherwise, so no function but the
// loads and stores has a tail, and an element's value does not depend on where in a block it is.
#pragma once

#include <cstdint>

#include "base/dtype.h"
#include "kernels/elementwise/opcodes.h"
#include "kernels/elementwise/program.h"

namespace cornu {

inline constexpr int kBlockGrain = 16;

// result = op(a, b, c). The result may be the same block as an argument.
using BlockFunction = void (*)(void* result, const void* a, const void* b, const void* c,
                               std::int64_t count);

// float32: w - a * b / sqrt(c + d), or w - a * b / (sqrt(c) + d); b and d are single elements.
using QuotientFunction = void (*)(void* result, const void* w, const void* a, const void* b,
                                  const void* c, const void* d, std::int64_t count);

struct ElementwiseKernels {
  // The function of an operation on `type` (that of register a; for select, of b). Bit i of
  // `scalars` says that argument i is a single element. Null where that combination does not exist;
  // scalars = 0 exists wherever the operation does.
  BlockFunction (*find)(Opcode op, ComputeType type, unsigned scalars);
  // float32: second(first(a, b), c), or second(c, first(a, b)) if `turned`. Null for most pairs.
  BlockFunction (*find_pair)(Opcode first, Opcode second, bool turned, unsigned scalars);
  QuotientFunction quotient[2];  // d inside the root, d outside
  BlockFunction (*find_cast)(ComputeType from, ComputeType to);
  BlockFunction (*find_narrow)(DType dtype);

  // Reads rows x columns elements of a storage type into a contiguous block. May write up to
  // kBlockGrain elements behind the last, reads none there.
  void (*load)(DType dtype, void* block, const void* source, std::int64_t row_stride,
               std::int64_t column_stride, std::int64_t rows, std::int64_t columns);
  // Writes `count` (any number) elements of a block to a storage type.
  void (*store)(DType dtype, void* target, std::int64_t stride, const void* block,
                std::int64_t count);
  void (*splat)(ComputeType type, void* block, const void* element, std::int64_t count);
  // block[i] = ((first + i) / divisor) % modulus.
  void (*iota)(ComputeType type, void* block, std::int64_t first, std::int64_t divisor,
               std::int64_t modulus, std::int64_t count);

  // result[r] = reduction of the r-th of `rows` contiguous rows; any sizes but columns = 0.
  void (*reduce_rows)(ComputeType type, ReduceKind kind, void* result, const void* block,
                      std::int64_t rows, std::int64_t columns);
  // result[c] = result[c] op block[r][c] for r = 0, 1, ... in order.
  void (*reduce_columns)(ComputeType type, ReduceKind kind, void* result, const void* block,
                         std::int64_t rows, std::int64_t columns);
};

// What a reduction over nothing gives.
std::uint64_t identity_bits(ComputeType type, ReduceKind kind);

// Bytes of one element.
CORNU_ALWAYS_INLINE constexpr std::int64_t size_of(ComputeType type) {
  return type == ComputeType::kB8 ? 1
         : (type == ComputeType::kF64 || type == ComputeType::kI64 || type == ComputeType::kU64)
             ? 8
             : 4;
}

}  // namespace cornu
