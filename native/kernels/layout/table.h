// What an instruction set provides to copies.
#pragma once

#include <cstdint>

namespace cornu {

struct LayoutKernels {
  // target[r][c] = source[c][r] for a block of rows x columns elements of 1, 2, 4 or 8 bytes;
  // strides in elements, from target row to target row and from source column to source column.
  void (*transpose)(std::int64_t element_size, const void* source, std::int64_t source_stride,
                    void* target, std::int64_t target_stride, std::int64_t rows,
                    std::int64_t columns);
  // Strided elements, any strides.
  void (*copy_row)(std::int64_t element_size, const void* source, std::int64_t source_stride,
                   void* target, std::int64_t target_stride, std::int64_t count);
  void (*fill_row)(std::int64_t element_size, const void* value, void* target, std::int64_t count);
};

}  // namespace cornu
