// How a matrix product is cut: a pure function of the problem and of the shape of the microkernel.
// Nothing in it depends on the number of threads.
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace cornu {

struct MatmulProblem {
  DType dtype = DType::kFloat32;
  std::int64_t batch = 1, m = 0, n = 0, k = 0;
  // Strides in elements; 0 repeats.
  std::int64_t a_batch = 0, a_row = 0, a_col = 0;
  std::int64_t b_batch = 0, b_row = 0, b_col = 0;
  std::int64_t c_batch = 0, c_row = 0, c_col = 1;  // c_col other than 1 only inside the kernels
  // The entries of the batch lie in runs of this many; within a run they are *_batch apart, the
  // runs are *_run apart. 0: all in one run.
  std::int64_t run = 0;
  std::int64_t a_run = 0, b_run = 0, c_run = 0;
  bool accumulate = false;  // C += A * B; not together with an epilogue
};

// Rows and columns of C that the microkernel keeps in registers, 0 columns where there is none.
struct MatmulGeometry {
  int rows = 0;
  int columns = 0;
};

enum class MatmulPath : std::uint8_t {
  kPlain,  // loops, for integers
  kDot,    // rows of A and columns of B are contiguous and few: vectors along k
  kTile,   // register tiles, vectors along n
};

enum class MatmulPacking : std::uint8_t {
  kDirect,  // read in place
  kBlock,   // each task copies the block it works on
  kShared,  // the caller copies the whole operand once, all tasks read it
};

struct MatmulSchedule {
  MatmulPath path = MatmulPath::kPlain;
  // Compute C^T = B^T A^T: then what follows is in terms of the transposed problem.
  bool transposed = false;
  MatmulPacking pack_a = MatmulPacking::kDirect;
  MatmulPacking pack_b = MatmulPacking::kDirect;
  // Ask the memory for the next panel of B, and for the streams of the epilogue, ahead of their
  // use.
  bool fetch_b = false;
  bool fetch_streams = false;
  // A task computes block_m x block_n elements of C (of block_batch batch entries when one entry is
  // a single block), in steps of block_k.
  std::int64_t block_m = 0, block_n = 0, block_k = 0, block_batch = 1;
  std::int64_t tasks_m = 1, tasks_n = 1, tasks_batch = 1;

  std::int64_t tasks() const { return tasks_m * tasks_n * tasks_batch; }
};

MatmulSchedule schedule_matmul(const MatmulProblem& problem, MatmulGeometry geometry);

// The problem as the kernels see it: transposed where the schedule says so, and the strides of axes
// of one element set to 1.
MatmulProblem oriented(const MatmulProblem& problem, const MatmulSchedule& schedule);

}  // namespace cornu
