// Names, and the checks of a register program.
#include "kernels/elementwise/validate.h"

#include <cstring>
#include <string>

#include "base/error.h"
#include "kernels/elementwise/compile.h"

namespace cornu {
namespace {

constexpr const char* kOpcodeNames[] = {
#define CORNU_OP(name, arity) #name,
    CORNU_ELEMENTWISE_OPS(CORNU_OP)
#undef CORNU_OP
};
constexpr int kArity[] = {
#define CORNU_OP(name, arity) arity,
    CORNU_ELEMENTWISE_OPS(CORNU_OP)
#undef CORNU_OP
};
constexpr const char* kTypeNames[kComputeTypeCount] = {"f32", "f64", "i32", "i64",
                                                       "u32", "u64", "b8"};

[[noreturn]] void fail(const ElementwiseProgram& program, std::size_t index,
                       const std::string& problem) {
  const Opcode op = program.instructions[index].op;
  const char* name = static_cast<int>(op) < kOpcodeCount ? name_of(op) : "?";
  throw Error("elementwise program, instruction " + std::to_string(index) + " (" + name +
              "): " + problem);
}

bool is_comparison(Opcode op) { return op >= Opcode::op_eq && op <= Opcode::op_ge; }

}  // namespace

const char* name_of(Opcode op) { return kOpcodeNames[static_cast<int>(op)]; }
const char* name_of(ComputeType type) { return kTypeNames[static_cast<int>(type)]; }
int arity_of(Opcode op) { return kArity[static_cast<int>(op)]; }

Opcode opcode_named(const char* name) {
  for (int i = 0; i < kOpcodeCount; ++i) {
    if (std::strcmp(kOpcodeNames[i], name) == 0) return static_cast<Opcode>(i);
  }
  throw Error("elementwise program: there is no opcode named '" + std::string(name) + "'");
}

ComputeType compute_type_named(const char* name) {
  for (int i = 0; i < kComputeTypeCount; ++i) {
    if (std::strcmp(kTypeNames[i], name) == 0) return static_cast<ComputeType>(i);
  }
  throw Error("elementwise program: there is no compute type named '" + std::string(name) +
              "'; choose from f32 f64 i32 i64 u32 u64 b8");
}

ComputeType compute_type_of(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return ComputeType::kB8;
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
      return ComputeType::kI32;
    case DType::kInt64:
      return ComputeType::kI64;
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32:
      return ComputeType::kU32;
    case DType::kUInt64:
      return ComputeType::kU64;
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kFloat32:
      return ComputeType::kF32;
    case DType::kFloat64:
      return ComputeType::kF64;
  }
  return ComputeType::kB8;
}

bool widens(DType dtype) {
  return size_of(dtype) != size_of(compute_type_of(dtype)) || dtype == DType::kFloat16 ||
         dtype == DType::kBFloat16;
}

std::uint64_t identity_bits(ComputeType type, ReduceKind kind) {
  const bool b8 = type == ComputeType::kB8;
  const auto bits = [](auto value) {
    std::uint64_t result = 0;
    std::memcpy(&result, &value, sizeof(value));
    return result;
  };
  const auto one = [&]() -> std::uint64_t {
    if (type == ComputeType::kF32) return bits(1.0f);
    if (type == ComputeType::kF64) return bits(1.0);
    return 1;
  };
  switch (kind) {
    case ReduceKind::kSum:
      return 0;
    case ReduceKind::kProd:
      return one();
    case ReduceKind::kMax:
      switch (type) {
        case ComputeType::kF32:
          return bits(-__builtin_inff());
        case ComputeType::kF64:
          return bits(-__builtin_inf());
        case ComputeType::kI32:
          return bits(std::int32_t{INT32_MIN});
        case ComputeType::kI64:
          return bits(std::int64_t{INT64_MIN});
        default:
          return 0;
      }
    case ReduceKind::kMin:
      switch (type) {
        case ComputeType::kF32:
          return bits(__builtin_inff());
        case ComputeType::kF64:
          return bits(__builtin_inf());
        case ComputeType::kI32:
          return bits(std::int32_t{INT32_MAX});
        case ComputeType::kI64:
          return bits(std::int64_t{INT64_MAX});
        default:
          return b8 ? 1 : ~std::uint64_t{0};
      }
  }
  return 0;
}

void validate_program(const ElementwiseProgram& program, const ElementwiseKernels& table) {
  const auto& instructions = program.instructions;
  if (program.operands.size() > static_cast<std::size_t>(kMaxOperands)) {
    throw Error("elementwise program: " + std::to_string(program.operands.size()) +
                " operands; at most " + std::to_string(kMaxOperands) + " are supported");
  }
  if (program.outputs.size() + program.tails.size() > static_cast<std::size_t>(kMaxOutputs)) {
    throw Error("elementwise program: more than " + std::to_string(kMaxOutputs) +
                " outputs and tails");
  }
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    const Opcode op = instruction.op;
    if (static_cast<int>(op) >= kOpcodeCount) fail(program, i, "unknown opcode");
    if (static_cast<int>(instruction.type) >= kComputeTypeCount) fail(program, i, "unknown type");
    const std::uint16_t sources[3] = {instruction.a, instruction.b, instruction.c};
    for (int k = 0; k < arity_of(op); ++k) {
      if (sources[k] >= i) {
        fail(program, i, "reads register " + std::to_string(sources[k]) + ", defined later");
      }
    }
    const auto type_of = [&](std::uint16_t index) { return instructions[index].type; };
    const auto expect = [&](ComputeType got, ComputeType want, const char* what) {
      if (got != want) {
        fail(program, i, std::string(what) + " is " + name_of(got) + ", expected " + name_of(want));
      }
    };
    const ComputeType type = instruction.type;
    switch (op) {
      case Opcode::op_load:
      case Opcode::op_random_bits: {
        if (instruction.operand >= program.operands.size()) fail(program, i, "no such operand");
        const DType dtype = program.operands[instruction.operand];
        if (op == Opcode::op_load) {
          expect(type, compute_type_of(dtype), "the register");
        } else {
          expect(type, ComputeType::kU32, "the register");
          if (dtype != DType::kUInt32) fail(program, i, "the key operand must be uint32");
        }
        break;
      }
      case Opcode::op_constant:
        break;
      case Opcode::op_iota:
        if (type == ComputeType::kB8) fail(program, i, "has no b8 form");
        if (instruction.divisor < 1 || instruction.modulus < 1) {
          fail(program, i, "divisor and modulus must be positive");
        }
        break;
      case Opcode::op_cast:
        break;
      case Opcode::op_narrow:
        expect(type, compute_type_of(instruction.dtype), "the register");
        expect(type_of(instruction.a), type, "register a");
        break;
      case Opcode::op_bitcast:
        if (size_of(type) != size_of(type_of(instruction.a))) fail(program, i, "widths differ");
        break;
      case Opcode::op_select:
        expect(type_of(instruction.a), ComputeType::kB8, "the condition");
        expect(type_of(instruction.b), type, "register b");
        expect(type_of(instruction.c), type, "register c");
        break;
      default: {
        const ComputeType operand_type = type_of(instruction.a);
        if (arity_of(op) >= 2) expect(type_of(instruction.b), operand_type, "register b");
        if (arity_of(op) >= 3) expect(type_of(instruction.c), operand_type, "register c");
        const bool to_b8 = is_comparison(op) || op == Opcode::op_is_finite;
        expect(type, to_b8 ? ComputeType::kB8 : operand_type, "the register");
        if (!table.find(op, operand_type, 0)) {
          fail(program, i, std::string("is not defined on ") + name_of(operand_type));
        }
      }
    }
  }
  const auto check_stored = [&](std::uint16_t source, DType dtype, const char* what) {
    if (source >= instructions.size()) {
      throw Error("elementwise program: " + std::string(what) + " stores register " +
                  std::to_string(source) + ", which no instruction defines");
    }
    if (compute_type_of(dtype) != instructions[source].type) {
      throw Error("elementwise program: " + std::string(what) + " stores a register of type " +
                  name_of(instructions[source].type) + " as " + name_of(dtype));
    }
  };
  for (const auto& output : program.outputs) check_stored(output.source, output.dtype, "an output");
  for (const auto& tail : program.tails) {
    check_stored(tail.source, tail.dtype, "a reduction");
    const bool b8 = compute_type_of(tail.dtype) == ComputeType::kB8;
    if (b8 && tail.kind != ReduceKind::kMax && tail.kind != ReduceKind::kMin) {
      throw Error("elementwise program: bool has no sum or product; cast it first");
    }
  }
}

}  // namespace cornu
