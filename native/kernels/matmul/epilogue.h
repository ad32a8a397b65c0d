// What a matrix product hands to the work that is fused into it.
#pragma once

#include <cstdint>

namespace cornu {

// A part of the finished product, while it is hot in the cache of the calling thread.
struct MatmulTile {
  void* data;               // element (row_begin, col_begin); the epilogue may overwrite the tile
  std::int64_t row_stride;  // in elements; columns are contiguous
  std::int64_t batch;
  std::int64_t row_begin, row_end;
  std::int64_t col_begin, col_end;
};

// Memory that the epilogue is going to touch at the place of the tile: fetched into the cache while
// the product is being computed. Only a hint.
struct MatmulStream {
  const void* data;  // element (0, 0) of the matrix
  std::int64_t row_bytes;
  std::int64_t element_bytes;
};

// Called once for each tile, from any thread of the pool; tiles are disjoint and cover C. Must not
// throw. With an epilogue the product itself is not written to C.
struct MatmulEpilogue {
  void (*function)(void* context, const MatmulTile& tile) = nullptr;
  void* context = nullptr;
  // The large matrices the epilogue reads or writes (weights, optimizer slots). Not
  // used for batched products.
  const MatmulStream* streams = nullptr;
  int stream_count = 0;
};

}  // namespace cornu
