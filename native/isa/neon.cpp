// Every 64-bit Arm. No flags.
#if defined(__aarch64__)
#define CORNU_ISA_NAME "neon"
#define CORNU_ISA_TABLE kNeonKernels
#define CORNU_VECTOR_BYTES 16
#include "isa/bodies.inc"
#endif
