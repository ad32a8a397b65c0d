// The registers of a program: until when each is needed, and which are computed on the way to
// others.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/elementwise/quotient.h"
#include "kernels/elementwise/table.h"

namespace cornu {

inline constexpr int kNever = -1;

// A register: where it lives and how a block sees it.
struct Register {
  enum class Class : std::uint8_t { kUnused, kConstant, kUniform, kScalar, kVector };
  Class kind = Class::kUnused;
  ComputeType type = ComputeType::kF32;
  int home = 0;              // the register whose memory it is: itself, unless a bitcast
  int last_use = kNever;     // instruction; of the home
  int location = kNever;     // of the home: index within its class until all are known
  int absorbed_by = kNever;  // the later instruction that computes this one on the way ...
  int absorbs = kNever;      // ... and the other way round
  int quotient = kNever;     // the chain that it ends
};

// One register for each instruction. Fills in the types, homes, last uses, and what is absorbed by
// what; classes and locations are left to the compiler.
std::vector<Register> plan_registers(const ElementwiseProgram& program,
                                     const ElementwiseKernels& elementwise,
                                     std::vector<Quotient>* quotients);

}  // namespace cornu
