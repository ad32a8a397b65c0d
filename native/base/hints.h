// Compiler hints.
#pragma once

// A function in a header that instruction-set files include must not exist as a shared symbol: the
// linker keeps one copy of it, and might keep the AVX-512 one. Such a function is either in an
// anonymous namespace or carries this mark.
#define CORNU_ALWAYS_INLINE inline __attribute__((always_inline))
#define CORNU_NO_INLINE __attribute__((noinline))
#define CORNU_RESTRICT __restrict__
#define CORNU_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define CORNU_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
