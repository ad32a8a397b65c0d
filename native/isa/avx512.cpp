// Intel since Skylake-X (2017), AMD since Zen 4 (2022). Flags: those of AVX2 and
// -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512.
#if defined(__x86_64__)
#define CORNU_ISA_NAME "avx512"
#define CORNU_ISA_TABLE kAvx512Kernels
#define CORNU_VECTOR_BYTES 64
#include "isa/bodies.inc"
#endif
