// Reductions, copies, gather and scatter, sorting, running sums and random bits against plain
// loops; equal bits for 1, 2 and 5 threads.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "isa/kernel_table.h"
#include "kernels/cumulative/cumulative.h"
#include "kernels/gather/gather.h"
#include "kernels/layout/copy.h"
#include "kernels/random/random_bits.h"
#include "kernels/reduce/reduce.h"
#include "kernels/sort/sort.h"
#include "pool/thread_pool.h"

namespace {

using namespace cornu;

std::mt19937 generator(11);
int failures = 0;

int draw(int below) { return static_cast<int>(generator() % static_cast<unsigned>(below)); }
std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(bool good, const char* what, std::int64_t a = 0, std::int64_t b = 0) {
  if (good) return;
  ++failures;
  std::printf("FAILED: %s (%lld, %lld)\n", what, static_cast<long long>(a),
              static_cast<long long>(b));
}

// Runs with several thread counts; every result must be the first one, to the bit.
template <typename T>
std::vector<T> same_for_all_threads(std::size_t size, const char* what,
                                    const std::function<void(T*)>& run) {
  std::vector<T> first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    std::vector<T> result(size);
    run(result.data());
    if (first.empty()) first = result;
    check(size == 0 || std::memcmp(first.data(), result.data(), size * sizeof(T)) == 0, what,
          threads);
  }
  return first;
}

std::vector<float> random_floats(std::int64_t size) {
  std::normal_distribution<float> normal;
  std::vector<float> x(index(size));
  for (float& v : x) v = normal(generator);
  return x;
}

void test_reduce() {
  for (int round = 0; round < 250; ++round) {
    ReduceProblem p;
    p.dtype = DType::kFloat32;
    p.kind = static_cast<ReduceKind>(draw(4));
    p.rank = draw(5);
    std::int64_t total = 1, kept = 1;
    int order[kMaxRank];
    for (int d = 0; d < p.rank; ++d) {
      constexpr int kSizes[] = {1, 2, 3, 5, 10, 17, 32, 64, 128, 300, 2500, 40000};
      p.shape[d] = kSizes[draw(total < 10 ? 12 : (total < 5000 ? 8 : 3))];
      p.reduced[d] = draw(2) == 0;
      total *= p.shape[d];
      if (!p.reduced[d]) kept *= p.shape[d];
      order[d] = d;
    }
    if (draw(3) == 0) std::shuffle(order, order + p.rank, generator);
    std::int64_t stride = 1;
    for (int k = p.rank - 1; k >= 0; --k) {
      p.strides[order[k]] = stride;
      stride *= p.shape[order[k]];
    }
    std::vector<float> x = random_floats(total);
    if (p.kind == ReduceKind::kProd) {
      for (float& v : x) v = 1.0f + v * 1e-3f;
    }
    if (draw(8) == 0) x[index(draw(static_cast<int>(total)))] = NAN;
    std::vector<double> expected(index(kept)), magnitude(index(kept), 0.0);
    std::vector<bool> seen(index(kept), false);
    for (std::int64_t flat = 0; flat < total; ++flat) {
      std::int64_t rest = flat, at = 0, result = 0, scale = 1;
      for (int d = p.rank - 1; d >= 0; --d) {
        const std::int64_t i = rest % p.shape[d];
        rest /= p.shape[d];
        at += i * p.strides[d];
        if (!p.reduced[d]) {
          result += i * scale;
          scale *= p.shape[d];
        }
      }
      const double v = x[index(at)];
      double& sum = expected[index(result)];
      magnitude[index(result)] += std::fabs(v);
      if (!seen[index(result)])
        sum = v;
      else if (p.kind == ReduceKind::kSum)
        sum += v;
      else if (p.kind == ReduceKind::kProd)
        sum *= v;
      else if (std::isnan(sum) || std::isnan(v))
        sum = NAN;
      else
        sum = p.kind == ReduceKind::kMax ? std::max(sum, v) : std::min(sum, v);
      seen[index(result)] = true;
    }
    const Reduce reduce(p);
    std::vector<unsigned char> workspace(index(reduce.workspace_bytes()));
    const std::vector<float> got = same_for_all_threads<float>(
        index(kept), "reduce: threads",
        [&](float* out) { reduce.run(x.data(), out, workspace.data()); });
    for (std::int64_t i = 0; i < kept; ++i) {
      const double want = expected[index(i)];
      double bound = 0.0;
      if (p.kind == ReduceKind::kSum) bound = 2e-6 * magnitude[index(i)];
      if (p.kind == ReduceKind::kProd)
        bound = 6e-8 * static_cast<double>(total / kept + 2) * std::fabs(want);
      const bool good =
          std::isnan(want) ? std::isnan(got[index(i)]) : std::fabs(got[index(i)] - want) <= bound;
      check(good, "reduce", round, i);
      if (!good) {
        std::printf("  kind %d got %g want %g; shape", static_cast<int>(p.kind), got[index(i)],
                    want);
        for (int d = 0; d < p.rank; ++d) {
          std::printf(" %lld%s", static_cast<long long>(p.shape[d]), p.reduced[d] ? "*" : "");
        }
        std::printf("\n");
        return;
      }
    }
  }
}

void test_arg_reduce() {
  for (const auto& shape : {std::array<std::int64_t, 3>{1, 1, 1},
                            {32, 10, 1},
                            {5, 1000, 1},
                            {700, 100, 1},
                            {3, 7, 5}}) {
    ArgReduceProblem p{DType::kFloat32, ReduceKind::kMax, DType::kInt64,
                       shape[0],        shape[1],         shape[2]};
    std::vector<float> x = random_floats(shape[0] * shape[1] * shape[2]);
    for (float& v : x) v = std::round(v * 4.0f);  // ties
    x[x.size() / 2] = NAN;
    for (const ReduceKind kind : {ReduceKind::kMax, ReduceKind::kMin}) {
      p.kind = kind;
      validate(p);
      const auto got = same_for_all_threads<std::int64_t>(
          index(p.outer * p.inner), "argmax: threads",
          [&](std::int64_t* out) { arg_reduce(p, x.data(), out); });
      for (std::int64_t o = 0; o < p.outer; ++o) {
        for (std::int64_t i = 0; i < p.inner; ++i) {
          std::int64_t best = 0;
          for (std::int64_t l = 1; l < p.length; ++l) {
            const float a = x[index((o * p.length + l) * p.inner + i)];
            const float b = x[index((o * p.length + best) * p.inner + i)];
            if (std::isnan(b)) break;
            if (std::isnan(a) || (kind == ReduceKind::kMax ? a > b : a < b)) best = l;
          }
          check(got[index(o * p.inner + i)] == best, "argmax", o, i);
        }
      }
    }
  }
}

template <typename T>
void test_copy() {
  for (int round = 0; round < 300; ++round) {
    CopyProblem p;
    p.element_size = sizeof(T);
    p.rank = draw(5);
    std::int64_t total = 1, source_size = 1;
    int order[kMaxRank];
    for (int d = 0; d < p.rank; ++d) {
      constexpr int kSizes[] = {1, 2, 3, 7, 8, 16, 33, 64, 100, 513};
      p.shape[d] = kSizes[draw(total < 100 ? 10 : (total < 5000 ? 7 : 3))];
      total *= p.shape[d];
      order[d] = d;
    }
    std::shuffle(order, order + p.rank, generator);
    std::int64_t offset = 0;
    for (int k = p.rank - 1; k >= 0; --k) {
      const int d = order[k];
      p.source_strides[d] = draw(6) == 0 ? 0 : source_size;
      source_size *= p.shape[d];
      if (draw(8) == 0) {  // reversed
        offset += p.source_strides[d] * (p.shape[d] - 1);
        p.source_strides[d] = -p.source_strides[d];
      }
    }
    std::int64_t target_size = 1;
    for (int d = p.rank - 1; d >= 0; --d) {
      p.target_strides[d] = target_size;
      target_size = target_size * p.shape[d] + (draw(6) == 0 ? 5 : 0);
    }
    std::vector<T> x(index(source_size));
    for (T& v : x) v = static_cast<T>(generator());
    const StridedCopy copy = prepare_copy(p);
    const std::vector<T> got =
        same_for_all_threads<T>(index(target_size), "copy: threads",
                                [&](T* out) { run_copy(copy, x.data() + offset, out); });
    std::vector<T> expected(index(target_size));
    for (std::int64_t flat = 0; flat < total; ++flat) {
      std::int64_t rest = flat, from = offset, to = 0;
      for (int d = p.rank - 1; d >= 0; --d) {
        from += rest % p.shape[d] * p.source_strides[d];
        to += rest % p.shape[d] * p.target_strides[d];
        rest /= p.shape[d];
      }
      expected[index(to)] = x[index(from)];
    }
    check(got == expected, "copy", round, static_cast<std::int64_t>(sizeof(T)));
  }
}

// The result put together by an epilogue.
std::vector<float> take_back_in_tiles(const TakeBackProblem& problem, const std::vector<float>& g,
                                      const std::vector<std::int32_t>& indices, std::size_t size) {
  const TakeBack back(problem, true);
  std::vector<float> workspace(index(back.workspace_bytes()) / sizeof(float));
  return same_for_all_threads<float>(size, "take_back: tiles, threads", [&](float* out) {
    struct Target {
      float* data;
      std::int64_t columns;
    } target{out, problem.take.inner};
    const auto copy_tile = [](void* context, const MatmulTile& tile) {
      const Target& to = *static_cast<const Target*>(context);
      for (std::int64_t i = tile.row_begin; i < tile.row_end; ++i) {
        const float* row =
            static_cast<const float*>(tile.data) + (i - tile.row_begin) * tile.row_stride;
        std::copy(row, row + to.columns, to.data + i * to.columns);
      }
    };
    back.run(g.data(), indices.data(), nullptr, workspace.data(), {copy_tile, &target});
  });
}

// Rows that repeat within runs, and sums of bags.
void test_bags() {
  for (int round = 0; round < 30; ++round) {
    TakeProblem p;
    p.dtype = DType::kFloat32;
    p.index_dtype = DType::kInt32;
    p.length = 1 + draw(900);
    p.inner = round % 3 == 0 ? 16 : 1 + draw(90);
    const std::int64_t bag = 1 + draw(round % 2 ? 20 : 400), bags = draw(60);
    p.count = bag * bags;
    validate_take_sum(p, bag);
    const std::vector<float> x = random_floats(p.length * p.inner);
    const std::vector<float> g = random_floats(bags * p.inner);
    std::vector<std::int32_t> indices(index(p.count));
    for (std::int32_t& i : indices) i = draw(static_cast<int>(p.length));
    const TakeBackProblem back{p, bag, p.inner, 0};
    const auto spread = same_for_all_threads<float>(x.size(), "bags: threads", [&](float* out) {
      TakeBack(back, false).run(g.data(), indices.data(), out, nullptr);
    });
    check(spread == take_back_in_tiles(back, g, indices, x.size()), "bags: tiles", round);
    const auto sums = same_for_all_threads<float>(g.size(), "take_sum: threads", [&](float* out) {
      take_sum(p, bag, x.data(), indices.data(), out);
    });
    std::vector<float> expected(x.size());
    bool good = true;
    for (std::int64_t b = 0; b < bags; ++b) {
      for (std::int64_t i = 0; i < p.inner; ++i) {
        double sum = 0, size = 0;
        for (std::int64_t k = 0; k < bag; ++k) {
          const std::int64_t at = indices[index(b * bag + k)] * p.inner + i;
          expected[index(at)] += g[index(b * p.inner + i)];
          sum += x[index(at)];
          size += std::abs(x[index(at)]);
        }
        good = good && std::abs(sums[index(b * p.inner + i)] - sum) <= 1e-5 * size;
      }
    }
    check(good, "take_sum", round);
    check(spread == expected, "take_back of bags", round);
  }
}

void test_gather() {
  for (int round = 0; round < 60; ++round) {
    TakeProblem p{DType::kFloat32, DType::kInt32};
    p.outer = 1 + draw(3);
    p.length = 1 + draw(50);
    p.inner = draw(2) ? 1 : 1 + draw(300);
    p.count = draw(500);
    validate(p);
    const std::vector<float> x = random_floats(p.outer * p.length * p.inner);
    const std::vector<float> updates = random_floats(p.outer * p.count * p.inner);
    std::vector<std::int32_t> indices(index(p.count));
    for (std::int32_t& i : indices)
      i = draw(static_cast<int>(3 * p.length)) - static_cast<int>(p.length);
    const auto at = [&](std::int64_t k) {
      std::int64_t i = indices[index(k)];
      if (i < 0) i += p.length;
      return std::clamp<std::int64_t>(i, 0, p.length - 1);
    };
    const auto taken =
        same_for_all_threads<float>(updates.size(), "take: threads",
                                    [&](float* out) { take(p, x.data(), indices.data(), out); });
    TakeBackProblem back{p, std::max<std::int64_t>(p.count, 1), 0, p.inner};
    const auto added = same_for_all_threads<float>(x.size(), "take_back: threads", [&](float* out) {
      TakeBack(back, false).run(updates.data(), indices.data(), out, nullptr);
    });
    check(added == take_back_in_tiles(back, updates, indices, x.size()), "take_back: tiles", round);
    std::vector<float> expected(x.size());
    bool good = true;
    for (std::int64_t o = 0; o < p.outer; ++o) {
      for (std::int64_t k = 0; k < p.count; ++k) {
        for (std::int64_t i = 0; i < p.inner; ++i) {
          const std::int64_t from = (o * p.length + at(k)) * p.inner + i;
          const std::int64_t to = (o * p.count + k) * p.inner + i;
          good = good && taken[index(to)] == x[index(from)];
          expected[index(from)] += updates[index(to)];
        }
      }
    }
    check(good, "take", round);
    check(added == expected, "take_back", round);

    NdProblem nd{DType::kFloat32, DType::kInt64, 2, {p.outer, p.length}, p.inner, p.count};
    validate(nd);
    std::vector<std::int64_t> tuples;
    for (std::int64_t k = 0; k < p.count; ++k) {
      tuples.push_back(draw(static_cast<int>(p.outer)));
      tuples.push_back(at(k));
    }
    std::vector<float> gathered(index(p.count * p.inner));
    gather_nd(nd, x.data(), tuples.data(), gathered.data());
    for (const ScatterMode mode : {ScatterMode::kAdd, ScatterMode::kSet, ScatterMode::kMax,
                                   ScatterMode::kMin, ScatterMode::kMul}) {
      std::vector<float> scattered(x.size());
      scatter_nd(nd, mode, x.data(), tuples.data(), updates.data(), scattered.data());
      expected = x;
      for (std::int64_t k = 0; k < p.count; ++k) {
        for (std::int64_t i = 0; i < p.inner; ++i) {
          const std::int64_t from =
              (tuples[index(2 * k)] * p.length + tuples[index(2 * k + 1)]) * p.inner + i;
          const float u = updates[index(k * p.inner + i)];
          float& e = expected[index(from)];
          check(gathered[index(k * p.inner + i)] == x[index(from)], "gather_nd", round);
          e = mode == ScatterMode::kAdd   ? e + u
              : mode == ScatterMode::kSet ? u
              : mode == ScatterMode::kMax ? std::max(e, u)
              : mode == ScatterMode::kMin ? std::min(e, u)
                                          : e * u;
        }
      }
      check(scattered == expected, "scatter_nd", round, static_cast<std::int64_t>(mode));
    }
  }
}

void test_rows() {
  const std::int64_t count = 900, row = 37;
  std::vector<double> x(index(count * row));
  for (double& v : x) v = draw(2000) - 1000 + 0.25;
  std::vector<std::int64_t> rows(700);
  for (auto& r : rows) r = draw(static_cast<int>(count));
  const RowGatherProblem p{DType::kFloat64, DType::kFloat32, row, row};
  validate(p);
  const auto got = same_for_all_threads<float>(
      rows.size() * index(row), "gather_rows: threads", [&](float* out) {
        gather_rows(p, x.data(), rows.data(), static_cast<std::int64_t>(rows.size()), out);
      });
  const auto bytes = same_for_all_threads<std::int16_t>(
      rows.size() * index(row), "gather_rows: threads", [&](std::int16_t* out) {
        gather_rows({DType::kFloat64, DType::kInt16, row, row}, x.data(), rows.data(),
                    static_cast<std::int64_t>(rows.size()), out);
      });
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double want = x[index(rows[i / index(row)] * row) + i % index(row)];
    check(got[i] == static_cast<float>(want), "gather_rows");
    check(bytes[i] == static_cast<std::int16_t>(want), "gather_rows to int16");
  }
  std::vector<std::uint8_t> pixels(50000);
  for (auto& v : pixels) v = static_cast<std::uint8_t>(generator());
  std::vector<float> converted(pixels.size());
  convert_elements(DType::kUInt8, DType::kFloat32, pixels.data(), 50000, converted.data());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    check(converted[i] == pixels[i], "convert_elements");
}

template <typename T>
void test_sort(DType dtype) {
  for (const auto& shape :
       {std::array<std::int64_t, 3>{1, 1, 1}, {1, 1000, 1}, {40, 300, 1}, {4, 50, 7}, {3, 0, 2}}) {
    const SortProblem p{dtype, shape[0], shape[1], shape[2]};
    validate(p);
    std::vector<T> x(index(shape[0] * shape[1] * shape[2]));
    for (T& v : x) v = static_cast<T>(draw(60) - 30);
    if constexpr (std::is_floating_point_v<T>) {
      for (std::size_t i = 0; i < x.size(); i += 13)
        x[i] = i % 2 ? static_cast<T>(NAN) : static_cast<T>(-0.0);
      for (std::size_t i = 5; i < x.size(); i += 29) x[i] = -static_cast<T>(INFINITY);
    }
    const auto sorted =
        same_for_all_threads<T>(x.size(), "sort: threads", [&](T* out) { sort(p, x.data(), out); });
    const auto order = same_for_all_threads<std::int32_t>(
        x.size(), "argsort: threads", [&](std::int32_t* out) { argsort(p, x.data(), out); });
    for (std::int64_t o = 0; o < p.outer; ++o) {
      for (std::int64_t i = 0; i < p.inner; ++i) {
        std::vector<std::int32_t> expected(index(p.length));
        std::iota(expected.begin(), expected.end(), 0);
        const auto value = [&](std::int64_t l) {
          return x[index((o * p.length + l) * p.inner + i)];
        };
        std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
          const T u = value(a), v = value(b);
          if (v != v) return u == u;
          return u < v;
        });
        for (std::int64_t l = 0; l < p.length; ++l) {
          const std::size_t at = index((o * p.length + l) * p.inner + i);
          check(order[at] == expected[index(l)], "argsort", o, l);
          const T want = value(expected[index(l)]);
          check(sorted[at] == want || want != want, "sort", o, l);
        }
        if (p.inner == 1 && p.length > 3) {
          SortProblem row = p;
          row.outer = 1;
          std::vector<T> values(3);
          std::vector<std::int32_t> places(3);
          validate_top_k(row, 3);
          top_k(row, 3, x.data() + o * p.length, values.data(), places.data());
          std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
            const T u = value(a), v = value(b);
            if (u != u || v != v) return u != u && (v == v || a < b);
            return u > v || (u == v && a < b);
          });
          for (std::size_t k = 0; k < 3; ++k) check(places[k] == expected[k], "top_k", o);
        }
      }
    }
  }
}

void test_cumulative() {
  for (const auto& shape :
       {std::array<std::int64_t, 3>{1, 1, 1}, {3, 100, 1}, {300, 200, 1}, {4, 9, 33}}) {
    for (const bool reverse : {false, true}) {
      const CumulativeProblem p{DType::kInt32, ReduceKind::kSum, reverse,
                                shape[0],      shape[1],         shape[2]};
      validate(p);
      std::vector<std::int32_t> x(index(shape[0] * shape[1] * shape[2]));
      for (auto& v : x) v = draw(100);
      const auto got = same_for_all_threads<std::int32_t>(
          x.size(), "cumsum: threads", [&](std::int32_t* out) { cumulative(p, x.data(), out); });
      for (std::int64_t o = 0; o < p.outer; ++o) {
        for (std::int64_t i = 0; i < p.inner; ++i) {
          std::int32_t sum = 0;
          for (std::int64_t k = 0; k < p.length; ++k) {
            const std::int64_t l = reverse ? p.length - 1 - k : k;
            sum += x[index((o * p.length + l) * p.inner + i)];
            check(got[index((o * p.length + l) * p.inner + i)] == sum, "cumsum", o, l);
          }
        }
      }
    }
  }
}

// Reference values of jax.random.bits under the partitionable generator, and the plain cipher.
void test_random_bits() {
  const std::uint32_t key[2] = {0, 42};
  const auto bits = same_for_all_threads<std::uint32_t>(
      65536, "random bits: threads", [&](std::uint32_t* out) { random_bits(key, 65536, out); });
  check(bits[0] == 2098992034u && bits[1] == 2919706841u && bits[65535] == 2934019173u,
        "random bits");
  for (const std::int64_t count : {0, 1, 7, 31, 33, 1000}) {
    std::vector<std::uint32_t> part(index(count) + 1, 77u);
    random_bits(key, count, part.data());
    check(std::equal(part.begin(), part.end() - 1, bits.begin()) && part.back() == 77u,
          "random bits: tail", count);
  }
}

}  // namespace

int main() {
  for (const char* const* name = available_instruction_sets(); *name; ++name) {
    set_instruction_set(*name);
    test_reduce();
    test_arg_reduce();
    test_copy<std::uint8_t>();
    test_copy<std::uint16_t>();
    test_copy<std::uint32_t>();
    test_copy<std::uint64_t>();
    test_gather();
    test_bags();
    test_rows();
    test_sort<float>(DType::kFloat32);
    test_sort<double>(DType::kFloat64);
    test_sort<std::int32_t>(DType::kInt32);
    test_sort<std::int8_t>(DType::kInt8);
    test_cumulative();
    test_random_bits();
    std::printf("%s: %s\n", *name, failures == 0 ? "ok" : "FAILED");
  }
  return failures == 0 ? 0 : 1;
}
