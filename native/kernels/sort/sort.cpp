// Sorting by integer keys that order like the values, with the position in the lower half: the
// pairs are all different, so an unstable sort of them is a stable sort of the values.
#include "kernels/sort/sort.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernels/elementwise/program.h"
#include "pool/thread_pool.h"

namespace cornu {
namespace {

constexpr std::int64_t kParallelElements = 1 << 13;

template <typename T>
T read(const unsigned char* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// Floats order like their bits once negative ones are complemented and positive ones get the top
// bit; zeros of either sign are equal, NaN is last.
std::uint32_t key_of_float(std::uint32_t bits, std::uint32_t infinity) {
  const std::uint32_t sign = 0x80000000u;
  if ((bits & ~sign) > infinity) return ~std::uint32_t{0};
  if ((bits & ~sign) == 0) return sign;
  return bits & sign ? ~bits : bits | sign;
}
std::uint64_t key_of_double(std::uint64_t bits) {
  const std::uint64_t sign = std::uint64_t{1} << 63;
  if ((bits & ~sign) > 0x7ff0000000000000u) return ~std::uint64_t{0};
  if ((bits & ~sign) == 0) return sign;
  return bits & sign ? ~bits : bits | sign;
}

std::uint64_t key_of(DType dtype, const unsigned char* at) {
  switch (dtype) {
    case DType::kBool:
    case DType::kUInt8:
      return *at;
    case DType::kInt8:
      return static_cast<std::uint8_t>(*at ^ 0x80);
    case DType::kUInt16:
      return read<std::uint16_t>(at);
    case DType::kInt16:
      return static_cast<std::uint16_t>(read<std::uint16_t>(at) ^ 0x8000);
    case DType::kUInt32:
      return read<std::uint32_t>(at);
    case DType::kInt32:
      return read<std::uint32_t>(at) ^ 0x80000000u;
    case DType::kUInt64:
      return read<std::uint64_t>(at);
    case DType::kInt64:
      return read<std::uint64_t>(at) ^ (std::uint64_t{1} << 63);
    // In the upper half of a word the halves have the layout of floats, but for infinity.
    case DType::kFloat16:
      return key_of_float(static_cast<std::uint32_t>(read<std::uint16_t>(at)) << 16, 0x7c000000u);
    case DType::kBFloat16:
      return key_of_float(static_cast<std::uint32_t>(read<std::uint16_t>(at)) << 16, 0x7f800000u);
    case DType::kFloat32:
      return key_of_float(read<std::uint32_t>(at), 0x7f800000u);
    case DType::kFloat64:
      return key_of_double(read<std::uint64_t>(at));
  }
  return 0;
}

struct WidePair {
  std::uint64_t key;
  std::uint64_t position;
  bool operator<(const WidePair& other) const {
    return key != other.key ? key < other.key : position < other.position;
  }
};

std::uint64_t position_of(std::uint64_t pair) { return pair & 0xffffffffu; }
std::uint64_t position_of(const WidePair& pair) { return pair.position; }

// One row: its positions in sorted order, the first `wanted` of them, are given to emit(rank,
// position).
template <typename Pair, typename Emit>
void sort_row(const SortProblem& p, const unsigned char* row, std::int64_t stride, bool descending,
              std::int64_t wanted, Emit&& emit) {
  Pair* pairs = static_cast<Pair*>(
      thread_scratch(ScratchSlot::kSort, static_cast<std::size_t>(p.length) * sizeof(Pair)));
  const std::uint64_t mask = sizeof(Pair) == 8 ? 0xffffffffu : ~std::uint64_t{0};
  for (std::int64_t i = 0; i < p.length; ++i) {
    std::uint64_t key = key_of(p.dtype, row + i * stride);
    if (descending) key = ~key & mask;
    if constexpr (sizeof(Pair) == 8) {
      pairs[i] = key << 32 | static_cast<std::uint64_t>(i);
    } else {
      pairs[i] = {key, static_cast<std::uint64_t>(i)};
    }
  }
  if (wanted < p.length) {
    std::partial_sort(pairs, pairs + wanted, pairs + p.length);
  } else {
    std::sort(pairs, pairs + p.length);
  }
  for (std::int64_t i = 0; i < wanted; ++i) {
    emit(i, static_cast<std::int64_t>(position_of(pairs[i])));
  }
}

// Every row of the middle axis; emit(row, rank, position), with row the index in [outer, inner].
template <typename Emit>
void sort_rows(const SortProblem& p, const void* x, bool descending, std::int64_t wanted,
               Emit&& emit) {
  const std::int64_t size = size_of(p.dtype);
  const auto run_row = [&](std::int64_t row) {
    const std::int64_t first = row / p.inner * p.length * p.inner + row % p.inner;
    const unsigned char* start = static_cast<const unsigned char*>(x) + first * size;
    const auto emit_row = [&](std::int64_t rank, std::int64_t position) {
      emit(row, first, rank, position);
    };
    if (size == 8) {
      sort_row<WidePair>(p, start, p.inner * size, descending, wanted, emit_row);
    } else {
      sort_row<std::uint64_t>(p, start, p.inner * size, descending, wanted, emit_row);
    }
  };
  const std::int64_t rows = p.outer * p.inner;
  if (rows > 1 && rows * p.length >= kParallelElements) {
    const std::int64_t per_task =
        std::max<std::int64_t>(kParallelElements / 4 / std::max<std::int64_t>(p.length, 1), 1);
    parallel_for((rows + per_task - 1) / per_task, [&](std::int64_t task) {
      const std::int64_t end = std::min(rows, (task + 1) * per_task);
      for (std::int64_t row = task * per_task; row < end; ++row) run_row(row);
    });
  } else {
    for (std::int64_t row = 0; row < rows; ++row) run_row(row);
  }
}

void copy_element(std::int64_t size, void* target, std::int64_t to, const void* source,
                  std::int64_t from) {
  std::memcpy(static_cast<unsigned char*>(target) + to * size,
              static_cast<const unsigned char*>(source) + from * size,
              static_cast<std::size_t>(size));
}

}  // namespace

void validate(const SortProblem& problem) {
  if (problem.outer < 0 || problem.length < 0 || problem.inner < 0) {
    throw Error("sort: negative size");
  }
  if (problem.length > INT32_MAX) {
    throw Error("sort: an axis of " + std::to_string(problem.length) +
                " elements; at most 2147483647 are supported");
  }
  const std::int64_t total =
      checked_multiply(checked_multiply(problem.outer, problem.length), problem.inner);
  checked_multiply(total, 8);
}

void sort(const SortProblem& problem, const void* x, void* result) {
  const std::int64_t size = size_of(problem.dtype);
  sort_rows(problem, x, false, problem.length,
            [&](std::int64_t, std::int64_t first, std::int64_t rank, std::int64_t position) {
              copy_element(size, result, first + rank * problem.inner, x,
                           first + position * problem.inner);
            });
}

void argsort(const SortProblem& problem, const void* x, std::int32_t* indices) {
  sort_rows(problem, x, false, problem.length,
            [&](std::int64_t, std::int64_t first, std::int64_t rank, std::int64_t position) {
              indices[first + rank * problem.inner] = static_cast<std::int32_t>(position);
            });
}

void validate_top_k(const SortProblem& problem, std::int64_t k) {
  validate(problem);
  if (problem.inner != 1) throw Error("top_k: works along the last axis only");
  if (k < 0 || k > problem.length) {
    throw Error("top_k: k is " + std::to_string(k) + " but the last axis has " +
                std::to_string(problem.length) + " elements");
  }
}

void top_k(const SortProblem& problem, std::int64_t k, const void* x, void* values,
           std::int32_t* indices) {
  const std::int64_t size = size_of(problem.dtype);
  sort_rows(problem, x, true, k,
            [&](std::int64_t row, std::int64_t first, std::int64_t rank, std::int64_t position) {
              copy_element(size, values, row * k + rank, x, first + position);
              indices[row * k + rank] = static_cast<std::int32_t>(position);
            });
}

}  // namespace cornu
