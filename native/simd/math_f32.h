// float32 functions of one vector, within 2 units in the last place, for every instruction set.
//
// NaN gives NaN, infinities and signed zeros as in C, denormal inputs and results are exact to the
// same bound. The polynomials are minimax fits (Remez) on the stated intervals. For files of isa/.
#pragma once

#include "simd/vec.h"

namespace cornu {
namespace {

using F32 = vec<float>;
using I32 = vec<std::int32_t>;
using U32 = vec<std::uint32_t>;

CORNU_ALWAYS_INLINE F32 f32(float value) { return broadcast<float>(value); }
CORNU_ALWAYS_INLINE I32 i32(std::int32_t value) { return broadcast<std::int32_t>(value); }

// The bits of a NaN or a negative number may leave the range of an int.
CORNU_ALWAYS_INLINE I32 wrapping_sub(I32 a, I32 b) {
  return bits_as<std::int32_t>(bits_as<std::uint32_t>(a) - bits_as<std::uint32_t>(b));
}

// Coefficients from the lowest degree up.
CORNU_ALWAYS_INLINE F32 polynomial(F32, float c0) { return f32(c0); }
template <typename... Rest>
CORNU_ALWAYS_INLINE F32 polynomial(F32 x, float c0, float c1, Rest... rest) {
  return fma(polynomial(x, c1, rest...), x, f32(c0));
}

CORNU_ALWAYS_INLINE F32 abs_f32(F32 x) {
  return bits_as<float>(bits_as<std::int32_t>(x) & 0x7fffffff);
}
CORNU_ALWAYS_INLINE I32 sign_bit(F32 x) {
  return bits_as<std::int32_t>(x) & i32(static_cast<std::int32_t>(0x80000000u));
}
// x must not be negative.
CORNU_ALWAYS_INLINE F32 with_sign(F32 x, I32 sign) {
  return bits_as<float>(bits_as<std::int32_t>(x) | sign);
}

// 1.5 * 2^23: adding it leaves the nearest integer in the low bits.
inline constexpr float kRoundF32 = 12582912.0f;

// x = n log 2 + r with |r| <= log(2) / 2; n also as integers. For |x| < 2^22 log 2.
struct ExpParts {
  F32 r;
  I32 n;
};
CORNU_ALWAYS_INLINE ExpParts exp_reduce(F32 x) {
  const F32 shifted = fma(x, f32(1.44269504089f), f32(kRoundF32));
  const F32 n = shifted - kRoundF32;
  // The upper part has 9 trailing zero bits, so that n times it is exact without fma.
  F32 r = fma(n, f32(-0.693359375f), x);
  r = fma(n, f32(2.12194440e-4f), r);
  return {r, wrapping_sub(bits_as<std::int32_t>(shifted), bits_as<std::int32_t>(f32(kRoundF32)))};
}

// (e^r - 1 - r) / r^2 for |r| <= log(2) / 2.
CORNU_ALWAYS_INLINE F32 exp_tail(F32 r) {
  return polynomial(r, 0.500000006233f, 0.166665425456f, 0.0416662804732f, 0.00836664396734f,
                    0.00139465637082f);
}

// 2^n for n in [-126, 127].
CORNU_ALWAYS_INLINE F32 power_of_two(I32 n) {
  return bits_as<float>((bits_as<std::uint32_t>(n) + 127u) << 23);
}

CORNU_ALWAYS_INLINE F32 exp_f32(F32 x) {
  // Beyond these the result is 0 or infinity anyway; NaN passes both comparisons unchanged.
  x = x > 89.0f ? f32(89.0f) : x;
  x = x < -104.0f ? f32(-104.0f) : x;
  const ExpParts e = exp_reduce(x);
  const F32 p = fma(e.r * e.r, exp_tail(e.r), e.r) + 1.0f;
  const I32 half = e.n >> 1;  // in two steps: 2^128 and 2^-149 are no normal numbers
  return p * power_of_two(half) * power_of_two(e.n - half);
}

// e^x for x in [-87, 88], where one step of scaling is enough.
CORNU_ALWAYS_INLINE F32 exp_f32_normal(F32 x) {
  const ExpParts e = exp_reduce(x);
  return (fma(e.r * e.r, exp_tail(e.r), e.r) + 1.0f) * power_of_two(e.n);
}

CORNU_ALWAYS_INLINE F32 expm1_f32(F32 x) {
  F32 bounded = x > 89.0f ? f32(89.0f) : x;
  bounded = bounded < -18.0f ? f32(-18.0f) : bounded;
  const ExpParts e = exp_reduce(bounded);
  const F32 p = fma(e.r * e.r, exp_tail(e.r), e.r);
  // 2^n p + (2^n - 1), halved because 2^128 is infinite.
  const F32 scale = power_of_two(e.n - 1);
  const F32 result = fma(scale, p, scale - 0.5f) * 2.0f;
  return x == 0.0f ? x : result;
}

// x = 2^n (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); for positive normal x.
struct LogParts {
  F32 f;
  I32 n;
};
CORNU_ALWAYS_INLINE LogParts log_reduce(F32 x) {
  const I32 bits = wrapping_sub(bits_as<std::int32_t>(x), i32(0x3f3504f3));  // sqrt(1/2)
  const I32 n = bits >> 23;
  return {bits_as<float>((bits & 0x007fffff) + 0x3f3504f3) - 1.0f, n};
}

// log(1 + f) + n log 2.
CORNU_ALWAYS_INLINE F32 log_combine(F32 f, F32 n) {
  const F32 p = polynomial(f, 0.333333104279f, -0.249999865581f, 0.200022276862f, -0.166692537033f,
                           0.142186342075f, -0.123842830702f, 0.118731150952f, -0.117902692381f,
                           0.0691557690178f);
  const F32 square = f * f;
  F32 tail = f * square * p;
  tail = fma(n, f32(-2.12194440e-4f), tail);
  tail = fma(square, f32(-0.5f), tail);
  return fma(n, f32(0.693359375f), f + tail);
}

CORNU_ALWAYS_INLINE F32 log_f32(F32 x) {
  const I32 tiny = x < 1.17549435e-38f;
  const F32 scaled = tiny ? x * 8388608.0f : x;
  const LogParts parts = log_reduce(scaled);
  const I32 n = parts.n - (tiny & 23);
  F32 result = log_combine(parts.f, convert<float>(n));
  result = x == f32(__builtin_inff()) ? x : result;
  result = x == 0.0f ? f32(-__builtin_inff()) : result;
  return x >= 0.0f ? result : f32(__builtin_nanf(""));
}

CORNU_ALWAYS_INLINE F32 log1p_f32(F32 x) {
  const F32 u = x + 1.0f;
  // What the sum rounded away, recovered from the larger term.
  F32 lost = x > 1.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  lost = u < f32(__builtin_inff()) ? lost : f32(0.0f);
  const LogParts parts = log_reduce(u);
  // n <= 24 wherever lost is not 0.
  const F32 scale = power_of_two(-parts.n < -126 ? i32(-126) : -parts.n);
  const F32 f = fma(lost, scale, parts.f);
  F32 result = log_combine(f, convert<float>(parts.n));
  result = x == f32(__builtin_inff()) ? x : result;
  result = u == 0.0f ? f32(-__builtin_inff()) : result;
  result = x >= -1.0f ? result : f32(__builtin_nanf(""));
  return x == 0.0f ? x : result;
}

// An odd polynomial up to 0.55, above it 1 - 2 / (e^(2|x|) + 1).
CORNU_ALWAYS_INLINE F32 tanh_f32(F32 x) {
  const F32 t = abs_f32(x);
  const F32 s = t * t;
  const F32 small = fma(t * s,
                        polynomial(s, -0.333333175596f, 0.13332586136f, -0.053852309648f,
                                   0.0210716778891f, -0.00627423775973f),
                        t);
  const F32 bounded = t > 10.0f ? f32(10.0f) : t;  // tanh is 1 from 9.02 on
  const F32 large = 1.0f - 2.0f / (exp_f32_normal(bounded + bounded) + 1.0f);
  return with_sign(t < 0.55f ? small : large, sign_bit(x));
}

CORNU_ALWAYS_INLINE F32 sigmoid_f32(F32 x) {
  const F32 e = exp_f32(-abs_f32(x));
  const I32 negative = x < 0.0f;
  const F32 denominator = e + 1.0f;
  const F32 quotient = (negative ? e : f32(1.0f)) / denominator;
  // Give back what the rounded sum lost, to first order.
  const F32 lost = e - (denominator - 1.0f);
  const F32 inverse = negative ? 1.0f - quotient : quotient;
  return fma(-quotient * lost, inverse, quotient);
}

CORNU_ALWAYS_INLINE F32 erf_f32(F32 x) {
  const F32 t = abs_f32(x);
  const F32 s = t * t;
  // erf(x) / x - 1 in x^2, |x| <= 1.
  const F32 near =
      polynomial(s, 0.128379165914f, -0.376126271366f, 0.112836001829f, -0.0268544448575f,
                 0.00518953581902f, -0.000802084528338f, 7.88913208973e-5f);
  const F32 small = fma(t, near, t);
  // -log(1 - erf(t)) on [0.98, 4]; erf(4) rounds to 1.
  const F32 bounded = t > 4.0f ? f32(4.0f) : t;
  const F32 far =
      polynomial(bounded, 0.000300442836698f, 1.12725139274f, 0.637883199435f, 0.103327241498f,
                 -0.0219403749359f, 0.00297242699897f, -0.00018882196466f);
  const F32 large = 1.0f - exp_f32_normal(-far);
  return with_sign(t < 1.0f ? small : large, sign_bit(x));
}

// M. Giles, "Approximating the erfinv function" (2012), single precision.
CORNU_ALWAYS_INLINE F32 erf_inv_f32(F32 x) {
  const F32 w = -log1p_f32(-x * x);
  const F32 central = polynomial(w - 2.5f, 1.50140941f, 0.246640727f, -0.00417768164f,
                                 -0.00125372503f, 0.00021858087f, -4.39150654e-06f, -3.5233877e-06f,
                                 3.43273939e-07f, 2.81022636e-08f);
  const F32 outer = polynomial(sqrt(w) - 3.0f, 2.83297682f, 1.00167406f, 0.00943887047f,
                               -0.0076224613f, 0.00573950773f, -0.00367342844f, 0.00134934322f,
                               0.000100950558f, -0.000200214257f);
  const F32 result = (w < 5.0f ? central : outer) * x;
  return abs_f32(x) == 1.0f ? x * f32(__builtin_inff()) : result;
}

// ------------------------------------------------------------------------------ sine and cosine

// x - n pi/2 as float, and n, for |x| up to kTrigLimit. Reduced in double: with 33 bits of
// pi/2 in the upper part n times it is exact.
inline constexpr float kTrigLimit = 1.0e6f;

struct TrigParts {
  F32 r;
  I32 quadrant;
};
CORNU_ALWAYS_INLINE TrigParts trig_reduce(F32 x) {
  constexpr int lanes = kLanes<double>;
  constexpr int halves = kLanes<float> / lanes;
  using Half = vec_n<float, lanes>;
  TrigParts parts;
  for (int i = 0; i < halves; ++i) {
    Half part;
    __builtin_memcpy(&part, reinterpret_cast<const char*>(&x) + i * sizeof(Half), sizeof(Half));
    const vec<double> wide = convert<double>(part);
    const vec<double> shifted = wide * 0.63661977236758134308 + 6755399441055744.0;
    const vec<double> n = shifted - 6755399441055744.0;
    const vec<double> r = (wide - n * 1.57079632673412561417) - n * 6.07710050650619224932e-11;
    const Half narrow = convert<float>(r);
    const vec_n<std::int32_t, lanes> whole = convert<std::int32_t>(convert<float>(n));  // exact
    __builtin_memcpy(reinterpret_cast<char*>(&parts.r) + i * sizeof(Half), &narrow, sizeof(Half));
    __builtin_memcpy(reinterpret_cast<char*>(&parts.quadrant) + i * sizeof(Half), &whole,
                     sizeof(Half));
  }
  return parts;
}

// sin(x) for shift 0, cos(x) for shift 1; valid for |x| <= kTrigLimit.
CORNU_ALWAYS_INLINE F32 sin_shifted(F32 x, int shift) {
  const TrigParts parts = trig_reduce(x);
  const F32 s = parts.r * parts.r;
  const F32 sine = fma(
      parts.r * s, polynomial(s, -0.166666548734f, 0.0083321735407f, -0.000195166554888f), parts.r);
  const F32 cosine =
      fma(s * s, polynomial(s, 0.0416666467479f, -0.00138873614574f, 2.44377308429e-5f),
          fma(s, f32(-0.5f), f32(1.0f)));
  const I32 quadrant = parts.quadrant + shift;
  const F32 value = (quadrant & 1) != 0 ? cosine : sine;
  return bits_as<float>(bits_as<std::uint32_t>(value) ^
                        (bits_as<std::uint32_t>(quadrant & 2) << 30));
}

CORNU_ALWAYS_INLINE bool any(I32 mask) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_ps((__m256)mask) != 0;
#else
  std::int32_t all = 0;
  for (int i = 0; i < kLanes<std::int32_t>; ++i) all |= mask[i];
  return all != 0;
#endif
}

template <typename Scalar>
CORNU_ALWAYS_INLINE F32 trig_f32(F32 x, int shift, Scalar&& scalar) {
  F32 result = sin_shifted(x, shift);
  const I32 large = ~(abs_f32(x) <= kTrigLimit);  // also NaN
  if (CORNU_UNLIKELY(any(large))) {
    for (int i = 0; i < kLanes<float>; ++i) {
      if (large[i] != 0) result[i] = scalar(x[i]);
    }
  }
  return result;
}

CORNU_ALWAYS_INLINE F32 sin_f32(F32 x) {
  const F32 result = trig_f32(x, 0, [](float v) { return __builtin_sinf(v); });
  return x == 0.0f ? x : result;
}
CORNU_ALWAYS_INLINE F32 cos_f32(F32 x) {
  return trig_f32(x, 1, [](float v) { return __builtin_cosf(v); });
}

// -------------------------------------------------------------------------------- plain functions

// Half to even; what is at least 2^23 is whole already.
CORNU_ALWAYS_INLINE F32 round_f32(F32 x) {
  const F32 magnitude = abs_f32(x);
  const F32 rounded = (magnitude + 8388608.0f) - 8388608.0f;
  return with_sign(magnitude < 8388608.0f ? rounded : magnitude, sign_bit(x));
}
CORNU_ALWAYS_INLINE F32 floor_f32(F32 x) {
  const F32 rounded = round_f32(x);
  const F32 result = rounded > x ? rounded - 1.0f : rounded;
  return with_sign(abs_f32(result), sign_bit(x) | sign_bit(result));
}
CORNU_ALWAYS_INLINE F32 ceil_f32(F32 x) {
  const F32 rounded = round_f32(x);
  const F32 result = rounded < x ? rounded + 1.0f : rounded;
  return with_sign(abs_f32(result), sign_bit(x));
}

}  // namespace
}  // namespace cornu
