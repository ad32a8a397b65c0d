// The functions of elementwise programs against long double: samples over all bit patterns and over
// the interesting range, special values, each instruction set; bounds in units in the last place.
// An element's value may not depend on its place, so each is computed at two.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "isa/kernel_table.h"
#include "kernels/elementwise/libm.h"
#include "kernels/elementwise/program.h"
#include "pool/thread_pool.h"

namespace {

using namespace cornu;
using Real = long double;

int failures = 0;

template <typename T>
double ulps(T got, Real want) {
  if (std::isnan(want)) return std::isnan(got) ? 0.0 : 1e9;
  const T rounded = static_cast<T>(want);
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0.0 : 1e9;
  if (rounded == 0 && got == 0 && want == 0 && std::signbit(want) != std::signbit(got)) return 1e8;
  int exponent;
  std::frexp(want, &exponent);
  const int digits = sizeof(T) == 4 ? 24 : 53, lowest = sizeof(T) == 4 ? -149 : -1074;
  return static_cast<double>(std::fabs(got - want) /
                             std::ldexp(Real(1), std::max(exponent - digits, lowest)));
}

template <typename T>
std::vector<T> samples(int count) {
  std::vector<T> x = {T(0),        T(-0.0),      T(1),          T(-1),          T(0.5),
                      T(-0.5),     T(2),         T(3e38),       T(1e-40),       T(-1e-40),
                      T(INFINITY), T(-INFINITY), T(NAN),        T(88.7),        T(-87.4),
                      T(-103.9),   T(1e-8),      T(0.99999994), T(-0.99999994), T(16777216)};
  std::mt19937_64 generator(3);
  while (static_cast<int>(x.size()) < count) {
    const std::uint64_t bits = generator();
    T v;
    std::memcpy(&v, &bits, sizeof(T));
    switch (x.size() % 3) {
      case 1:
        v = static_cast<T>(static_cast<double>(bits) / 1.8446744073709552e19 * 40 - 20);
        break;
      case 2:
        v = static_cast<T>(static_cast<double>(bits) / 1.8446744073709552e19 * 2 - 1);
        break;
      default:
        break;
    }
    x.push_back(v);
  }
  return x;
}

ElementwiseProgram program_of(const char* name, DType dtype, int arity) {
  ElementwiseProgram program;
  const ComputeType type = compute_type_of(dtype);
  for (int k = 0; k < arity; ++k) {
    program.operands.push_back(dtype);
    program.instructions.push_back({Opcode::op_load, type});
    program.instructions.back().operand = static_cast<std::uint16_t>(k);
  }
  program.instructions.push_back({opcode_named(name), type, DType::kBool, 0, 1});
  program.outputs = {{static_cast<std::uint16_t>(arity), dtype}};
  return program;
}

template <typename T>
std::vector<T> run(const char* name, const std::vector<T>& x, const std::vector<T>* y = nullptr) {
  const DType dtype = sizeof(T) == 4 ? DType::kFloat32 : DType::kFloat64;
  ElementwiseLayout layout;
  layout.rank = 1;
  layout.shape[0] = static_cast<std::int64_t>(x.size());
  ElementwiseLayout::Access access;
  access.strides[0] = 1;
  layout.operands.assign(y ? 2 : 1, access);
  layout.outputs = {access};
  std::vector<T> result(x.size());
  const void* in[] = {x.data(), y ? y->data() : nullptr};
  void* out[] = {result.data()};
  Elementwise(program_of(name, dtype, y ? 2 : 1), layout).run(in, out, nullptr);
  return result;
}

template <typename T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0 || (std::isnan(a) && std::isnan(b));
}

template <typename T, typename Reference>
void test_unary(const char* name, double bound, Reference&& reference) {
  const std::vector<T> x = samples<T>(1 << 18);
  const std::vector<T> got = run(name, x);
  const std::vector<T> shifted(x.begin() + 5, x.begin() + 105);
  const std::vector<T> again = run(name, shifted);
  double worst = 0;
  T where = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = ulps(got[i], static_cast<Real>(reference(static_cast<Real>(x[i]))));
    if (error > worst) {
      worst = error;
      where = x[i];
    }
  }
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (!same_bits(again[i], got[i + 5])) {
      std::printf("%s: %g differs by its place\n", name, static_cast<double>(shifted[i]));
      ++failures;
    }
  }
  if (worst > bound) {
    std::printf("FAILED: %s %s (%s): %.3f ulp at %.17g\n", sizeof(T) == 4 ? "f32" : "f64", name,
                instruction_set(), worst, static_cast<double>(where));
    ++failures;
  }
}

// Inverse of erf by Newton's method in long double.
Real erf_inverse(Real x) {
  if (!(std::fabs(x) < 1)) return std::fabs(x) == 1 ? x * Real(INFINITY) : Real(NAN);
  Real y = libm::erf_inv(static_cast<double>(x));
  for (int i = 0; i < 2 && std::isfinite(y); ++i) {
    const Real error = std::fabs(x) > 0.5L
                           ? std::copysign((1 - std::fabs(x)) - std::erfc(std::fabs(y)), x)
                           : std::erf(y) - x;
    y -= error / (1.128379167095512573896158903121545L * std::exp(-y * y));
  }
  return y;
}

template <typename T>
void test_all() {
  constexpr bool single = sizeof(T) == 4;
  const double two = single ? 2.0 : 2.5;
  const auto finite = [](auto function) {
    return [function](Real x) { return std::isfinite(x) ? function(x) : Real(NAN); };
  };
  test_unary<T>("exp", 1.1, [](Real x) { return std::exp(x); });
  test_unary<T>("expm1", two, [](Real x) { return std::expm1(x); });
  test_unary<T>("log", 1.0, [](Real x) { return std::log(x); });
  test_unary<T>("log1p", two, [](Real x) { return std::log1p(x); });
  test_unary<T>("tanh", two, [](Real x) { return std::tanh(x); });
  test_unary<T>("sigmoid", two, [](Real x) { return 1 / (1 + std::exp(-x)); });
  test_unary<T>("erf", two, [](Real x) { return std::erf(x); });
  test_unary<T>("sin", two, finite([](Real x) { return std::sin(x); }));
  test_unary<T>("cos", two, finite([](Real x) { return std::cos(x); }));
  test_unary<T>("tan", two, finite([](Real x) { return std::tan(x); }));
  test_unary<T>("asin", two, [](Real x) { return std::asin(x); });
  test_unary<T>("acos", two, [](Real x) { return std::acos(x); });
  test_unary<T>("atan", two, [](Real x) { return std::atan(x); });
  test_unary<T>("sinh", 3, [](Real x) { return std::sinh(x); });
  test_unary<T>("cosh", 3, [](Real x) { return std::cosh(x); });
  test_unary<T>("asinh", 3, [](Real x) { return std::asinh(x); });
  test_unary<T>("acosh", 3, [](Real x) { return std::acosh(x); });
  test_unary<T>("atanh", 3, [](Real x) { return std::atanh(x); });
  test_unary<T>("sqrt", 0.5, [](Real x) { return std::sqrt(x); });
  test_unary<T>("rsqrt", 1.5, [](Real x) { return 1 / std::sqrt(x); });
  test_unary<T>("floor", 0, [](Real x) { return std::floor(x); });
  test_unary<T>("ceil", 0, [](Real x) { return std::ceil(x); });
  test_unary<T>("round", 0, [](Real x) { return std::rint(x); });
  test_unary<T>("abs", 0, [](Real x) { return std::fabs(x); });
  test_unary<T>("neg", 0, [](Real x) { return -x; });
  test_unary<T>("sign", 0, [](Real x) { return std::isnan(x) ? x : Real(x > 0) - Real(x < 0); });
  // The single-precision formula squares its argument, which close to 1 costs several digits.
  test_unary<T>("erf_inv", single ? 1e4 : 4, erf_inverse);

  const std::vector<T> x = samples<T>(1 << 17);
  std::vector<T> y(x.rbegin(), x.rend());
  for (std::size_t i = 0; i < y.size(); i += 4)
    y[i] = static_cast<T>(static_cast<int>(i / 4 % 9) - 4);
  const std::vector<T> power = run("pow", x, &y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = ulps(power[i], std::pow(static_cast<Real>(x[i]), static_cast<Real>(y[i])));
    if (error > 1.0) {
      std::printf("FAILED: pow(%.9g, %.9g): %.3f ulp\n", static_cast<double>(x[i]),
                  static_cast<double>(y[i]), error);
      ++failures;
      break;
    }
  }
}

void test_special_functions() {
  // digamma: values by mpmath.
  const double table[][2] = {{1.0, -0.57721566490153286061},
                             {0.5, -1.9635100260214234794},
                             {10.0, 2.2517525890667211076},
                             {-0.5, 0.036489973978576520559},
                             {1.4616321449683623, -9.2412655217294275e-17},
                             {1e-5, -100000.57719921567},
                             {-7.3, 4.3373073055100501}};
  for (const auto& row : table) {
    const double error = std::fabs(libm::digamma(row[0]) - row[1]);
    if (error > 1e-14 * std::fmax(std::fabs(row[1]), 0.1)) {
      std::printf("FAILED: digamma(%g) = %.17g, expected %.17g\n", row[0], libm::digamma(row[0]),
                  row[1]);
      ++failures;
    }
  }
}

}  // namespace

int main() {
  for (const char* const* name = available_instruction_sets(); *name; ++name) {
    set_instruction_set(*name);
    test_all<float>();
    test_all<double>();
    test_special_functions();
    std::printf("%s: %s\n", *name, failures == 0 ? "ok" : "FAILED");
  }
  return failures == 0 ? 0 : 1;
}
