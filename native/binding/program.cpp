// Program: an elementwise register program, built instruction by instruction.
#include "kernels/elementwise/program.h"

#include <nanobind/stl/string.h>

#include "binding/bindings.h"

namespace nb = nanobind;
using cornu::ComputeType;
using cornu::DType;
using cornu::Error;
using cornu::Instruction;
using cornu::Opcode;

std::uint16_t ProgramBuilder::append(const Instruction& instruction) {
  if (program.instructions.size() >= 0xffff) throw Error("Program: too many instructions");
  program.instructions.push_back(instruction);
  return static_cast<std::uint16_t>(program.instructions.size() - 1);
}

namespace {

Opcode opcode_of(int number) {
  if (number < 0 || number >= cornu::kOpcodeCount) throw Error("unknown opcode number");
  return static_cast<Opcode>(number);
}

ComputeType type_of(int number) {
  if (number < 0 || number >= cornu::kComputeTypeCount) throw Error("unknown compute type number");
  return static_cast<ComputeType>(number);
}

std::uint16_t add_operand(ProgramBuilder& builder, DType dtype) {
  if (builder.program.operands.size() >= 0xffff) throw Error("Program: too many operands");
  builder.program.operands.push_back(dtype);
  return static_cast<std::uint16_t>(builder.program.operands.size() - 1);
}

int load(ProgramBuilder& builder, int dtype) {
  const DType storage = dtype_of(dtype);
  Instruction instruction{Opcode::op_load, cornu::compute_type_of(storage)};
  instruction.operand = add_operand(builder, storage);
  return builder.append(instruction);
}

int constant(ProgramBuilder& builder, int type, std::uint64_t bits) {
  Instruction instruction{Opcode::op_constant, type_of(type)};
  instruction.bits = bits;
  return builder.append(instruction);
}

int iota(ProgramBuilder& builder, int type, std::int64_t divisor, std::int64_t modulus) {
  Instruction instruction{Opcode::op_iota, type_of(type)};
  instruction.divisor = divisor;
  instruction.modulus = modulus;
  return builder.append(instruction);
}

int random_bits(ProgramBuilder& builder) {
  Instruction instruction{Opcode::op_random_bits, ComputeType::kU32};
  instruction.operand = add_operand(builder, DType::kUInt32);
  return builder.append(instruction);
}

int apply(ProgramBuilder& builder, int op, int type, int a, int b, int c) {
  Instruction instruction{opcode_of(op), type_of(type)};
  instruction.a = static_cast<std::uint16_t>(a);
  instruction.b = static_cast<std::uint16_t>(b);
  instruction.c = static_cast<std::uint16_t>(c);
  return builder.append(instruction);
}

int narrow(ProgramBuilder& builder, int source, int dtype) {
  const DType storage = dtype_of(dtype);
  Instruction instruction{Opcode::op_narrow, cornu::compute_type_of(storage)};
  instruction.dtype = storage;
  instruction.a = static_cast<std::uint16_t>(source);
  return builder.append(instruction);
}

void output(ProgramBuilder& builder, int source, int dtype) {
  builder.program.outputs.push_back({static_cast<std::uint16_t>(source), dtype_of(dtype)});
}

void tail(ProgramBuilder& builder, int source, int kind, int dtype) {
  if (kind < 0 || kind > 3) throw Error("unknown reduction number");
  builder.program.tails.push_back(
      {static_cast<std::uint16_t>(source), static_cast<cornu::ReduceKind>(kind), dtype_of(dtype)});
}

// Several programs are compared and cached by what they compute, not by identity.
std::string text_of(const ProgramBuilder& builder) {
  std::string text;
  const auto& program = builder.program;
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& instruction = program.instructions[i];
    text += "r" + std::to_string(i) + " = " + cornu::name_of(instruction.op) + "." +
            cornu::name_of(instruction.type);
    switch (instruction.op) {
      case Opcode::op_load:
      case Opcode::op_random_bits:
        text += " operand " + std::to_string(instruction.operand) + " " +
                cornu::name_of(program.operands[instruction.operand]);
        break;
      case Opcode::op_constant:
        text += " bits " + std::to_string(instruction.bits);
        break;
      case Opcode::op_iota:
        text += " / " + std::to_string(instruction.divisor) + " % " +
                std::to_string(instruction.modulus);
        break;
      default:
        text += " r" + std::to_string(instruction.a) + " r" + std::to_string(instruction.b) + " r" +
                std::to_string(instruction.c);
    }
    text += "\n";
  }
  for (const auto& output : program.outputs) {
    text += "store r" + std::to_string(output.source) + " " + cornu::name_of(output.dtype) + "\n";
  }
  for (const auto& tail : program.tails) {
    text += "reduce r" + std::to_string(tail.source) + " " + cornu::name_of(tail.dtype) + "\n";
  }
  return text;
}

}  // namespace

void bind_program(nb::module_& module) {
  nb::list dtypes;
  for (int i = 0; i < cornu::kDTypeCount; ++i) {
    dtypes.append(nb::str(cornu::name_of(static_cast<DType>(i))));
  }
  module.attr("DTYPES") = nb::tuple(dtypes);
  nb::list types;
  for (int i = 0; i < cornu::kComputeTypeCount; ++i) {
    types.append(nb::str(cornu::name_of(static_cast<ComputeType>(i))));
  }
  module.attr("COMPUTE_TYPES") = nb::tuple(types);
  nb::list opcodes;
  for (int i = 0; i < cornu::kOpcodeCount; ++i) {
    opcodes.append(nb::str(cornu::name_of(static_cast<Opcode>(i))));
  }
  module.attr("OPCODES") = nb::tuple(opcodes);

  nb::class_<ProgramBuilder>(
      module, "Program",
      "An elementwise register program. Every method that computes returns the new register; "
      "dtypes, compute types, opcodes and reductions are places in DTYPES, COMPUTE_TYPES, OPCODES "
      "and (sum, product, max, min).")
      .def(nb::init<>())
      .def("load", &load, nb::arg("dtype"), "Adds an operand and loads it.")
      .def("constant", &constant, nb::arg("type"), nb::arg("bits"),
           "Loads a constant whose value is in the low bytes of `bits`.")
      .def("iota", &iota, nb::arg("type"), nb::arg("divisor"), nb::arg("modulus"),
           "Computes (flat index // divisor) % modulus.")
      .def("random_bits", &random_bits, "Adds a key as operand and draws uint32 bits from it.")
      .def("apply", &apply, nb::arg("op"), nb::arg("type"), nb::arg("a"), nb::arg("b") = 0,
           nb::arg("c") = 0, "Applies an instruction to registers; `type` is the result's.")
      .def("narrow", &narrow, nb::arg("source"), nb::arg("dtype"),
           "Rounds to what storing as a narrow dtype and loading again would give.")
      .def("output", &output, nb::arg("source"), nb::arg("dtype"), "Adds an output.")
      .def("tail", &tail, nb::arg("source"), nb::arg("kind"), nb::arg("dtype"),
           "Adds a reduced output; those come after all plain ones.")
      .def("__str__", &text_of);
}
