// What every x86-64 has (SSE2), or any other processor through the compiler's generic vectors.
#define CORNU_ISA_NAME "baseline"
#define CORNU_ISA_TABLE kBaselineKernels
#define CORNU_VECTOR_BYTES 16
#include "isa/bodies.inc"
