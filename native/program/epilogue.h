// A cluster of elementwise work on the tiles of a product or a convolution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/elementwise/program.h"
#include "kernels/matmul/epilogue.h"
#include "program/plan.h"

namespace cornu {

// Which operands are keys of random_bits: two words, whatever the iteration space.
std::vector<bool> key_operands(const ElementwiseProgram& program);

struct Plan::Epilogue {
  TileProgram program;
  // Bytes from batch entry to batch entry of the operands, then of the outputs.
  std::vector<std::int64_t> batch_bytes;
  std::size_t operands;
  std::int64_t matrix;  // elements of one batch entry of the product
  // Views as large as the product, such as weights and their slots: worth fetching ahead.
  struct Stream {
    std::size_t view;
    std::int64_t row_bytes, element_bytes;
  };
  std::vector<Stream> streams;
};

// An epilogue on the pointers of one run; lives while the product runs.
class EpilogueRun {
 public:
  // `views` are the pointers of the epilogue's operands, then of its outputs.
  EpilogueRun(const Plan::Epilogue& epilogue, void* const* views);
  EpilogueRun(const EpilogueRun&) = delete;
  EpilogueRun& operator=(const EpilogueRun&) = delete;

  MatmulEpilogue hook() { return {run_tile, this, streams_, stream_count_}; }

 private:
  static void run_tile(void* context, const MatmulTile& tile);

  // Adam with a running maximum touches four matrices.
  static constexpr int kMaxStreams = 4;

  const Plan::Epilogue& epilogue_;
  void* const* views_;
  MatmulStream streams_[kMaxStreams];
  int stream_count_ = 0;
};

}  // namespace cornu
