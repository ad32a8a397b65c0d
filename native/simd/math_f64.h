// float64 functions of one vector, within about 2 units in the last place. Special values as in
// simd/math_f32.h. For files of isa/.
#pragma once

#include "simd/vec.h"

namespace cornu {
namespace {

using F64 = vec<double>;
using I64 = vec<std::int64_t>;

CORNU_ALWAYS_INLINE F64 f64(double value) { return broadcast<double>(value); }
CORNU_ALWAYS_INLINE I64 i64(std::int64_t value) { return broadcast<std::int64_t>(value); }

CORNU_ALWAYS_INLINE I64 wrapping_sub(I64 a, I64 b) {
  return bits_as<std::int64_t>(bits_as<std::uint64_t>(a) - bits_as<std::uint64_t>(b));
}

CORNU_ALWAYS_INLINE F64 polynomial(F64, double c0) { return f64(c0); }
template <typename... Rest>
CORNU_ALWAYS_INLINE F64 polynomial(F64 x, double c0, double c1, Rest... rest) {
  return fma(polynomial(x, c1, rest...), x, f64(c0));
}

CORNU_ALWAYS_INLINE F64 abs_f64(F64 x) {
  return bits_as<double>(bits_as<std::int64_t>(x) & i64(0x7fffffffffffffff));
}
CORNU_ALWAYS_INLINE I64 sign_bit(F64 x) {
  return bits_as<std::int64_t>(x) & i64(static_cast<std::int64_t>(0x8000000000000000u));
}
CORNU_ALWAYS_INLINE F64 with_sign(F64 x, I64 sign) {
  return bits_as<double>(bits_as<std::int64_t>(x) | sign);
}

// 1.5 * 2^52: adding it leaves the nearest integer in the low bits.
inline constexpr double kRoundF64 = 6755399441055744.0;

struct ExpParts64 {
  F64 r;
  I64 n;
};
CORNU_ALWAYS_INLINE ExpParts64 exp_reduce(F64 x) {
  const F64 shifted = fma(x, f64(1.44269504088896340736), f64(kRoundF64));
  const F64 n = shifted - kRoundF64;
  F64 r = fma(n, f64(-6.93147180369123816490e-01), x);  // 21 trailing zero bits: exact
  r = fma(n, f64(-1.90821492927058770002e-10), r);
  return {r, wrapping_sub(bits_as<std::int64_t>(shifted), bits_as<std::int64_t>(f64(kRoundF64)))};
}

// e^r - 1 for |r| <= log(2) / 2.
CORNU_ALWAYS_INLINE F64 expm1_reduced(F64 r) {
  const F64 square = r * r;
  const F64 p =
      polynomial(r, 0.16666666666666676563, 0.041666666666666690018, 0.008333333333321611873,
                 0.0013888888888870097158, 0.00019841269886227095449, 0.000024801587356230078026,
                 2.7557244066722836685e-6, 2.7557245462118298343e-7, 2.5109098453774913569e-8,
                 2.0923799592370715089e-9);
  return fma(square, fma(r, p, f64(0.5)), r);
}

CORNU_ALWAYS_INLINE F64 power_of_two(I64 n) {
  return bits_as<double>((bits_as<std::uint64_t>(n) + 1023u) << 52);
}
// n >> 1 for |n| < 2^31; there is no arithmetic shift of 64-bit elements before AVX-512.
CORNU_ALWAYS_INLINE I64 half_of(I64 n) {
  return bits_as<std::int64_t>((bits_as<std::uint64_t>(n) + 4096u) >> 1) - 2048;
}

CORNU_ALWAYS_INLINE F64 exp_f64(F64 x) {
  x = x > 710.0 ? f64(710.0) : x;
  x = x < -746.0 ? f64(-746.0) : x;
  const ExpParts64 e = exp_reduce(x);
  const F64 p = expm1_reduced(e.r) + 1.0;
  const I64 half = half_of(e.n);
  return p * power_of_two(half) * power_of_two(wrapping_sub(e.n, half));
}

CORNU_ALWAYS_INLINE F64 expm1_f64(F64 x) {
  F64 bounded = x > 710.0 ? f64(710.0) : x;
  bounded = bounded < -40.0 ? f64(-40.0) : bounded;
  const ExpParts64 e = exp_reduce(bounded);
  const F64 scale = power_of_two(e.n - 1);
  const F64 result = fma(scale, expm1_reduced(e.r), scale - 0.5) * 2.0;
  return x == 0.0 ? x : result;
}

// x = 2^n (1 + f), 1 + f in [sqrt(1/2), sqrt(2)); for positive normal x. n as double.
struct LogParts64 {
  F64 f;
  F64 n;
  I64 biased;  // n + 4096
};
CORNU_ALWAYS_INLINE LogParts64 log_reduce(F64 x) {
  const std::int64_t root = 0x3fe6a09e667f3bcd;  // sqrt(1/2)
  // The bias keeps the difference positive, so that a logical shift serves.
  const I64 bits = wrapping_sub(bits_as<std::int64_t>(x), i64(root));
  const I64 biased =
      bits_as<std::int64_t>((bits_as<std::uint64_t>(bits) + (std::uint64_t{1} << 62)) >> 52) +
      (4096 - 1024);
  const F64 n =
      bits_as<double>(biased + bits_as<std::int64_t>(f64(kRoundF64))) - (kRoundF64 + 4096.0);
  return {bits_as<double>((bits & 0x000fffffffffffff) + root) - 1.0, n, biased};
}

// log(1 + f) + n log 2, by s = f / (2 + f), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)).
CORNU_ALWAYS_INLINE F64 log_combine(F64 f, F64 n) {
  const F64 s = f / (f + 2.0);
  const F64 z = s * s;
  const F64 rest =
      z * polynomial(z, 0.66666666666667345049, 0.39999999999413979865, 0.28571428742559822485,
                     0.22222198553932660498, 0.18183565402955939338, 0.15314021166047579776,
                     0.14796261166233620363);
  const F64 half_square = f * f * 0.5;
  const F64 low = fma(s, half_square + rest, n * 1.90821492927058770002e-10);
  return fma(n, f64(6.93147180369123816490e-01), f - (half_square - low));
}

CORNU_ALWAYS_INLINE F64 log_f64(F64 x) {
  const I64 tiny = x < 2.2250738585072014e-308;
  const F64 scaled = tiny ? x * 4503599627370496.0 : x;
  const LogParts64 parts = log_reduce(scaled);
  F64 result = log_combine(parts.f, parts.n - (tiny ? f64(52.0) : f64(0.0)));
  result = x == f64(__builtin_inf()) ? x : result;
  result = x == 0.0 ? f64(-__builtin_inf()) : result;
  return x >= 0.0 ? result : f64(__builtin_nan(""));
}

CORNU_ALWAYS_INLINE F64 log1p_f64(F64 x) {
  const F64 u = x + 1.0;
  F64 lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  lost = u < f64(__builtin_inf()) ? lost : f64(0.0);
  const LogParts64 parts = log_reduce(u);
  const I64 inverse = 4096 - parts.biased;
  const F64 f = fma(lost, power_of_two(inverse < -1022 ? i64(-1022) : inverse), parts.f);
  F64 result = log_combine(f, parts.n);
  result = x == f64(__builtin_inf()) ? x : result;
  result = u == 0.0 ? f64(-__builtin_inf()) : result;
  result = x >= -1.0 ? result : f64(__builtin_nan(""));
  return x == 0.0 ? x : result;
}

CORNU_ALWAYS_INLINE F64 tanh_f64(F64 x) {
  const F64 magnitude = abs_f64(x);
  const F64 bounded = magnitude > 22.0 ? f64(22.0) : magnitude;
  const ExpParts64 e = exp_reduce(bounded + bounded);
  const F64 scale = power_of_two(e.n);
  const F64 t = fma(scale, expm1_reduced(e.r), scale - 1.0);
  const F64 large = t / (t + 2.0);
  return with_sign(magnitude < 7.450580596923828e-9 ? magnitude : large, sign_bit(x));
}

CORNU_ALWAYS_INLINE F64 sigmoid_f64(F64 x) {
  const F64 e = exp_f64(-abs_f64(x));
  const F64 numerator = x < 0.0 ? e : f64(1.0);
  return numerator / (e + 1.0);
}

CORNU_ALWAYS_INLINE F64 round_f64(F64 x) {
  const F64 magnitude = abs_f64(x);
  const F64 rounded = (magnitude + 4503599627370496.0) - 4503599627370496.0;
  return with_sign(magnitude < 4503599627370496.0 ? rounded : magnitude, sign_bit(x));
}
CORNU_ALWAYS_INLINE F64 floor_f64(F64 x) {
  const F64 rounded = round_f64(x);
  const F64 result = rounded > x ? rounded - 1.0 : rounded;
  return with_sign(abs_f64(result), sign_bit(x) | sign_bit(result));
}
CORNU_ALWAYS_INLINE F64 ceil_f64(F64 x) {
  const F64 rounded = round_f64(x);
  const F64 result = rounded < x ? rounded + 1.0 : rounded;
  return with_sign(abs_f64(result), sign_bit(x));
}

// x^y in float32 through log2 and exp2 in double, for finite x > 0 and finite y: under 0.51 units.
CORNU_ALWAYS_INLINE vec_n<float, kLanes<double>> pow_half(vec_n<float, kLanes<double>> x,
                                                          vec_n<float, kLanes<double>> y) {
  const LogParts64 parts = log_reduce(convert<double>(x));
  const F64 logarithm = log_combine(parts.f, parts.n);
  return convert<float>(exp_f64(convert<double>(y) * logarithm));
}

}  // namespace
}  // namespace cornu
