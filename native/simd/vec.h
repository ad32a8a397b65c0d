// Vectors of the width of the including instruction-set file, on the compiler's vector extensions:
// + - * / & | ^ << >> and comparisons work element by element, a comparison gives a vector of
// signed integers of the same width (0 or -1), and `mask ? a : b` selects.
//
// For instruction-set files only (isa/kernel_table.h): everything here is in an anonymous
// namespace.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/hints.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef CORNU_VECTOR_BYTES
#error "simd/vec.h is for files of isa/, which define CORNU_VECTOR_BYTES"
#endif

#if defined(__GNUC__) && !defined(__clang__)
// Vectors wider than a register are passed between functions that are all inlined.
#pragma GCC diagnostic ignored "-Wpsabi"
// Most of these functions are used by some instruction sets only.
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

namespace cornu {
namespace {

inline constexpr int kVectorBytes = CORNU_VECTOR_BYTES;

// Elements of T in one register.
template <typename T>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

namespace simd_detail {
template <typename T, int N>
struct VecOf {
  typedef T type __attribute__((vector_size(N * sizeof(T))));
};
template <int Bytes>
struct SignedOf;
template <>
struct SignedOf<1> {
  using type = std::int8_t;
};
template <>
struct SignedOf<2> {
  using type = std::int16_t;
};
template <>
struct SignedOf<4> {
  using type = std::int32_t;
};
template <>
struct SignedOf<8> {
  using type = std::int64_t;
};
}  // namespace simd_detail

// N elements of T, N a power of two.
template <typename T, int N>
using vec_n = typename simd_detail::VecOf<T, N>::type;

// One register full of T.
template <typename T>
using vec = vec_n<T, kLanes<T>>;

// Signed integer as wide as T, and the result of comparing two vec_n<T, N>.
template <typename T>
using signed_of = typename simd_detail::SignedOf<sizeof(T)>::type;
template <typename T, int N = kLanes<T>>
using mask_n = vec_n<signed_of<T>, N>;

template <typename V>
using element_of = std::remove_cv_t<std::remove_reference_t<decltype(V{}[0])>>;
template <typename V>
inline constexpr int kSizeOf = static_cast<int>(sizeof(V) / sizeof(V{}[0]));

// ------------------------------------------------------------------------------ loads and stores

// From any address.
template <typename T, int N = kLanes<T>>
CORNU_ALWAYS_INLINE vec_n<T, N> load(const T* source) {
  vec_n<T, N> v;
  __builtin_memcpy(&v, source, sizeof(v));
  return v;
}

template <typename T, typename V>
CORNU_ALWAYS_INLINE void store(T* target, V v) {
  static_assert(sizeof(T) == sizeof(v[0]), "elements of the vector and of the target differ");
  __builtin_memcpy(target, &v, sizeof(v));
}

template <typename T, int N = kLanes<T>>
CORNU_ALWAYS_INLINE vec_n<T, N> broadcast(T value) {
  return value - vec_n<T, N>{};  // x - 0 keeps the sign of zero, 0 + x does not
}

// The first `count` elements, the rest zero. Reads nothing behind them.
template <typename T, int N = kLanes<T>>
CORNU_ALWAYS_INLINE vec_n<T, N> load_first(const T* source, int count) {
#if defined(__AVX512F__)
  if constexpr (N * sizeof(T) == 64 && sizeof(T) == 4) {
    return (vec_n<T, N>)_mm512_maskz_loadu_epi32((__mmask16)((1u << count) - 1u), source);
  } else if constexpr (N * sizeof(T) == 64 && sizeof(T) == 8) {
    return (vec_n<T, N>)_mm512_maskz_loadu_epi64((__mmask8)((1u << count) - 1u), source);
  }
#endif
#if defined(__AVX2__)
  if constexpr (N * sizeof(T) == 32 && sizeof(T) == 4) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lane);
    return (vec_n<T, N>)_mm256_maskload_epi32(reinterpret_cast<const int*>(source), mask);
  } else if constexpr (N * sizeof(T) == 32 && sizeof(T) == 8) {
    const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
    const __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), lane);
    return (vec_n<T, N>)_mm256_maskload_epi64(reinterpret_cast<const long long*>(source), mask);
  }
#endif
  vec_n<T, N> v{};
  for (int i = 0; i < count; ++i) v[i] = source[i];
  return v;
}

// Writes the first `count` elements and nothing behind them: by halves, since a masked store takes
// AMD's processors up to Zen 3 a dozen cycles.
template <typename T, typename V>
CORNU_ALWAYS_INLINE void store_first(T* target, V v, int count) {
  static_assert(sizeof(T) == sizeof(v[0]), "elements of the vector and of the target differ");
  constexpr int lanes = kSizeOf<V>;
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64 && sizeof(T) == 4) {
    _mm512_mask_storeu_epi32(target, (__mmask16)((1u << count) - 1u), (__m512i)v);
    return;
  } else if constexpr (sizeof(V) == 64 && sizeof(T) == 8) {
    _mm512_mask_storeu_epi64(target, (__mmask8)((1u << count) - 1u), (__m512i)v);
    return;
  }
#endif
  if (count >= lanes) {
    store(target, v);
  } else if constexpr (lanes > 1) {
    using Half = vec_n<element_of<V>, lanes / 2>;
    Half part[2];
    __builtin_memcpy(part, &v, sizeof(part));
    if (count >= lanes / 2) {
      store(target, part[0]);
      store_first(target + lanes / 2, part[1], count - lanes / 2);
    } else {
      store_first(target, part[0], count);
    }
  }
}

// ------------------------------------------------------------------------------------ arithmetic

// a * b + c in one rounding where the instruction set has it (all but baseline x86-64).
CORNU_ALWAYS_INLINE vec<float> fma(vec<float> a, vec<float> b, vec<float> c) {
#if defined(__AVX512F__)
  return (vec<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (vec<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (vec<float>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

CORNU_ALWAYS_INLINE vec<double> fma(vec<double> a, vec<double> b, vec<double> c) {
#if defined(__AVX512F__)
  return (vec<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  return (vec<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
  return (vec<double>)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#else
  return a * b + c;
#endif
}

// Whether fma() rounds once.
#if defined(__FMA__) || defined(__aarch64__)
inline constexpr bool kFusedMultiplyAdd = true;
#else
inline constexpr bool kFusedMultiplyAdd = false;
#endif

// The smaller and the larger element; NaN where either is NaN.
template <typename V>
CORNU_ALWAYS_INLINE V min(V a, V b) {
  const V smaller = b < a ? b : a;
  return b != b ? b : smaller;
}

template <typename V>
CORNU_ALWAYS_INLINE V max(V a, V b) {
  const V larger = b > a ? b : a;
  return b != b ? b : larger;
}

template <typename M, typename V>
CORNU_ALWAYS_INLINE V select(M mask, V where_set, V otherwise) {
  return mask ? where_set : otherwise;
}

CORNU_ALWAYS_INLINE vec<float> sqrt(vec<float> v) {
#if defined(__AVX512F__)
  return (vec<float>)_mm512_sqrt_ps((__m512)v);
#elif defined(__AVX__)
  return (vec<float>)_mm256_sqrt_ps((__m256)v);
#elif defined(__x86_64__)
  return (vec<float>)_mm_sqrt_ps((__m128)v);
#elif defined(__aarch64__)
  return (vec<float>)vsqrtq_f32((float32x4_t)v);
#else
  for (int i = 0; i < kLanes<float>; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

CORNU_ALWAYS_INLINE vec<double> sqrt(vec<double> v) {
#if defined(__AVX512F__)
  return (vec<double>)_mm512_sqrt_pd((__m512d)v);
#elif defined(__AVX__)
  return (vec<double>)_mm256_sqrt_pd((__m256d)v);
#elif defined(__x86_64__)
  return (vec<double>)_mm_sqrt_pd((__m128d)v);
#elif defined(__aarch64__)
  return (vec<double>)vsqrtq_f64((float64x2_t)v);
#else
  for (int i = 0; i < kLanes<double>; ++i) v[i] = __builtin_sqrt(v[i]);
  return v;
#endif
}

// -------------------------------------------------------------------------- conversions and bits

// Element by element, as a C++ cast; the count stays, so the width may change.
template <typename To, typename V>
CORNU_ALWAYS_INLINE vec_n<To, kSizeOf<V>> convert(V v) {
  return __builtin_convertvector(v, vec_n<To, kSizeOf<V>>);
}

// The same bits as elements of another type.
template <typename To, typename V>
CORNU_ALWAYS_INLINE vec_n<To, sizeof(V) / sizeof(To)> bits_as(V v) {
  return (vec_n<To, sizeof(V) / sizeof(To)>)v;
}

// Elements picked by their positions in the pair (a, b), known when compiling.
template <int... Positions, typename V>
CORNU_ALWAYS_INLINE V shuffle(V a, V b) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, Positions...);
#else
  return __builtin_shuffle(a, b, mask_n<element_of<V>, kSizeOf<V>>{Positions...});
#endif
}

// Sum of the elements by halving, the same order for every caller.
template <typename V>
CORNU_ALWAYS_INLINE element_of<V> horizontal_sum(V v) {
  constexpr int lanes = kSizeOf<V>;
  if constexpr (lanes == 1) {
    return v[0];
  } else {
    using Half = vec_n<element_of<V>, lanes / 2>;
    Half low, high;
    __builtin_memcpy(&low, &v, sizeof(Half));
    __builtin_memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof(Half), sizeof(Half));
    return horizontal_sum(low + high);
  }
}

}  // namespace
}  // namespace cornu
