#include "kernels/elementwise/libm.h"

#include <cmath>

namespace cornu::libm {

double lgamma(double x) {
#if defined(__GLIBC__) || defined(__APPLE__)
  int sign;
  return ::lgamma_r(x, &sign);  // lgamma writes a global
#else
  return std::lgamma(x);
#endif
}

// Reflection below 0, the recurrence psi(x) = psi(x + 1) - 1/x up to 10, then the asymptotic series
// (Abramowitz and Stegun 6.3.18).
double digamma(double x) {
  if (!(x > -INFINITY) || std::isnan(x)) return NAN;
  double result = 0.0;
  if (x <= 0.0) {
    if (x == std::floor(x)) return NAN;  // a pole
    // The tangent has period 1 in x: reducing first keeps it exact for large |x|.
    const double fraction = x - std::round(x);
    result = -M_PI / std::tan(M_PI * fraction);
    x = 1.0 - x;
  }
  // Near the positive root the recurrence would cancel; a Taylor series keeps relative accuracy.
  constexpr double root = 1.4616321449683623;
  constexpr double root_low = 9.549995429965697e-17;
  if (result == 0.0 && std::fabs(x - root) < 0.03) {
    // Taylor coefficients at the root.
    constexpr double c[] = {0.9676722454476212,   -0.4427631689835921,  0.258499760955651,
                            -0.16394270544240652, 0.10782405069126237,  -0.07219956125645471,
                            0.04880428816414311,  -0.03316112647484736, 0.022597648232218104,
                            -0.01542476590494896};
    const double t = (x - root) - root_low;
    double sum = 0.0;
    for (int i = 9; i >= 0; --i) sum = sum * t + c[i];
    return sum * t;
  }
  for (; x < 10.0; x += 1.0) result -= 1.0 / x;
  const double inverse = 1.0 / (x * x);
  const double series =
      inverse *
      (1.0 / 12 -
       inverse *
           (1.0 / 120 -
            inverse * (1.0 / 252 -
                       inverse * (1.0 / 240 - inverse * (1.0 / 132 - inverse * (691.0 / 32760 -
                                                                                inverse / 12))))));
  return result + std::log(x) - 0.5 / x - series;
}

// Giles' single-precision approximation, then two steps of Halley's method on erf, or on erfc where
// erf is close to 1.
double erf_inv(double x) {
  const double magnitude = std::fabs(x);
  if (!(magnitude < 1.0)) return magnitude == 1.0 ? std::copysign(INFINITY, x) : NAN;
  if (magnitude < 1e-8) return x * 0.88622692545275801365;  // sqrt(pi) / 2
  double w = -std::log1p(-x * x);
  double y;
  if (w < 5.0) {
    constexpr double c[] = {1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087};
    w -= 2.5;
    y = c[0] + w * (c[1] + w * (c[2] + w * (c[3] + w * c[4])));
  } else {
    constexpr double c[] = {2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773};
    w = std::sqrt(w) - 3.0;
    y = c[0] + w * (c[1] + w * (c[2] + w * (c[3] + w * c[4])));
  }
  y *= magnitude;
  for (int step = 0; step < 3; ++step) {
    const double error =
        magnitude > 0.5 ? (1.0 - magnitude) - std::erfc(y) : std::erf(y) - magnitude;
    const double newton = error / (1.12837916709551257390 * std::exp(-y * y));
    y -= newton / (1.0 + y * newton);
  }
  return std::copysign(y, x);
}

}  // namespace cornu::libm
