// The kernels of one instruction set, and the choice among them at run time.
//
// Every kernel is written once, in `kernels/<family>/body.inc`, on the vector types of simd/vec.h.
// Each file `isa/<set>.cpp` is compiled with its own flags, includes all bodies through
// `isa/bodies.inc`, and exports one KernelTable. Nothing else of it may reach the linker: code in
// a shared inline function would run with whichever flags the linker happened to keep.
//
// To add a family `foo`:
//   1. kernels/foo/foo.h     its interface, free of instruction sets: descriptors, and functions
//                            that validate, cut the work into blocks and call the kernels through
//                            `kernels().foo->...`;
//      kernels/foo/table.h   `struct FooKernels`, plain function pointers;
//      kernels/foo/body.inc  the kernels and `const FooKernels k_foo = {...};`, all within
//                            `namespace cornu { namespace {`.
//   2. a line in isa/families.def:   CORNU_KERNEL_FAMILY(foo, FooKernels)
//   3. an include of kernels/foo/table.h below, and of kernels/foo/body.inc in isa/bodies.inc.
//
// Rules for a body, and for every header it includes:
//   - everything sits in an anonymous namespace, or is CORNU_ALWAYS_INLINE, or is a plain type;
//   - no standard containers, algorithms or <cmath> overloads (`std::sqrt(float)` is an inline
//     function of the library): use __builtin_sqrtf, simd/, and loops;
//   - no static with a constructor, no thread_local: scratch comes from base/memory.h;
//   - it compiles with any CORNU_VECTOR_BYTES.
// tests/native/test_isa_symbols.py fails on an object that offers a function.
#pragma once

#include "kernels/conv/table.h"
#include "kernels/elementwise/table.h"
#include "kernels/gather/table.h"
#include "kernels/layout/table.h"
#include "kernels/matmul/table.h"
#include "kernels/random/table.h"
#include "kernels/reduce/table.h"
#include "kernels/window/table.h"

namespace cornu {

struct KernelTable {
  const char* name;  // "baseline", "avx2", "avx512", "neon"
  int vector_bytes;
#define CORNU_KERNEL_FAMILY(member, type) const type* member;
#include "isa/families.def"
#undef CORNU_KERNEL_FAMILY
};

// The table in use: the best one this machine can run, unless set_instruction_set chose another.
const KernelTable& kernels();

// Chooses a table by name, or the best one for "auto". Throws Error for a name this build does not
// have or this machine cannot run. Meant for tests: a plan keeps the kernels it was built with.
void set_instruction_set(const char* name);

// Name of the table in use.
const char* instruction_set();

// Names of the sets this build has and this machine can run, best first, up to a null pointer.
const char* const* available_instruction_sets();

}  // namespace cornu
