#include "kernels/elementwise/registers.h"

#include <algorithm>
#include <utility>

#include "kernels/elementwise/validate.h"

namespace cornu {
namespace {

class Planner {
 public:
  Planner(const ElementwiseProgram& program, const ElementwiseKernels& elementwise,
          std::vector<Quotient>* quotients)
      : program_(program),
        elementwise_(elementwise),
        quotients_(quotients),
        registers_(program.instructions.size()) {}

  std::vector<Register> run() {
    find_uses();
    count_readers();
    find_quotients();
    find_pairs();
    return std::move(registers_);
  }

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  const Instruction& instruction(int i) const { return program_.instructions[index(i)]; }
  int home_of(int i) const { return registers_[index(i)].home; }
  Register& home(int i) { return registers_[index(home_of(i))]; }
  int end() const { return static_cast<int>(registers_.size()); }

  void find_uses() {
    for (int i = 0; i < end(); ++i) {
      Register& r = registers_[index(i)];
      r.type = instruction(i).type;
      r.home = instruction(i).op == Opcode::op_bitcast ? home_of(instruction(i).a) : i;
    }
    const auto use = [&](int source, int at) {
      Register& r = home(source);
      r.last_use = std::max(r.last_use, at);
    };
    for (const auto& output : program_.outputs) use(output.source, end());
    for (const auto& tail : program_.tails) use(tail.source, end());
    for (int i = end() - 1; i >= 0; --i) {
      // A bitcast defines nothing of its own: its uses are those of its home.
      if (home_of(i) != i || registers_[index(i)].last_use == kNever) continue;
      const Instruction& in = instruction(i);
      const std::uint16_t sources[3] = {in.a, in.b, in.c};
      for (int k = 0; k < arity_of(in.op); ++k) use(sources[k], i);
    }
  }

  // How many instructions read each register; outputs count as two.
  void count_readers() {
    readers_.assign(registers_.size(), 0);
    for (int i = 0; i < end(); ++i) {
      const Instruction& in = instruction(i);
      const std::uint16_t sources[3] = {in.a, in.b, in.c};
      for (int k = 0; k < arity_of(in.op); ++k) ++readers_[index(sources[k])];
    }
    for (const auto& output : program_.outputs) readers_[output.source] += 2;
    for (const auto& tail : program_.tails) readers_[tail.source] += 2;
  }

  // Instruction i will read the register itself.
  void extend_use(int source, int i) { home(source).last_use = std::max(home(source).last_use, i); }

  void find_quotients() {
    for (int i = 0; i < end(); ++i) {
      Quotient found;
      Register& r = registers_[index(i)];
      if (r.last_use == kNever || !find_quotient(program_, readers_, i, &found)) continue;
      for (const int member : found.members) registers_[index(member)].absorbed_by = i;
      for (const int source :
           {found.factors[0], found.factors[1], found.terms[0], found.terms[1]}) {
        extend_use(source, i);
      }
      r.quotient = static_cast<int>(quotients_->size());
      quotients_->push_back(found);
    }
  }

  // An instruction whose only use is the next operation on it may be computed together with that.
  void find_pairs() {
    for (int i = 0; i < end(); ++i) {
      const Instruction& second = instruction(i);
      Register& r = registers_[index(i)];
      if (r.last_use == kNever || r.type != ComputeType::kF32 || arity_of(second.op) != 2) continue;
      if (r.quotient != kNever || r.absorbed_by != kNever) continue;
      for (const int j : {int{second.b}, int{second.a}}) {
        Register& candidate = registers_[index(j)];
        const Instruction& first = instruction(j);
        if (readers_[index(j)] != 1 || candidate.absorbs != kNever || arity_of(first.op) != 2 ||
            candidate.quotient != kNever || candidate.type != ComputeType::kF32 ||
            !elementwise_.find_pair(first.op, second.op, j == second.b, 0)) {
          continue;
        }
        candidate.absorbed_by = i;
        r.absorbs = j;
        for (const int source : {int{first.a}, int{first.b}}) extend_use(source, i);
        break;
      }
    }
  }

  const ElementwiseProgram& program_;
  const ElementwiseKernels& elementwise_;
  std::vector<Quotient>* quotients_;
  std::vector<Register> registers_;
  std::vector<int> readers_;
};

}  // namespace

std::vector<Register> plan_registers(const ElementwiseProgram& program,
                                     const ElementwiseKernels& elementwise,
                                     std::vector<Quotient>* quotients) {
  return Planner(program, elementwise, quotients).run();
}

}  // namespace cornu
