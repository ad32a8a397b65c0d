#include "kernels/elementwise/blocks.h"

#include <algorithm>
#include <cstring>

#include "base/memory.h"
#include "kernels/elementwise/validate.h"

namespace cornu {
namespace {

const unsigned char* moved(const void* pointer, std::int64_t bytes) {
  return static_cast<const unsigned char*>(pointer) + bytes;
}
unsigned char* moved(void* pointer, std::int64_t bytes) {
  return static_cast<unsigned char*>(pointer) + bytes;
}

// True where the elements follow each other in C order of the space.
bool is_contiguous(const IterationSpace& space, const std::int64_t* strides) {
  std::int64_t expected = 1;
  for (int d = space.rank - 1; d >= 0; --d) {
    if (space.shape[d] != 1 && strides[d] != expected) return false;
    expected *= space.shape[d];
  }
  return true;
}

bool repeats_rows(const IterationSpace& space, const std::int64_t* strides) {
  for (int d = 0; d < space.rank - 1; ++d) {
    if (space.shape[d] != 1 && strides[d] != 0) return false;
  }
  return true;
}

std::int64_t greatest_common_divisor(std::int64_t a, std::int64_t b) {
  while (b != 0) {
    const std::int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

class BlockRunner {
 public:
  BlockRunner(const CompiledProgram& program, const IterationSpace& space,
              const void* const* operands, void* const* outputs, const BlockSink& sink)
      : program_(program),
        space_(space),
        operands_(operands),
        outputs_(outputs),
        sink_(sink),
        scratch_(static_cast<unsigned char*>(thread_scratch(
            ScratchSlot::kElementwise, static_cast<std::size_t>(program.scratch_bytes)))) {
    for (int i = 0; i < program.constant_count(); ++i) {
      at_[i] = const_cast<std::uint64_t*>(program.constants.data()) + i * kBlockGrain;
    }
    for (int i = 0; i < program.uniforms; ++i) {
      at_[program.first_uniform() + i] = scratch_ + program.uniform_offset + i * kGrainBytes;
    }
    for (std::size_t k = 0; k < program.operands.size(); ++k) {
      const CompiledOperand& operand = program.operands[k];
      if (operand.kind != AccessKind::kUniform) continue;
      program.elementwise->load(operand.dtype, at_[operand.location], operands[k], 0, 0, 1,
                                kBlockGrain);
    }
    for (const Step& step : program.prologue) {
      step.function(at_[step.result], at_[step.a], at_[step.b], at_[step.c], kBlockGrain);
    }
    decide_outputs();
    set_slots(0);
  }

  void run(const Range& range) {
    same_rows_ = std::min(space_.block, range.end - range.begin) / space_.row;
    if (space_.whole_rows) {
      for (std::int64_t first = range.begin; first < range.end;) {
        const std::int64_t limit = (first / space_.boundary + 1) * space_.boundary;
        const std::int64_t count = std::min({space_.block, range.end - first, limit - first});
        run_block(first, 0, count);
        first += count;
      }
      return;
    }
    for (std::int64_t first = range.begin; first < range.end;) {
      const std::int64_t row = space_.rank == 1 ? 0 : first / space_.row * space_.row;
      const std::int64_t end = std::min(space_.row, range.end - row);
      run_row(row, first - row, end);
      first = row + end;
    }
  }

 private:
  // `row` is the flat index of its first element.
  void run_row(std::int64_t row, std::int64_t begin, std::int64_t end) {
    for (std::size_t k = 0; k < program_.operands.size(); ++k) {
      const IterationSpace::Access& access = space_.operands[k];
      if (access.reach == Reach::kNone) continue;
      operand_row_[k] = moved(operands_[k], row_offset(access, row));
    }
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      output_row_[k] = moved(outputs_[k], row_offset(space_.outputs[k], row));
    }
    for (std::int64_t column = begin; column < end; column += space_.block) {
      run_block(row, column, std::min(space_.block, end - column));
    }
  }

  void decide_outputs() {
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      const CompiledOutput& output = program_.outputs[k];
      bool direct = output.in_place && space_.outputs[k].reach == Reach::kDirect;
      for (std::uint64_t rest = direct ? output.read_later : 0; rest != 0; rest &= rest - 1) {
        const int operand = __builtin_ctzll(rest);
        if (operands_[operand] == outputs_[k]) direct = false;
      }
      direct_[k] = direct;
    }
  }

  void set_slots(std::int64_t done) {
    for (int i = 0; i < program_.slots(); ++i) {
      at_[program_.first_slot() + i] = scratch_ + program_.slot_offset(i) +
                                       done * program_.slot_sizes[static_cast<std::size_t>(i)];
    }
  }

  // Byte offset of the row that flat element `first` begins.
  std::int64_t row_offset(const IterationSpace::Access& access, std::int64_t first) const {
    std::int64_t offset = 0;
    std::int64_t rest = space_.rank == 1 ? 0 : first / space_.row;
    for (int d = space_.rank - 2; d > 0; --d) {
      offset += rest % space_.shape[d] * access.strides[d];
      rest /= space_.shape[d];
    }
    if (space_.rank > 1) offset += rest * access.strides[0];
    return offset * access.size;
  }

  unsigned char* operand_block(std::size_t k) const {
    return scratch_ + program_.operand_offsets[k];
  }
  unsigned char* output_block(std::size_t k) const { return scratch_ + program_.output_offsets[k]; }
  unsigned char* grain(std::size_t k) const {
    return scratch_ + program_.grain_offset + static_cast<std::int64_t>(k) * kGrainBytes;
  }

  // Calls visit(byte offset, rows, row stride, elements so far) for runs of rows one stride apart.
  template <typename Visit>
  void for_rows(const IterationSpace::Access& access, std::int64_t first, std::int64_t count,
                Visit&& visit) const {
    const int d = space_.rank - 2;
    std::int64_t row = first / space_.row;
    const std::int64_t end = row + count / space_.row;
    for (std::int64_t done = 0; row < end;) {
      const std::int64_t run = std::min(end - row, space_.shape[d] - row % space_.shape[d]);
      visit(row_offset(access, row * space_.row), run, access.strides[d], done);
      row += run;
      done += run * space_.row;
    }
  }

  // Where a directly reached operand or output has the block.
  const void* direct_operand(std::size_t k, std::int64_t first, std::int64_t column) const {
    const std::int64_t size = space_.operands[k].size;
    return space_.whole_rows ? moved(operands_[k], first * size)
                             : moved(operand_row_[k], column * size);
  }
  void* direct_output(std::size_t k, std::int64_t first, std::int64_t column) const {
    const std::int64_t size = space_.outputs[k].size;
    return space_.whole_rows ? moved(outputs_[k], first * size)
                             : moved(output_row_[k], column * size);
  }

  void load_operand(std::size_t k, std::int64_t first, std::int64_t column, std::int64_t count) {
    const CompiledOperand& operand = program_.operands[k];
    const IterationSpace::Access& access = space_.operands[k];
    const auto load = program_.elementwise->load;
    void*& at = at_[operand.location];
    switch (access.reach) {
      case Reach::kNone:
        return;
      case Reach::kDirect:
        at = const_cast<void*>(direct_operand(k, first, column));
        return;
      case Reach::kElement:
        at = const_cast<unsigned char*>(operand_row_[k]);
        return;
      case Reach::kWiden:
        at = operand_block(k);
        load(operand.dtype, at, operand_row_[k], 0, 0, 1, 1);
        return;
      case Reach::kSameRows:
        at = operand_block(k);
        if (!same_rows_loaded_) {
          load(operand.dtype, at, operands_[k], 0, access.strides[space_.rank - 1], same_rows_,
               space_.row);
        }
        return;
      case Reach::kRows:
        break;
    }
    at = operand_block(k);
    const std::int64_t stride = access.strides[space_.rank - 1];
    if (!space_.whole_rows) {
      load(operand.dtype, at, moved(operand_row_[k], column * stride * access.size), 0, stride, 1,
           count);
      return;
    }
    for_rows(
        access, first, count,
        [&](std::int64_t offset, std::int64_t rows, std::int64_t row_stride, std::int64_t done) {
          load(operand.dtype, moved(at, done * size_of(operand.type)), moved(operands_[k], offset),
               row_stride, stride, rows, space_.row);
        });
  }

  void run_block(std::int64_t first, std::int64_t column, std::int64_t count) {
    for (std::size_t k = 0; k < program_.operands.size(); ++k) {
      load_operand(k, first, column, count);
    }
    same_rows_loaded_ = true;
    void** out = at_ + program_.first_output();
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      out[k] = direct_[k] ? direct_output(k, first, column) : output_block(k);
    }
    const std::int64_t flat =
        space_.first_index + column +
        (space_.index_stride == 0 ? first : first / space_.row * space_.index_stride);
    const std::int64_t whole = count / kBlockGrain * kBlockGrain;
    if (whole > 0) run_steps(flat, whole);
    if (whole < count) run_rest(flat + whole, whole, static_cast<int>(count - whole));
    if (sink_.function) {
      const void* tails[kMaxOutputs];
      for (std::size_t k = 0; k < program_.tails.size(); ++k) {
        tails[k] = finished_block(program_.tails[k].location, first, column);
      }
      sink_.function(sink_.context, first + column, count, tails);
    }
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      if (!direct_[k]) store_output(k, first, column, count);
    }
  }

  void run_steps(std::int64_t flat, std::int64_t count) {
    for (const Step& step : program_.steps) {
      switch (step.kind) {
        case Step::Kind::kFunction:
          step.function(at_[step.result], at_[step.a], at_[step.b], at_[step.c], count);
          break;
        case Step::Kind::kQuotient:
          step.quotient(at_[step.result], at_[step.a], at_[step.b], at_[step.c], at_[step.d],
                        at_[step.e], count);
          break;
        case Step::Kind::kSplat:
          program_.elementwise->splat(step.type, at_[step.result], at_[step.a], count);
          break;
        case Step::Kind::kIota:
          program_.elementwise->iota(step.type, at_[step.result], flat, step.divisor, step.modulus,
                                     count);
          break;
        case Step::Kind::kRandom:
          program_.random->bits(static_cast<const std::uint32_t*>(operands_[step.operand]),
                                static_cast<std::uint64_t>(flat) + step.bits, count,
                                static_cast<std::uint32_t*>(at_[step.result]));
          break;
      }
    }
  }

  // The last elements of a block, fewer than a grain: the same steps on one padded grain.
  void run_rest(std::int64_t flat, std::int64_t done, int rest) {
    const std::size_t operand_count = program_.operands.size();
    for (std::size_t k = 0; k < operand_count; ++k) {
      const CompiledOperand& operand = program_.operands[k];
      void*& at = at_[operand.location];
      const Reach reach = space_.operands[k].reach;
      const std::int64_t size = size_of(operand.type);
      if (reach == Reach::kDirect) {
        const unsigned char* source = moved(static_cast<const void*>(at), done * size);
        at = grain(k);
        std::memset(at, 0, static_cast<std::size_t>(kBlockGrain * size));
        std::memcpy(at, source, static_cast<std::size_t>(rest * size));
      } else if (reach == Reach::kRows || reach == Reach::kSameRows) {
        at = moved(at, done * size);
      }
    }
    void** out = at_ + program_.first_output();
    void* direct_target[kMaxOutputs];
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      unsigned char* target = moved(out[k], done * size_of(program_.outputs[k].type));
      direct_target[k] = target;
      out[k] = direct_[k] ? grain(operand_count + k) : target;
    }
    if (done > 0) set_slots(done);
    run_steps(flat, kBlockGrain);
    if (done > 0) set_slots(0);
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      const std::int64_t size = size_of(program_.outputs[k].type);
      if (direct_[k]) {
        std::memcpy(direct_target[k], out[k], static_cast<std::size_t>(rest * size));
      }
      out[k] = moved(direct_target[k], -done * size);
    }
  }

  // The whole block of a location behind its steps: those of operands were moved to its last grain.
  const void* finished_block(std::uint16_t location, std::int64_t first,
                             std::int64_t column) const {
    const int operand = location - program_.first_operand();
    if (operand < 0 || location >= program_.first_output()) return at_[location];
    const std::size_t k = static_cast<std::size_t>(operand);
    return space_.operands[k].reach == Reach::kDirect ? direct_operand(k, first, column)
                                                      : operand_block(k);
  }

  void store_output(std::size_t k, std::int64_t first, std::int64_t column, std::int64_t count) {
    const CompiledOutput& output = program_.outputs[k];
    const IterationSpace::Access& access = space_.outputs[k];
    const auto store = program_.elementwise->store;
    const void* block = finished_block(output.location, first, column);
    const std::int64_t stride = access.strides[space_.rank - 1];
    if (!space_.whole_rows) {
      store(output.dtype, moved(output_row_[k], column * stride * access.size), stride, block,
            count);
      return;
    }
    if (access.reach == Reach::kDirect || is_contiguous(space_, access.strides)) {
      store(output.dtype, moved(outputs_[k], first * access.size), 1, block, count);
      return;
    }
    for_rows(
        access, first, count,
        [&](std::int64_t offset, std::int64_t rows, std::int64_t row_stride, std::int64_t done) {
          for (std::int64_t r = 0; r < rows; ++r) {
            store(output.dtype, moved(outputs_[k], offset + r * row_stride * access.size), stride,
                  moved(block, (done + r * space_.row) * size_of(output.type)), space_.row);
          }
        });
  }

  const CompiledProgram& program_;
  const IterationSpace& space_;
  const void* const* operands_;
  void* const* outputs_;
  const BlockSink& sink_;
  unsigned char* scratch_;
  std::int64_t same_rows_ = 0;  // in the largest block
  bool same_rows_loaded_ = false;
  bool direct_[kMaxOutputs];
  const unsigned char* operand_row_[kMaxOperands];
  unsigned char* output_row_[kMaxOutputs];
  void* at_[kMaxLocations];
};

}  // namespace

AccessKind access_kind(const IterationSpace& space, const std::int64_t* strides) {
  bool varies = false;
  for (int d = 0; d < space.rank; ++d) varies = varies || (strides[d] != 0 && space.shape[d] != 1);
  if (!varies) return AccessKind::kUniform;
  if (!space.whole_rows && strides[space.rank - 1] == 0) return AccessKind::kScalar;
  return AccessKind::kVector;
}

void plan_access(const CompiledProgram& program, IterationSpace& space) {
  const auto reached_directly = [&](const std::int64_t* strides) {
    return space.whole_rows ? is_contiguous(space, strides)
                            : strides[space.rank - 1] == 1 || space.row == 1;
  };
  for (std::size_t k = 0; k < program.operands.size(); ++k) {
    const CompiledOperand& operand = program.operands[k];
    IterationSpace::Access& access = space.operands[k];
    access.size = size_of(operand.dtype);
    switch (operand.kind) {
      case AccessKind::kUnused:
      case AccessKind::kUniform:
        access.reach = Reach::kNone;
        break;
      case AccessKind::kScalar:
        access.reach = operand.widens ? Reach::kWiden : Reach::kElement;
        break;
      case AccessKind::kVector:
        if (!operand.widens && reached_directly(access.strides)) {
          access.reach = Reach::kDirect;
        } else {
          const bool same = space.whole_rows && repeats_rows(space, access.strides);
          access.reach = same ? Reach::kSameRows : Reach::kRows;
        }
        break;
    }
  }
  for (std::size_t k = 0; k < program.outputs.size(); ++k) {
    IterationSpace::Access& access = space.outputs[k];
    access.size = size_of(program.outputs[k].dtype);
    access.reach = !widens(program.outputs[k].dtype) && reached_directly(access.strides)
                       ? Reach::kDirect
                       : Reach::kRows;
  }
  space.block = program.capacity;
  if (space.whole_rows) {
    // Whole grains where they fit.
    const std::int64_t grain_rows = kBlockGrain / greatest_common_divisor(kBlockGrain, space.row);
    std::int64_t rows = std::max<std::int64_t>(program.capacity / space.row, 1);
    if (rows > grain_rows) rows -= rows % grain_rows;
    space.block = rows * space.row;
  }
}

void run_blocks(const CompiledProgram& program, const IterationSpace& space, const Range& range,
                const void* const* operands, void* const* outputs, const BlockSink& sink) {
  BlockRunner(program, space, operands, outputs, sink).run(range);
}

}  // namespace cornu
