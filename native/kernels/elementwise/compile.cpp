#include "kernels/elementwise/compile.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "isa/kernel_table.h"
#include "kernels/elementwise/registers.h"
#include "kernels/elementwise/validate.h"

namespace cornu {
namespace {

class Compiler {
 public:
  Compiler(const ElementwiseProgram& program, const std::vector<AccessKind>& kinds)
      : program_(program), kinds_(kinds) {
    compiled_.elementwise = kernels().elementwise;
    compiled_.random = kernels().random;
    validate_program(program_, *compiled_.elementwise);
    registers_ = plan_registers(program_, *compiled_.elementwise, &quotients_);
  }

  CompiledProgram run() {
    plan_operands();
    for (int i = 0; i < static_cast<int>(registers_.size()); ++i) {
      if (registers_[index(home_of(i))].last_use != kNever) emit(i);
    }
    finish_outputs();
    resolve_locations();
    choose_capacity();
    return std::move(compiled_);
  }

 private:
  using Class = Register::Class;

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  const Instruction& instruction(int i) const { return program_.instructions[index(i)]; }
  int home_of(int i) const { return registers_[index(i)].home; }
  Register& home(int i) { return registers_[index(home_of(i))]; }
  int end() const { return static_cast<int>(registers_.size()); }

  void plan_operands() {
    compiled_.operands.resize(program_.operands.size());
    for (std::size_t k = 0; k < program_.operands.size(); ++k) {
      CompiledOperand& operand = compiled_.operands[k];
      operand.dtype = program_.operands[k];
      operand.type = compute_type_of(operand.dtype);
      operand.widens = widens(operand.dtype);
    }
    compiled_.outputs.resize(program_.outputs.size());
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      compiled_.outputs[k].dtype = program_.outputs[k].dtype;
      compiled_.outputs[k].type = compute_type_of(program_.outputs[k].dtype);
    }
  }

  // Locations are numbered once all classes are counted; until then the class is in the upper bits.
  enum Space : int { kConstants, kUniforms, kSlots, kOperands, kOutputs };
  static int tagged(Space space, int i) { return space << 16 | i; }

  int new_slot(ComputeType type) {
    const int size = static_cast<int>(size_of(type));
    std::vector<int>& free = free_slots_[size];
    if (!free.empty()) {
      const int slot = free.back();
      free.pop_back();
      return slot;
    }
    compiled_.slot_sizes.push_back(static_cast<std::uint8_t>(size));
    return tagged(kSlots, compiled_.slots() - 1);
  }

  void release(int location) {
    if (location >> 16 != kSlots) return;
    free_slots_[compiled_.slot_sizes[index(location & 0xffff)]].push_back(location);
  }

  void add_constant(Register& r, std::uint64_t bits) {
    r.kind = Class::kConstant;
    r.location = tagged(kConstants, compiled_.constant_count());
    std::uint64_t grain[kBlockGrain] = {};
    for (int i = 0; i < kBlockGrain; ++i) {
      std::memcpy(reinterpret_cast<char*>(grain) + i * size_of(r.type), &bits,
                  static_cast<std::size_t>(size_of(r.type)));
    }
    compiled_.constants.insert(compiled_.constants.end(), grain, grain + kBlockGrain);
  }

  void add_load(Register& r, int operand_index) {
    CompiledOperand& operand = compiled_.operands[index(operand_index)];
    if (operand.kind == AccessKind::kUnused) {
      operand.kind = kinds_[index(operand_index)];
      operand.location = 0;
      operand_tag_[operand_index] = operand.kind == AccessKind::kUniform
                                        ? tagged(kUniforms, compiled_.uniforms++)
                                        : tagged(kOperands, operand_index);
    }
    r.kind = operand.kind == AccessKind::kUniform  ? Class::kUniform
             : operand.kind == AccessKind::kScalar ? Class::kScalar
                                                   : Class::kVector;
    r.location = operand_tag_[operand_index];
  }

  static bool is_uniform(const Register& r) {
    return r.kind == Class::kConstant || r.kind == Class::kUniform;
  }

  // Where the result of instruction i goes: an output, if it is one's register as it is stored.
  int place_result(int i) {
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      CompiledOutput& output = compiled_.outputs[k];
      if (program_.outputs[k].source != i || widens(output.dtype)) continue;
      output.in_place = true;
      for (int j = 0; j < i; ++j) {
        const Instruction& in = instruction(j);
        if (in.op == Opcode::op_load && registers_[index(j)].last_use > i) {
          output.read_later |= std::uint64_t{1} << in.operand;
        }
      }
      // Loads behind this point are read behind it.
      for (int j = i + 1; j < end(); ++j) {
        const Instruction& in = instruction(j);
        if (in.op == Opcode::op_load && registers_[index(j)].last_use != kNever) {
          output.read_later |= std::uint64_t{1} << in.operand;
        }
      }
      return tagged(kOutputs, static_cast<int>(k));
    }
    return kNever;
  }

  int splat_to_slot(ComputeType type, int location) {
    Step step;
    step.kind = Step::Kind::kSplat;
    step.type = type;
    const int slot = new_slot(type);
    push(compiled_.steps, step, slot, location, 0, 0);
    return slot;
  }

  void push(std::vector<Step>& list, const Step& step, int result, int a, int b, int c, int d = 0,
            int e = 0) {
    list.push_back(step);
    tags_.push_back({&list == &compiled_.prologue, list.size() - 1, {result, a, b, c, d, e}});
  }

  void emit(int i) {
    const Instruction& in = instruction(i);
    Register& r = registers_[index(i)];
    switch (in.op) {
      case Opcode::op_bitcast:
        return;
      case Opcode::op_constant:
        return add_constant(r, in.bits);
      case Opcode::op_load:
        return add_load(r, in.operand);
      case Opcode::op_iota:
      case Opcode::op_random_bits: {
        Step step;
        step.kind = in.op == Opcode::op_iota ? Step::Kind::kIota : Step::Kind::kRandom;
        step.type = in.type;
        step.operand = in.operand;
        step.bits = in.bits;
        step.divisor = in.divisor;
        step.modulus = in.modulus;
        compiled_.cost += cost_of(in.op);
        r.kind = Class::kVector;
        r.location = place_result(i);
        if (r.location == kNever) r.location = new_slot(in.type);
        push(compiled_.steps, step, r.location, 0, 0, 0);
        return;
      }
      default:
        // Left to the instruction that absorbs it, unless it need not be done block by block.
        if (r.absorbed_by != kNever && !of_uniforms(in)) return;
        if (r.quotient != kNever && emit_quotient(i)) return;
        if (r.absorbs != kNever && emit_pair(i)) return;
        return emit_function(i);
    }
  }

  bool of_uniforms(const Instruction& in) {
    const std::uint16_t sources[3] = {in.a, in.b, in.c};
    bool all = true;
    for (int k = 0; k < arity_of(in.op); ++k) all = all && is_uniform(home(sources[k]));
    return all;
  }

  // Instruction i with the chain it ends; false where its operands are not of the kinds for that.
  bool emit_quotient(int i) {
    Register& r = registers_[index(i)];
    const Quotient& q = quotients_[index(r.quotient)];
    const auto is_vector = [&](int source) { return home(source).kind == Class::kVector; };
    int sources[5] = {q.w, q.factors[0], q.factors[1], q.terms[0], q.terms[1]};
    if (!is_vector(sources[1])) std::swap(sources[1], sources[2]);
    if (!q.outside && !is_vector(sources[3])) std::swap(sources[3], sources[4]);
    bool fits = is_vector(sources[0]) && is_vector(sources[1]) && !is_vector(sources[2]) &&
                is_vector(sources[3]) && !is_vector(sources[4]);
    for (const int member : q.members) fits = fits && registers_[index(member)].location == kNever;
    if (!fits) {
      for (const int member : q.members) {
        if (registers_[index(member)].location == kNever) emit_function(member);
      }
      return false;
    }
    Step step;
    step.kind = Step::Kind::kQuotient;
    step.quotient = compiled_.elementwise->quotient[q.outside ? 1 : 0];
    compiled_.cost += 8 * cost_of(Opcode::op_add);
    r.kind = Class::kVector;
    r.location = place_result(i);
    int location[5];
    for (int k = 0; k < 5; ++k) location[k] = home(sources[k]).location;
    release_sources(i, sources, 5);
    if (r.location == kNever) r.location = new_slot(ComputeType::kF32);
    push(compiled_.steps, step, r.location, location[0], location[1], location[2], location[3],
         location[4]);
    return true;
  }

  // Instruction i together with the one it absorbs; false where that is not to be.
  bool emit_pair(int i) {
    Register& r = registers_[index(i)];
    const int j = r.absorbs;
    if (registers_[index(j)].location != kNever) return false;  // a uniform
    const Instruction& first = instruction(j);
    const Instruction& second = instruction(i);
    const bool turned = second.b == j;
    const int other = turned ? second.a : second.b;
    int sources[3] = {first.a, first.b, other};
    const auto is_vector = [&](int source) { return home(source).kind == Class::kVector; };
    if (!is_vector(sources[0]) && commutes(first.op)) std::swap(sources[0], sources[1]);
    unsigned scalars = 0;
    for (int k = 0; k < 3; ++k) scalars |= is_vector(sources[k]) ? 0u : 1u << k;
    Step step;
    step.type = ComputeType::kF32;
    step.function = compiled_.elementwise->find_pair(first.op, second.op, turned, scalars);
    if (!step.function) {
      emit_function(j);
      return false;
    }
    compiled_.cost += cost_of(second.op);
    r.kind = Class::kVector;
    r.location = place_result(i);
    int location[3];
    for (int k = 0; k < 3; ++k) location[k] = home(sources[k]).location;
    release_sources(i, sources, 3);
    if (r.location == kNever) r.location = new_slot(ComputeType::kF32);
    push(compiled_.steps, step, r.location, location[0], location[1], location[2]);
    return true;
  }

  // Frees the slots of sources that instruction i is the last to read.
  void release_sources(int i, const int* sources, int count) {
    for (int k = 0; k < count; ++k) {
      bool seen = false;
      for (int l = 0; l < k; ++l) seen = seen || home_of(sources[l]) == home_of(sources[k]);
      const Register& source = home(sources[k]);
      if (!seen && source.kind == Class::kVector && source.last_use == i) release(source.location);
    }
  }

  BlockFunction find(const Instruction& in, Opcode op, unsigned scalars) const {
    const auto type_of = [&](std::uint16_t source) { return instruction(source).type; };
    switch (op) {
      case Opcode::op_cast:
        return scalars == 0 ? compiled_.elementwise->find_cast(type_of(in.a), in.type) : nullptr;
      case Opcode::op_narrow:
        return scalars == 0 ? compiled_.elementwise->find_narrow(in.dtype) : nullptr;
      case Opcode::op_select:
        return compiled_.elementwise->find(op, in.type, scalars);
      default:
        if (arity_of(op) == 1 && scalars != 0) return nullptr;
        return compiled_.elementwise->find(op, type_of(in.a), scalars);
    }
  }

  void emit_function(int i) {
    const Instruction& in = instruction(i);
    Register& r = registers_[index(i)];
    const int arity = arity_of(in.op);
    const std::uint16_t sources[3] = {in.a, in.b, in.c};
    int location[3] = {0, 0, 0};
    unsigned scalars = 0;
    bool uniform = true;
    for (int k = 0; k < arity; ++k) {
      const Register& source = home(sources[k]);
      location[k] = source.location;
      uniform = uniform && is_uniform(source);
      if (source.kind != Class::kVector) scalars |= 1u << k;
    }
    Step step;
    step.type = in.type;
    if (uniform) {
      step.function = find(in, in.op, 0);
      r.kind = Class::kUniform;
      r.location = tagged(kUniforms, compiled_.uniforms++);
      push(compiled_.prologue, step, r.location, location[0], location[1], location[2]);
      return;
    }
    Opcode op = in.op;
    step.function = find(in, op, scalars);
    if (!step.function && (scalars & 3) == 1 && (commutes(op) || turned_around(op) != op)) {
      op = turned_around(op);
      std::swap(location[0], location[1]);
      scalars = (scalars & 4) | 2;
      step.function = find(in, op, scalars);
    }
    int temporary[3];
    int temporaries = 0;
    for (int k = 0; k < arity && !step.function; ++k) {
      if (!(scalars & (1u << k))) continue;
      const int source = op == in.op ? k : 1 - k;  // the type is the same either way
      location[k] = splat_to_slot(instruction(sources[source]).type, location[k]);
      temporary[temporaries++] = location[k];
      scalars &= ~(1u << k);
      step.function = find(in, op, scalars);
    }
    compiled_.cost += cost_of(in.op);
    r.kind = Class::kVector;
    r.location = place_result(i);
    // A cast reads and writes through different types: keep its memory apart. Other results may
    // overwrite an argument that is not needed any more.
    const bool apart = in.op == Opcode::op_cast;
    if (apart && r.location == kNever) r.location = new_slot(in.type);
    for (int k = 0; k < temporaries; ++k) release(temporary[k]);
    const int read[3] = {in.a, in.b, in.c};
    release_sources(i, read, arity);
    if (r.location == kNever) r.location = new_slot(in.type);
    push(compiled_.steps, step, r.location, location[0], location[1], location[2]);
  }

  // Registers that are stored must be vectors.
  int stored_location(std::uint16_t source) {
    const Register& r = home(source);
    const ComputeType type = r.type;
    if (r.kind != Class::kVector) return splat_to_slot(type, r.location);
    // An operand that is stored as it is could be overwritten by another output before.
    if (r.location >> 16 != kOperands || program_.outputs.size() < 2) return r.location;
    Step copy;
    copy.type = type;
    copy.function = compiled_.elementwise->find_cast(type, type);
    const int slot = new_slot(type);
    push(compiled_.steps, copy, slot, r.location, 0, 0);
    return slot;
  }

  void finish_outputs() {
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      CompiledOutput& output = compiled_.outputs[k];
      output_tag_.push_back(output.in_place ? tagged(kOutputs, static_cast<int>(k))
                                            : stored_location(program_.outputs[k].source));
      compiled_.cost += 60;
    }
    for (const auto& tail : program_.tails) {
      compiled_.tails.push_back({tail.dtype, compute_type_of(tail.dtype), tail.kind, 0});
      tail_tag_.push_back(stored_location(tail.source));
      compiled_.cost += 60;
    }
    for (const CompiledOperand& operand : compiled_.operands) {
      if (operand.kind == AccessKind::kVector) compiled_.cost += 60;
    }
  }

  std::uint16_t resolved(int tag) const {
    const int first[] = {0, compiled_.first_uniform(), compiled_.first_slot(),
                         compiled_.first_operand(), compiled_.first_output()};
    return static_cast<std::uint16_t>(first[tag >> 16] + (tag & 0xffff));
  }

  void resolve_locations() {
    if (compiled_.locations() > kMaxLocations) {
      throw Error("elementwise program: too large (" + std::to_string(compiled_.locations()) +
                  " values at once; at most " + std::to_string(kMaxLocations) +
                  "); split it into several programs");
    }
    for (const Tag& tag : tags_) {
      Step& step = (tag.prologue ? compiled_.prologue : compiled_.steps)[tag.step];
      step.result = resolved(tag.location[0]);
      step.a = resolved(tag.location[1]);
      step.b = resolved(tag.location[2]);
      step.c = resolved(tag.location[3]);
      step.d = resolved(tag.location[4]);
      step.e = resolved(tag.location[5]);
    }
    for (std::size_t k = 0; k < compiled_.operands.size(); ++k) {
      if (compiled_.operands[k].kind == AccessKind::kUnused) continue;
      compiled_.operands[k].location = resolved(operand_tag_[k]);
    }
    for (std::size_t k = 0; k < compiled_.outputs.size(); ++k) {
      compiled_.outputs[k].location = resolved(output_tag_[k]);
    }
    for (std::size_t k = 0; k < compiled_.tails.size(); ++k) {
      compiled_.tails[k].location = resolved(tail_tag_[k]);
    }
  }

  void choose_capacity() {
    std::int64_t bytes = 0;  // of the block streams, for one element
    for (const std::uint8_t size : compiled_.slot_sizes) bytes += size;
    for (const CompiledOperand& operand : compiled_.operands) {
      if (operand.kind == AccessKind::kVector) bytes += size_of(operand.type);
    }
    for (const CompiledOutput& output : compiled_.outputs) bytes += size_of(output.type);
    constexpr std::int64_t kCache = 24 * 1024;  // what a block may take of the first-level cache
    const std::int64_t fitting = bytes == 0 ? 1024 : kCache / bytes / 64 * 64;
    compiled_.set_capacity(std::clamp<std::int64_t>(fitting, 256, 1024));
  }

  struct Tag {
    bool prologue;
    std::size_t step;
    int location[6];
  };

  const ElementwiseProgram& program_;
  const std::vector<AccessKind>& kinds_;
  std::vector<Register> registers_;
  CompiledProgram compiled_;
  std::vector<Tag> tags_;
  std::vector<Quotient> quotients_;
  int operand_tag_[kMaxOperands] = {};
  std::vector<int> output_tag_, tail_tag_;
  std::vector<int> free_slots_[9];
};

}  // namespace

void CompiledProgram::set_capacity(std::int64_t elements) {
  capacity = elements;
  slot_offsets.clear();
  operand_offsets.clear();
  output_offsets.clear();
  uniform_offset = 0;
  grain_offset = uniforms * kGrainBytes;
  scratch_bytes =
      grain_offset + static_cast<std::int64_t>(operands.size() + outputs.size()) * kGrainBytes;
  const auto block = [&](std::int64_t size) {
    const std::int64_t at = scratch_bytes;
    // A grain of padding, rounded up to cache lines; and one more line, so that blocks of a size do
    // not all fall on the same cache sets.
    scratch_bytes += ((capacity + kBlockGrain) * size + 63) / 64 * 64 + 64;
    return at;
  };
  for (const std::uint8_t size : slot_sizes) slot_offsets.push_back(block(size));
  for (const CompiledOperand& operand : operands) {
    operand_offsets.push_back(block(size_of(operand.type)));
  }
  for (const CompiledOutput& output : outputs)
    output_offsets.push_back(block(size_of(output.type)));
}

CompiledProgram compile_program(const ElementwiseProgram& program,
                                const std::vector<AccessKind>& kinds) {
  return Compiler(program, kinds).run();
}

}  // namespace cornu
