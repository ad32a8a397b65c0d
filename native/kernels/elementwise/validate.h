// Checks of a register program, before it is compiled. Internal to the family.
#pragma once

#include "kernels/elementwise/program.h"
#include "kernels/elementwise/table.h"

namespace cornu {

// Registers an instruction reads.
int arity_of(Opcode op);

// Whether a storage type is not what a register holds.
bool widens(DType dtype);

// Types, registers, operands; throws Error that names the instruction.
void validate_program(const ElementwiseProgram& program, const ElementwiseKernels& table);

}  // namespace cornu
