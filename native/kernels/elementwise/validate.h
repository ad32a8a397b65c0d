// Properties of operations, and the checks of a register program before it is compiled. Internal to
// the family.
#pragma once

#include "kernels/elementwise/program.h"
#include "kernels/elementwise/table.h"

namespace cornu {

// Registers an instruction reads.
int arity_of(Opcode op);

// Rough nanoseconds of a thousand float32 elements, to decide when threads pay.
int cost_of(Opcode op);

// Whether op(a, b) = op(b, a); for mul_add, of its factors.
bool commutes(Opcode op);

// The comparison that holds for (b, a) where `op` holds for (a, b); `op` itself if it is none.
Opcode turned_around(Opcode op);

// Whether a storage type is not what a register holds.
bool widens(DType dtype);

// Types, registers, operands; throws Error that names the instruction.
void validate_program(const ElementwiseProgram& program, const ElementwiseKernels& table);

}  // namespace cornu
