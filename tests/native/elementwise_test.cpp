// Elementwise programs against a per-element interpreter: random programs, layouts, broadcasts,
// storage types, aliased outputs and reduction tails; equal bits for 1, 2 and 5 threads.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "isa/kernel_table.h"
#include "kernels/elementwise/program.h"
#include "pool/thread_pool.h"

namespace {

using namespace cornu;

std::mt19937 generator(7);
int failures = 0;

int draw(int below) { return static_cast<int>(generator() % static_cast<unsigned>(below)); }

float half_to_float(std::uint16_t h) {
  const int exponent = (h >> 10) & 31, mantissa = h & 1023;
  const float sign = (h & 0x8000) ? -1.0f : 1.0f;
  if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
  return sign * (exponent ? std::ldexp(1024.0f + static_cast<float>(mantissa), exponent - 25)
                          : std::ldexp(static_cast<float>(mantissa), -24));
}

// One value of any compute type.
struct Value {
  double f = 0;
  std::int64_t i = 0;
};

bool is_float(ComputeType type) { return type == ComputeType::kF32 || type == ComputeType::kF64; }

std::int64_t wrapped(ComputeType type, std::int64_t value) {
  switch (type) {
    case ComputeType::kI32:
      return static_cast<std::int32_t>(value);
    case ComputeType::kU32:
      return static_cast<std::uint32_t>(value);
    case ComputeType::kB8:
      return value != 0;
    default:
      return value;
  }
}

Value load_value(DType dtype, const unsigned char* at) {
  Value v;
  const auto get = [&](auto zero) {
    std::memcpy(&zero, at, sizeof(zero));
    return zero;
  };
  switch (dtype) {
    case DType::kFloat32:
      v.f = get(0.0f);
      break;
    case DType::kFloat64:
      v.f = get(0.0);
      break;
    case DType::kFloat16:
      v.f = half_to_float(get(std::uint16_t{}));
      break;
    case DType::kBFloat16: {
      const std::uint32_t bits = static_cast<std::uint32_t>(get(std::uint16_t{})) << 16;
      float f;
      std::memcpy(&f, &bits, 4);
      v.f = f;
      break;
    }
    case DType::kInt32:
      v.i = get(std::int32_t{});
      break;
    case DType::kInt8:
      v.i = get(std::int8_t{});
      break;
    case DType::kUInt8:
      v.i = get(std::uint8_t{});
      break;
    case DType::kUInt32:
      v.i = get(std::uint32_t{});
      break;
    case DType::kBool:
      v.i = get(std::uint8_t{});
      break;
    case DType::kInt64:
      v.i = get(std::int64_t{});
      break;
    default:
      std::abort();
  }
  return v;
}

Value evaluate(const Instruction& in, ComputeType from, Value a, Value b, Value c,
               std::int64_t flat) {
  Value r;
  const bool floating = is_float(from);
  const auto rounded = [&](double x) {
    return in.type == ComputeType::kF32 ? static_cast<double>(static_cast<float>(x)) : x;
  };
  const auto u = [](const Value& v) { return static_cast<std::uint64_t>(v.i); };
  const auto integer = [&](std::uint64_t x) {
    return wrapped(in.type, static_cast<std::int64_t>(x));
  };
  switch (in.op) {
    case Opcode::op_constant:
      if (in.type == ComputeType::kF32) {
        float f;
        std::memcpy(&f, &in.bits, 4);
        r.f = f;
      } else {
        r.i = wrapped(in.type, static_cast<std::int64_t>(in.bits));
      }
      break;
    case Opcode::op_iota: {
      const std::int64_t value = flat / in.divisor % in.modulus;
      if (is_float(in.type))
        r.f = static_cast<double>(value);
      else
        r.i = value;
      break;
    }
    case Opcode::op_add:
      floating ? void(r.f = rounded(a.f + b.f)) : void(r.i = integer(u(a) + u(b)));
      break;
    case Opcode::op_sub:
      floating ? void(r.f = rounded(a.f - b.f)) : void(r.i = integer(u(a) - u(b)));
      break;
    case Opcode::op_mul:
      floating ? void(r.f = rounded(a.f * b.f)) : void(r.i = integer(u(a) * u(b)));
      break;
    case Opcode::op_max:
      floating ? void(r.f = std::fmax(a.f, b.f)) : void(r.i = std::max(a.i, b.i));
      break;
    case Opcode::op_min:
      floating ? void(r.f = std::fmin(a.f, b.f)) : void(r.i = std::min(a.i, b.i));
      break;
    case Opcode::op_neg:
      floating ? void(r.f = -a.f) : void(r.i = integer(0 - u(a)));
      break;
    case Opcode::op_abs:
      floating ? void(r.f = std::fabs(a.f)) : void(r.i = wrapped(in.type, std::abs(a.i)));
      break;
    case Opcode::op_lt:
      r.i = floating ? a.f < b.f : a.i < b.i;
      break;
    case Opcode::op_ge:
      r.i = floating ? a.f >= b.f : a.i >= b.i;
      break;
    case Opcode::op_eq:
      r.i = floating ? a.f == b.f : a.i == b.i;
      break;
    case Opcode::op_bit_xor:
      r.i = wrapped(in.type, a.i ^ b.i);
      break;
    case Opcode::op_bit_not:
      r.i = in.type == ComputeType::kB8 ? !a.i : wrapped(in.type, ~a.i);
      break;
    case Opcode::op_select:
      r = a.i ? b : c;
      break;
    case Opcode::op_cast:
      if (is_float(in.type)) {
        r.f = floating ? rounded(a.f) : rounded(static_cast<double>(a.i));
      } else if (in.type == ComputeType::kB8) {
        r.i = floating ? a.f != 0 : a.i != 0;
      } else {
        r.i = wrapped(in.type, floating ? static_cast<std::int64_t>(a.f) : a.i);
      }
      break;
    default:
      std::abort();
  }
  return r;
}

struct Buffer {
  std::vector<unsigned char> bytes;
  std::int64_t base = 0;  // byte offset of element 0
  unsigned char* data() { return bytes.data() + base; }
};

// A layout of `shape`: dimensions in random memory order, some broadcast, some spaced out.
void random_strides(const ElementwiseLayout& layout, bool broadcasts, std::int64_t* strides,
                    std::int64_t* extent) {
  int order[kMaxRank];
  for (int d = 0; d < layout.rank; ++d) order[d] = d;
  if (draw(3) == 0) std::shuffle(order, order + layout.rank, generator);
  std::int64_t next = draw(6) == 0 ? 2 : 1;
  for (int k = layout.rank - 1; k >= 0; --k) {
    const int d = order[k];
    if (broadcasts && draw(4) == 0) {
      strides[d] = 0;
      continue;
    }
    strides[d] = next;
    next *= std::max<std::int64_t>(layout.shape[d], 1);
    if (draw(10) == 0) next += 3;
  }
  if (broadcasts && draw(8) == 0) std::fill(strides, strides + layout.rank, 0);
  *extent = next;
}

std::int64_t offset_of(const ElementwiseLayout& layout, const std::int64_t* strides,
                       std::int64_t flat) {
  std::int64_t offset = 0;
  for (int d = layout.rank - 1; d >= 0; --d) {
    offset += flat % layout.shape[d] * strides[d];
    flat /= layout.shape[d];
  }
  return offset;
}

void fill_random(Buffer& buffer, DType dtype, std::int64_t elements) {
  buffer.bytes.resize(static_cast<std::size_t>(elements * size_of(dtype)));
  for (std::int64_t i = 0; i < elements; ++i) {
    unsigned char* at = buffer.bytes.data() + i * size_of(dtype);
    const int value = draw(41) - 20;
    const auto put = [&](auto v) { std::memcpy(at, &v, sizeof(v)); };
    switch (dtype) {
      case DType::kFloat32:
        put(static_cast<float>(value) * 0.5f);
        break;
      case DType::kFloat64:
        put(value * 0.25);
        break;
      case DType::kFloat16:
        put(static_cast<std::uint16_t>(generator() % 0x7c00));
        break;
      case DType::kBFloat16:
        put(static_cast<std::uint16_t>(0x3f80 + draw(256)));
        break;
      case DType::kInt32:
        put(value);
        break;
      case DType::kInt64:
        put(static_cast<std::int64_t>(value));
        break;
      case DType::kUInt32:
        put(static_cast<std::uint32_t>(value));
        break;
      case DType::kInt8:
        put(static_cast<std::int8_t>(value));
        break;
      case DType::kUInt8:
        put(static_cast<std::uint8_t>(value));
        break;
      case DType::kBool:
        put(static_cast<std::uint8_t>(value > 0));
        break;
      default:
        std::abort();
    }
  }
}

ElementwiseProgram random_program(std::int64_t total) {
  constexpr DType kDTypes[] = {DType::kFloat32,  DType::kFloat32, DType::kFloat32, DType::kFloat16,
                               DType::kBFloat16, DType::kInt32,   DType::kUInt8,   DType::kInt8,
                               DType::kBool,     DType::kUInt32,  DType::kInt64,   DType::kFloat64};
  ElementwiseProgram program;
  auto& list = program.instructions;
  const int operands = 1 + draw(5);
  for (int k = 0; k < operands; ++k) {
    program.operands.push_back(kDTypes[draw(12)]);
    list.push_back({Opcode::op_load, compute_type_of(program.operands.back())});
    list.back().operand = static_cast<std::uint16_t>(k);
  }
  const auto pick = [&](ComputeType type, int* found) {
    for (int tries = 0; tries < 20; ++tries) {
      const int i = draw(static_cast<int>(list.size()));
      if (list[static_cast<std::size_t>(i)].type == type) return *found = i, true;
    }
    return false;
  };
  const int length = draw(12);
  for (int n = 0; n < length; ++n) {
    const int a = draw(static_cast<int>(list.size()));
    const ComputeType type = list[static_cast<std::size_t>(a)].type;
    Instruction in{Opcode::op_add, type};
    in.a = static_cast<std::uint16_t>(a);
    int b = a, c = a;
    switch (draw(8)) {
      case 0:
        in.op = Opcode::op_constant;
        in.type = draw(2) ? ComputeType::kF32 : ComputeType::kI32;
        if (in.type == ComputeType::kF32) {
          const float f = static_cast<float>(draw(9) - 4);
          std::memcpy(&in.bits, &f, 4);
        } else {
          in.bits = static_cast<std::uint64_t>(draw(9));
        }
        break;
      case 1:
        in.op = Opcode::op_iota;
        in.type = draw(2) ? ComputeType::kF32 : ComputeType::kI32;
        in.divisor = 1 + draw(static_cast<int>(std::min<std::int64_t>(total, 50)));
        in.modulus = 1 + draw(17);
        break;
      case 2:
        in.op = Opcode::op_cast;
        in.type = draw(2) ? ComputeType::kF32 : (draw(2) ? ComputeType::kI32 : ComputeType::kB8);
        break;
      case 3: {
        constexpr Opcode kCompare[] = {Opcode::op_lt, Opcode::op_ge, Opcode::op_eq};
        pick(type, &b);
        in.op = kCompare[draw(3)];
        in.type = ComputeType::kB8;
        break;
      }
      case 4:
        if (!pick(ComputeType::kB8, &c)) continue;
        pick(type, &b);
        in.op = Opcode::op_select;
        in.c = static_cast<std::uint16_t>(b);
        b = a;
        in.a = static_cast<std::uint16_t>(c);
        break;
      default: {
        constexpr Opcode kNumber[] = {Opcode::op_add, Opcode::op_sub, Opcode::op_mul,
                                      Opcode::op_max, Opcode::op_min, Opcode::op_neg};
        constexpr Opcode kBool[] = {Opcode::op_bit_xor, Opcode::op_bit_not, Opcode::op_max};
        in.op = type == ComputeType::kB8 ? kBool[draw(3)] : kNumber[draw(6)];
        pick(type, &b);
        if (is_float(type) && in.op == Opcode::op_mul) in.op = Opcode::op_max;  // stay exact
      }
    }
    in.b = static_cast<std::uint16_t>(b);
    list.push_back(in);
  }
  const auto storage = [&](ComputeType type) {
    switch (type) {
      case ComputeType::kF32:
        return DType::kFloat32;
      case ComputeType::kF64:
        return DType::kFloat64;
      case ComputeType::kI32:
        return draw(4) ? DType::kInt32 : DType::kInt8;
      case ComputeType::kI64:
        return DType::kInt64;
      case ComputeType::kU32:
        return draw(4) ? DType::kUInt32 : DType::kUInt8;
      default:
        return DType::kBool;
    }
  };
  const int outputs = 1 + draw(3);
  for (int k = 0; k < outputs; ++k) {
    const int source =
        k == 0 ? static_cast<int>(list.size()) - 1 : draw(static_cast<int>(list.size()));
    const ComputeType type = list[static_cast<std::size_t>(source)].type;
    program.outputs.push_back({static_cast<std::uint16_t>(source), storage(type)});
  }
  const int tails = draw(3);
  for (int k = 0; k < tails; ++k) {
    const int source = draw(static_cast<int>(list.size()));
    const ComputeType type = list[static_cast<std::size_t>(source)].type;
    // Sums of many different magnitudes are rounded; extremes are exact.
    const bool sums = type == ComputeType::kI32 || type == ComputeType::kU32;
    const ReduceKind kind =
        sums && draw(2) ? ReduceKind::kSum : (draw(2) ? ReduceKind::kMax : ReduceKind::kMin);
    program.tails.push_back({static_cast<std::uint16_t>(source), kind, storage(type)});
  }
  return program;
}

std::uint64_t stored_bits(DType dtype, Value v) {
  std::uint64_t bits = 0;
  if (dtype == DType::kFloat32) {
    const float f = static_cast<float>(v.f) + 0.0f;
    std::memcpy(&bits, &f, 4);
  } else if (dtype == DType::kFloat64) {
    const double f = v.f + 0.0;
    std::memcpy(&bits, &f, 8);
  } else {
    std::memcpy(&bits, &v.i, static_cast<std::size_t>(size_of(dtype)));
  }
  return bits;
}

std::uint64_t bits_at(DType dtype, const unsigned char* at) {
  if (is_floating(dtype)) return stored_bits(dtype, load_value(dtype, at));  // -0 is 0
  std::uint64_t bits = 0;
  std::memcpy(&bits, at, static_cast<std::size_t>(size_of(dtype)));
  return bits;
}

void test_random_program(int round) {
  ElementwiseLayout layout;
  layout.rank = draw(5);
  std::int64_t total = 1;
  for (int d = 0; d < layout.rank; ++d) {
    constexpr int kSizes[] = {1, 2, 3, 7, 10, 16, 30, 32, 100, 197, 512, 1300};
    layout.shape[d] = kSizes[draw(total < 40 ? 12 : (total < 1000 ? 7 : 3))];
    if (draw(100) == 0) layout.shape[d] = 0;
    total *= layout.shape[d];
  }
  ElementwiseProgram program = random_program(std::max<std::int64_t>(total, 1));
  layout.reduce_leading = draw(2) == 0;
  layout.reduce_begin = draw(layout.rank + 1);

  std::vector<Buffer> operands(program.operands.size()), outputs(program.outputs.size()),
      tails(program.tails.size());
  std::vector<const void*> in;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    std::int64_t extent;
    layout.operands.emplace_back();
    random_strides(layout, true, layout.operands[k].strides, &extent);
    fill_random(operands[k], program.operands[k], extent + 4);
  }
  std::int64_t kept = 1;
  for (int d = 0; d < layout.rank; ++d) {
    if ((d < layout.reduce_begin) != layout.reduce_leading) kept *= layout.shape[d];
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    std::int64_t extent;
    layout.outputs.emplace_back();
    random_strides(layout, false, layout.outputs[k].strides, &extent);
    fill_random(outputs[k], program.outputs[k].dtype, extent + 4);
  }
  for (std::size_t k = 0; k < tails.size(); ++k) {
    tails[k].bytes.assign(static_cast<std::size_t>(kept * size_of(program.tails[k].dtype)), 0);
  }
  // Sometimes an output is one of the operands, with its layout.
  int aliased = -1;
  for (std::size_t k = 0; k < operands.size() && aliased < 0; ++k) {
    bool whole = program.operands[k] == program.outputs[0].dtype && draw(2) == 0;
    for (int d = 0; d < layout.rank; ++d) {
      whole = whole && (layout.operands[k].strides[d] != 0 || layout.shape[d] <= 1);
    }
    if (whole) {
      aliased = static_cast<int>(k);
      layout.outputs[0] = layout.operands[k];
    }
  }

  // Expected values.
  std::vector<std::vector<std::uint64_t>> expected(outputs.size()), expected_tails(tails.size());
  std::vector<std::vector<Value>> sums(tails.size(),
                                       std::vector<Value>(static_cast<std::size_t>(kept)));
  std::vector<bool> seen(static_cast<std::size_t>(kept), false);
  const std::int64_t group =
      kept == 0 ? 1 : std::max<std::int64_t>(total / std::max<std::int64_t>(kept, 1), 1);
  for (std::int64_t flat = 0; flat < total; ++flat) {
    std::vector<Value> registers;
    for (const Instruction& instruction : program.instructions) {
      if (instruction.op == Opcode::op_load) {
        const std::size_t k = instruction.operand;
        registers.push_back(
            load_value(program.operands[k],
                       operands[k].data() + offset_of(layout, layout.operands[k].strides, flat) *
                                                size_of(program.operands[k])));
      } else {
        const ComputeType from = instruction.op == Opcode::op_select
                                     ? instruction.type
                                     : program.instructions[instruction.a].type;
        registers.push_back(evaluate(instruction, from, registers[instruction.a],
                                     registers[instruction.b], registers[instruction.c], flat));
      }
    }
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      expected[k].push_back(
          stored_bits(program.outputs[k].dtype, registers[program.outputs[k].source]));
    }
    const std::size_t result =
        static_cast<std::size_t>(layout.reduce_leading ? flat % kept : flat / group);
    for (std::size_t k = 0; k < tails.size(); ++k) {
      const auto& tail = program.tails[k];
      const Value v = registers[tail.source];
      Value& sum = sums[k][result];
      if (!seen[result]) {
        sum = v;
      } else if (tail.kind == ReduceKind::kSum) {
        sum.i = wrapped(compute_type_of(tail.dtype), sum.i + v.i);
      } else if (tail.kind == ReduceKind::kMax) {
        sum = {std::fmax(sum.f, v.f), std::max(sum.i, v.i)};
      } else {
        sum = {std::fmin(sum.f, v.f), std::min(sum.i, v.i)};
      }
    }
    seen[result] = true;
  }

  const Elementwise kernel(program, layout);
  std::vector<unsigned char> workspace(static_cast<std::size_t>(kernel.workspace_bytes()));
  const std::vector<Buffer> operands_before = operands, outputs_before = outputs;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    operands = operands_before;
    outputs = outputs_before;
    in.clear();
    std::vector<void*> out;
    for (Buffer& operand : operands) in.push_back(operand.data());
    for (Buffer& output : outputs) out.push_back(output.data());
    if (aliased >= 0) out[0] = operands[static_cast<std::size_t>(aliased)].data();
    for (Buffer& tail : tails) out.push_back(tail.data());
    kernel.run(in.data(), out.data(), workspace.data());
    bool good = true;
    for (std::size_t k = 0; k < outputs.size() && good; ++k) {
      const DType dtype = program.outputs[k].dtype;
      std::vector<bool> written(outputs[k].bytes.size(), false);
      const unsigned char* data = static_cast<unsigned char*>(out[k]);
      for (std::int64_t flat = 0; flat < total && good; ++flat) {
        const std::int64_t at = offset_of(layout, layout.outputs[k].strides, flat) * size_of(dtype);
        good = bits_at(dtype, data + at) == expected[k][static_cast<std::size_t>(flat)];
        if (!good) {
          std::printf("round %d, %d threads: output %zu (%s), element %lld of %lld differs\n",
                      round, threads, k, name_of(dtype), static_cast<long long>(flat),
                      static_cast<long long>(total));
        }
        if (k != 0 || aliased < 0) {
          for (std::int64_t b = 0; b < size_of(dtype); ++b)
            written[static_cast<std::size_t>(at + b)] = true;
        }
      }
      for (std::size_t b = 0; good && (k != 0 || aliased < 0) && b < written.size(); ++b) {
        if (!written[b] && outputs[k].bytes[b] != outputs_before[k].bytes[b]) {
          std::printf("round %d: output %zu wrote outside its elements, byte %zu\n", round, k, b);
          good = false;
        }
      }
    }
    for (std::size_t k = 0; k < tails.size() && good && total > 0; ++k) {
      const DType dtype = program.tails[k].dtype;
      for (std::int64_t i = 0; i < kept && good; ++i) {
        good = bits_at(dtype, tails[k].data() + i * size_of(dtype)) ==
               stored_bits(dtype, sums[k][static_cast<std::size_t>(i)]);
        if (!good) {
          std::printf("round %d, %d threads: tail %zu (%s, kind %d), result %lld of %lld differs\n",
                      round, threads, k, name_of(dtype), static_cast<int>(program.tails[k].kind),
                      static_cast<long long>(i), static_cast<long long>(kept));
        }
      }
    }
    if (!good) {
      ++failures;
      std::printf("  shape:");
      for (int d = 0; d < layout.rank; ++d)
        std::printf(" %lld", static_cast<long long>(layout.shape[d]));
      std::printf("  reduce %s at %d\n", layout.reduce_leading ? "leading" : "trailing",
                  layout.reduce_begin);
      for (const auto& instruction : program.instructions) {
        std::printf("  %s %s %d %d %d\n", name_of(instruction.op), name_of(instruction.type),
                    instruction.a, instruction.b, instruction.c);
      }
      break;
    }
  }
}

// relu(product + bias) * scale[row], in tiles of odd sizes, against the same in one go.
void test_tiles() {
  ElementwiseProgram program;
  program.operands = {DType::kFloat32, DType::kFloat32, DType::kFloat32};
  auto& list = program.instructions;
  for (int k = 0; k < 3; ++k) {
    list.push_back({Opcode::op_load, ComputeType::kF32});
    list.back().operand = static_cast<std::uint16_t>(k);
  }
  list.push_back({Opcode::op_add, ComputeType::kF32, DType::kBool, 0, 1});
  list.push_back({Opcode::op_constant, ComputeType::kF32});
  list.push_back({Opcode::op_max, ComputeType::kF32, DType::kBool, 3, 4});
  list.push_back({Opcode::op_mul, ComputeType::kF32, DType::kBool, 5, 2});
  list.push_back({Opcode::op_iota, ComputeType::kF32});
  list.back().modulus = 1 << 20;
  list.push_back({Opcode::op_add, ComputeType::kF32, DType::kBool, 6, 7});
  for (const bool counts : {false, true}) {
    program.outputs = {{static_cast<std::uint16_t>(counts ? 8 : 6), DType::kFloat32},
                       {3, DType::kFloat32}};
    for (const std::int64_t columns : {1, 10, 30, 64, 130, 300}) {
      const std::int64_t rows = 45, stride = columns + 5;
      std::vector<float> product(static_cast<std::size_t>(rows * stride));
      std::vector<float> bias(static_cast<std::size_t>(columns)), scale(rows), first, second;
      for (float& x : product) x = static_cast<float>(draw(100) - 50) * 0.1f;
      for (float& x : bias) x = static_cast<float>(draw(100) - 50) * 0.1f;
      for (float& x : scale) x = static_cast<float>(draw(100)) * 0.1f;
      const std::vector<float> product_before = product;
      first.assign(static_cast<std::size_t>(rows * columns), -1.0f);
      second = first;
      const TileProgram tile(program, columns, {{0, 1}, {1, 0}}, {{columns, 1}, {columns, 1}});
      const void* in[] = {bias.data(), scale.data()};
      void* out[] = {first.data(), second.data()};
      for (std::int64_t r = 0; r < rows; r += 6) {
        for (std::int64_t c = 0; c < columns; c += 130) {
          tile.run_tile(product.data() + r * stride + c, stride, r, c,
                        std::min<std::int64_t>(6, rows - r),
                        std::min<std::int64_t>(130, columns - c), 0, in, out);
        }
      }
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < columns; ++c) {
          const float sum = product_before[static_cast<std::size_t>(r * stride + c)] +
                            bias[static_cast<std::size_t>(c)];
          float want = std::fmax(sum, 0.0f) * scale[static_cast<std::size_t>(r)];
          if (counts) want += static_cast<float>(r * columns + c);
          const std::size_t at = static_cast<std::size_t>(r * columns + c);
          if (first[at] != want || second[at] != sum) {
            std::printf("tile: columns %lld, element (%lld, %lld): %g, expected %g\n",
                        static_cast<long long>(columns), static_cast<long long>(r),
                        static_cast<long long>(c), first[at], want);
            ++failures;
            return;
          }
        }
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  const int usual = 150;  // ten times slower
#else
  const int usual = 1500;
#endif
  const int rounds = argc > 1 ? std::atoi(argv[1]) : usual;
  for (const char* const* name = available_instruction_sets(); *name; ++name) {
    set_instruction_set(*name);
    generator.seed(7);
    for (int round = 0; round < rounds && failures < 5; ++round) test_random_program(round);
    test_tiles();
    std::printf("%s: %s\n", *name, failures == 0 ? "ok" : "FAILED");
  }
  return failures == 0 ? 0 : 1;
}
