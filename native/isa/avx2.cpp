// Intel since Haswell (2013), AMD since Zen (2017). Flags: -mavx2 -mfma -mf16c -mbmi -mbmi2.
#if defined(__x86_64__)
#define CORNU_ISA_NAME "avx2"
#define CORNU_ISA_TABLE kAvx2Kernels
#define CORNU_VECTOR_BYTES 32
#include "isa/bodies.inc"
#endif
