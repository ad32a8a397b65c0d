// Special functions that the C library lacks or that are not safe in threads; one element at a
// time.
#pragma once

namespace cornu::libm {

// log |gamma(x)|; infinity at the poles.
double lgamma(double x);

// Derivative of lgamma; NaN at the poles, as SciPy.
double digamma(double x);

// Inverse of erf; infinite at -1 and 1, NaN beyond.
double erf_inv(double x);

}  // namespace cornu::libm
