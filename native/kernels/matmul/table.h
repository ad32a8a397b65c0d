// Entry points of the matrix product kernels of one instruction set.
#pragma once

#include <cstdint>

#include "kernels/matmul/epilogue.h"
#include "kernels/matmul/schedule.h"

namespace cornu {

// What one task needs to know. The problem is the oriented one.
struct MatmulCall {
  const MatmulProblem* problem;
  const MatmulSchedule* schedule;
  const void* a;
  const void* b;
  const void* shared_b;  // packed copy of B under MatmulPacking::kShared
  void* c;
  const MatmulEpilogue* epilogue;  // null: write to C
};

// Element types a kernel exists for; integers of both signs share one.
enum MatmulElement : int {
  kMatmulF32,
  kMatmulF64,
  kMatmulI8,
  kMatmulI16,
  kMatmulI32,
  kMatmulI64,
  kMatmulElementCount,
};

struct MatmulKernels {
  struct Entry {
    MatmulGeometry geometry;
    void (*task)(const MatmulCall& call, std::int64_t task);
    // Packs some panels of geometry.columns columns of B (one batch entry).
    void (*pack_b)(const MatmulProblem& problem, const void* b, void* packed,
                   std::int64_t first_panel, std::int64_t last_panel);
  };
  Entry entries[kMatmulElementCount];
};

}  // namespace cornu
