// What an instruction set provides to copies.
#pragma once

#include <cstdint>

namespace cornu {

inline constexpr std::int64_t kTransposeTile = 32;

struct LayoutKernels {
  // target[r][c] = source[c][r] for rows x columns elements of 1, 2, 4 or 8 bytes, at most
  // kTransposeTile of each; strides in elements, between rows of the target and of the source.
  void (*transpose)(std::int64_t element_size, const void* source, std::int64_t source_stride,
                    void* target, std::int64_t target_stride, std::int64_t rows,
                    std::int64_t columns);
  // Rows of elements, `columns` to a row; strides in elements, any of them.
  void (*copy_rows)(std::int64_t element_size, const void* source, std::int64_t source_row_stride,
                    std::int64_t source_stride, void* target, std::int64_t target_row_stride,
                    std::int64_t target_stride, std::int64_t rows, std::int64_t columns);
  void (*fill_row)(std::int64_t element_size, const void* value, void* target, std::int64_t count);
};

}  // namespace cornu
