// Matrix products against a plain loop in double precision: every combination of strides, sizes
// around the tile edges, batches, epilogues, all instruction sets of this machine, and equality to
// the bit for 1, 2 and 5 threads. What lies between and around the operands is NaN, so that a read
// of it shows; what lies around the result must stay untouched.
#include "kernels/matmul/matmul.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "isa/kernel_table.h"
#include "pool/thread_pool.h"

namespace {

using cornu::DType;
using cornu::Matmul;
using cornu::MatmulEpilogue;
using cornu::MatmulPath;
using cornu::MatmulProblem;
using cornu::MatmulTile;
using std::int64_t;

int failures = 0;

std::string describe(const MatmulProblem& p, const Matmul& product) {
  const cornu::MatmulSchedule& s = product.schedule();
  char text[400];
  std::snprintf(text, sizeof(text),
                "%s %s b%ld %ldx%ldx%ld a(%ld,%ld) b(%ld,%ld) acc%d path%d t%d pack%d%d "
                "block %ldx%ldx%ld tasks %ldx%ldx%ld",
                cornu::instruction_set(), name_of(p.dtype), p.batch, p.m, p.n, p.k, p.a_row,
                p.a_col, p.b_row, p.b_col, p.accumulate, static_cast<int>(s.path), s.transposed,
                static_cast<int>(s.pack_a), static_cast<int>(s.pack_b), s.block_m, s.block_n,
                s.block_k, s.tasks_batch, s.tasks_m, s.tasks_n);
  return text;
}

void fail(const MatmulProblem& p, const Matmul& product, const char* what) {
  if (++failures <= 20) std::printf("FAIL %s: %s\n", what, describe(p, product).c_str());
}

template <typename T>
constexpr DType kDType = DType::kFloat32;
template <>
constexpr DType kDType<double> = DType::kFloat64;
template <>
constexpr DType kDType<std::int32_t> = DType::kInt32;
template <>
constexpr DType kDType<std::uint8_t> = DType::kUInt8;

// A matrix (or several) with poison between and around its elements.
template <typename T>
struct Operand {
  std::vector<T> memory;
  int64_t origin = 64;
  T* data() { return memory.data() + origin; }
};

template <typename T>
T poison() {
  if constexpr (std::numeric_limits<T>::has_quiet_NaN) {
    return std::numeric_limits<T>::quiet_NaN();
  } else {
    return static_cast<T>(113);
  }
}

template <typename T>
Operand<T> fill(std::mt19937& random, int64_t batch, int64_t batch_stride, int64_t rows,
                int64_t row, int64_t columns, int64_t col) {
  Operand<T> operand;
  int64_t extent = 1;
  if (batch * rows * columns > 0) {
    extent += (batch - 1) * batch_stride + (rows - 1) * row + (columns - 1) * col;
  }
  operand.memory.assign(static_cast<std::size_t>(extent + 128), poison<T>());
  std::uniform_real_distribution<double> values(-1, 1);
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        const double value = values(random);
        operand.data()[b * batch_stride + i * row + j * col] =
            static_cast<T>(std::is_integral_v<T> ? std::floor(50 * std::fabs(value)) : value);
      }
    }
  }
  return operand;
}

struct EpilogueCheck {
  void* out;
  MatmulProblem problem;
};

// Writes 2 * product to the result, and ruins the tile, as an epilogue may.
template <typename T>
void double_tile(void* context, const MatmulTile& tile) {
  const auto* check = static_cast<const EpilogueCheck*>(context);
  for (int64_t i = tile.row_begin; i < tile.row_end; ++i) {
    for (int64_t j = tile.col_begin; j < tile.col_end; ++j) {
      T& value =
          static_cast<T*>(tile.data)[(i - tile.row_begin) * tile.row_stride + (j - tile.col_begin)];
      static_cast<T*>(
          check->out)[tile.batch * check->problem.c_batch + i * check->problem.c_row + j] =
          static_cast<T>(2 * value);
      value = poison<T>();
    }
  }
}

template <typename T>
void check(MatmulProblem p, unsigned seed) {
  std::mt19937 random(seed);
  p.dtype = kDType<T>;
  Operand<T> a = fill<T>(random, p.batch, p.a_batch, p.m, p.a_row, p.k, p.a_col);
  Operand<T> b = fill<T>(random, p.batch, p.b_batch, p.k, p.b_row, p.n, p.b_col);
  const Operand<T> c0 = fill<T>(random, p.batch, p.c_batch, p.m, p.c_row, p.n, 1);

  std::vector<long double> expected(static_cast<std::size_t>(p.batch * p.m * p.n));
  std::vector<long double> magnitude(expected.size());
  for (int64_t e = 0, at = 0; e < p.batch; ++e) {
    for (int64_t i = 0; i < p.m; ++i) {
      for (int64_t j = 0; j < p.n; ++j, ++at) {
        long double sum = 0, size = 0;
        for (int64_t l = 0; l < p.k; ++l) {
          const long double term =
              static_cast<long double>(a.data()[e * p.a_batch + i * p.a_row + l * p.a_col]) *
              b.data()[e * p.b_batch + l * p.b_row + j * p.b_col];
          sum += term;
          size += std::fabs(term);
        }
        if (p.accumulate) {
          const T before =
              c0.memory[static_cast<std::size_t>(c0.origin + e * p.c_batch + i * p.c_row + j)];
          sum += before;
          size += std::fabs(static_cast<long double>(before));
        }
        expected[static_cast<std::size_t>(at)] = sum;
        magnitude[static_cast<std::size_t>(at)] = size;
      }
    }
  }

  for (const bool with_epilogue : {false, true}) {
    if (with_epilogue && p.accumulate) continue;
    const Matmul product(p, with_epilogue);
    std::vector<T> first;
    for (const int threads : {1, 2, 5}) {
      if (threads > 1 && product.schedule().tasks() == 1) continue;
      cornu::set_num_threads(threads);
      Operand<T> c = c0;
      EpilogueCheck context{c.data(), p};
      if (with_epilogue) {
        product.run(a.data(), b.data(), nullptr, MatmulEpilogue{double_tile<T>, &context});
      } else {
        product.run(a.data(), b.data(), c.data());
      }
      if (first.empty()) {
        first = c.memory;
      } else if (std::memcmp(first.data(), c.memory.data(), first.size() * sizeof(T)) != 0) {
        fail(p, product, "threads change the bits");
      }
    }
    // Every element, then everything that is not an element.
    std::vector<T> outside = c0.memory;
    bool wrong = false;
    for (int64_t e = 0, at = 0; e < p.batch; ++e) {
      for (int64_t i = 0; i < p.m; ++i) {
        for (int64_t j = 0; j < p.n; ++j, ++at) {
          const auto where = static_cast<std::size_t>(c0.origin + e * p.c_batch + i * p.c_row + j);
          const T got = first.empty() ? T{} : first[where];
          outside[where] = got;
          const long double want = expected[static_cast<std::size_t>(at)] * (with_epilogue ? 2 : 1);
          if constexpr (std::is_integral_v<T>) {
            wrong |= got != static_cast<T>(static_cast<std::uint64_t>(want));
          } else {
            const long double bound = (4 + 2 * std::sqrt(static_cast<long double>(p.k))) *
                                      std::numeric_limits<T>::epsilon() *
                                      magnitude[static_cast<std::size_t>(at)];
            wrong |= !(std::fabs(got - want) <= bound);
          }
        }
      }
    }
    if (wrong) fail(p, product, with_epilogue ? "wrong epilogue values" : "wrong values");
    if (!first.empty() &&
        std::memcmp(outside.data(), first.data(), first.size() * sizeof(T)) != 0) {
      fail(p, product, "wrote outside");
    }
  }
}

// Strides for operands stored row by row or column by column, tightly or with gaps.
MatmulProblem layout(int64_t batch, int64_t m, int64_t n, int64_t k, int form_a, int form_b,
                     bool accumulate) {
  MatmulProblem p;
  p.batch = batch;
  p.m = m;
  p.n = n;
  p.k = k;
  const auto place = [](int form, int64_t rows, int64_t columns, int64_t* row, int64_t* col) {
    switch (form) {
      case 0:
        *row = columns, *col = 1;
        break;
      case 1:
        *row = 1, *col = rows;
        break;
      case 2:
        *row = columns + 3, *col = 1;
        break;
      case 3:
        *row = 1, *col = rows + 5;
        break;
      case 4:
        *row = 2 * columns + 1, *col = 2;
        break;
      default:
        *row = 0, *col = 1;
        break;  // one row, repeated
    }
  };
  place(form_a, m, k, &p.a_row, &p.a_col);
  place(form_b, k, n, &p.b_row, &p.b_col);
  p.a_batch = (m + 2) * (2 * k + 5) + 7;
  p.b_batch = (k + 2) * (2 * n + 5) + 7;
  if (form_b == 5) p.b_batch = 0;
  p.c_row = n + 2 * (form_a % 2);
  p.c_batch = m * p.c_row + 3;
  p.accumulate = accumulate;
  return p;
}

template <typename T>
void check_sizes(const std::vector<std::vector<int64_t>>& sizes, bool all_forms) {
  unsigned seed = 1;
  for (const auto& size : sizes) {
    for (int form_a = 0; form_a < 6; ++form_a) {
      for (int form_b = 0; form_b < 6; ++form_b) {
        if (!all_forms && (form_a > 1 || form_b > 1)) continue;
        for (const bool accumulate : {false, true}) {
          check<T>(layout(size[0], size[1], size[2], size[3], form_a, form_b, accumulate), ++seed);
        }
      }
    }
  }
}

void check_errors() {
  const auto refused = [](const MatmulProblem& p, bool with_epilogue) {
    try {
      Matmul product(p, with_epilogue);
    } catch (const cornu::Error&) {
      return;
    }
    ++failures;
    std::printf("FAIL: a wrong problem was accepted\n");
  };
  MatmulProblem p = layout(1, 4, 4, 4, 0, 0, false);
  p.m = -1;
  refused(p, false);
  p = layout(1, 4, 4, 4, 0, 0, false);
  p.dtype = DType::kFloat16;
  refused(p, false);
  p = layout(1, 4, 4, 4, 0, 0, true);
  refused(p, true);
  p = layout(1, 4, 4, 4, 0, 0, false);
  p.m = int64_t{1} << 40;
  p.n = int64_t{1} << 40;
  refused(p, false);
}

// The sum of every element runs over k in order, so a block or a transposed form changes no bit.
void check_one_order() {
  std::mt19937 random(7);
  const int64_t m = 37, n = 45, k = 700;
  auto a = fill<float>(random, 1, 0, m, k, k, 1);
  auto b = fill<float>(random, 1, 0, k, n, n, 1);
  std::vector<float> a_turned(static_cast<std::size_t>(m * k));
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t l = 0; l < k; ++l) {
      a_turned[static_cast<std::size_t>(l * m + i)] = a.data()[i * k + l];
    }
  }
  std::vector<float> c(static_cast<std::size_t>(m * n)), d(c.size());
  MatmulProblem p = layout(1, m, n, k, 0, 0, false);
  Matmul(p, false).run(a.data(), b.data(), c.data());
  p.a_row = 1;
  p.a_col = m;
  Matmul(p, false).run(a_turned.data(), b.data(), d.data());
  if (c != d) {
    ++failures;
    std::printf("FAIL: the layout of A changes the bits\n");
  }
  Matmul blocked(p, false);
  cornu::MatmulSchedule s = blocked.schedule();
  s.block_k = 64;
  blocked.set_schedule(s);
  blocked.run(a_turned.data(), b.data(), d.data());
  if (c != d) {
    ++failures;
    std::printf("FAIL: the blocks change the bits\n");
  }
}

}  // namespace

int main() {
  const std::vector<std::vector<int64_t>> small = {
      {1, 1, 1, 1},    {1, 1, 7, 3},   {1, 7, 1, 5},   {1, 2, 2, 40},  {1, 3, 17, 9},
      {1, 6, 16, 8},   {1, 13, 33, 1}, {1, 32, 30, 8}, {1, 32, 1, 30}, {1, 1, 130, 31},
      {1, 0, 4, 4},    {1, 4, 0, 4},   {1, 5, 18, 0},  {2, 2, 70, 33}, {3, 9, 10, 21},
      {1, 29, 63, 47}, {5, 1, 1, 77},  {0, 3, 3, 3},   {1, 400, 9, 0}, {1, 4, 100, 60},
      {1, 100, 2, 55},
  };
  const std::vector<std::vector<int64_t>> large = {
      {1, 32, 300, 784}, {1, 100, 300, 32}, {1, 150, 270, 130}, {1, 300, 40, 700},
      {1, 1, 3000, 200}, {1, 2000, 1, 300}, {40, 16, 16, 16},   {3, 64, 64, 64},
      {1, 200, 9, 2000}, {1, 5, 777, 777},
  };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  const bool every_form = false;  // ten times slower, and the forms differ only in addresses
#else
  const bool every_form = true;
#endif
  for (const char* const* set = cornu::available_instruction_sets(); *set != nullptr; ++set) {
    cornu::set_instruction_set(*set);
    check_sizes<float>(small, true);
    check_sizes<double>(small, every_form);
    check_sizes<std::int32_t>(small, false);
    check_sizes<std::uint8_t>(small, false);
    check_sizes<float>(large, false);
    if (every_form) check_sizes<double>(large, false);
    check_one_order();
    std::printf("%s: checked\n", *set);
  }
  check_errors();
  cornu::set_num_threads(1);  // ends the workers
  if (failures > 0) {
    std::printf("%d failures\n", failures);
    return 1;
  }
  std::printf("matmul: all passed\n");
  return 0;
}
