#include "program/plan.h"

#include <cstring>
#include <string>

#include "base/checked.h"
#include "base/error.h"
#include "program/context.h"

namespace cornu {

Plan::Plan() = default;
Plan::~Plan() = default;

void Plan::check_building() const {
  if (final_) throw Error("plan: finalize() has been called, nothing can be added");
}

int Plan::add_buffer(Kind kind, int position, std::int64_t offset, std::int64_t bytes) {
  check_building();
  if (bytes < 0 || offset < 0) throw Error("plan: a buffer has a negative size or offset");
  checked_add(offset, bytes);
  buffers_.push_back({kind, position, offset, bytes});
  return static_cast<int>(buffers_.size()) - 1;
}

int Plan::add_arena(std::int64_t offset, std::int64_t bytes) {
  return add_buffer(Kind::kArena, 0, offset, bytes);
}

int Plan::add_constant(const void* data, std::int64_t bytes) {
  const int id = add_buffer(Kind::kConstant, static_cast<int>(constants_.size()), 0, bytes);
  constants_.emplace_back(static_cast<std::size_t>(bytes));
  if (bytes > 0) std::memcpy(constants_.back().data(), data, static_cast<std::size_t>(bytes));
  return id;
}

int Plan::add_variable(std::int64_t bytes) {
  const int id = add_buffer(Kind::kVariable, static_cast<int>(external_[0].size()), 0, bytes);
  external_[0].push_back(bytes);
  return id;
}

int Plan::add_input(DType dtype, std::int64_t rows, std::int64_t row_size) {
  if (rows < 0 || row_size < 0) throw Error("plan: an input has a negative size");
  const std::int64_t bytes = checked_multiply(checked_multiply(rows, row_size), size_of(dtype));
  const int id = add_buffer(Kind::kInput, static_cast<int>(external_[1].size()), 0, bytes);
  external_[1].push_back(bytes);
  inputs_.push_back({dtype, rows, row_size});
  return id;
}

int Plan::add_output(std::int64_t bytes) {
  const int id = add_buffer(Kind::kOutput, static_cast<int>(external_[2].size()), 0, bytes);
  external_[2].push_back(bytes);
  return id;
}

void Plan::check_dense(const char* who, const View& view, std::int64_t bytes) const {
  if (view.buffer < 0 || view.buffer >= static_cast<int>(buffers_.size())) {
    throw Error(std::string(who) + ": there is no buffer " + std::to_string(view.buffer));
  }
  const Buffer& buffer = buffers_[view.buffer];
  if (bytes < 0 || view.offset < 0 || checked_add(view.offset, bytes) > buffer.bytes) {
    throw Error(std::string(who) + ": " + std::to_string(bytes) + " bytes at offset " +
                std::to_string(view.offset) + " do not fit into buffer " +
                std::to_string(view.buffer) + " of " + std::to_string(buffer.bytes) + " bytes");
  }
}

void Plan::check_strided(const char* who, const View& view, std::int64_t element_size,
                         const Shape& shape) const {
  if (view.strides.size() != shape.size()) {
    throw Error(std::string(who) + ": a view has " + std::to_string(view.strides.size()) +
                " strides for a shape of rank " + std::to_string(shape.size()));
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) throw Error(std::string(who) + ": a size is negative");
    if (shape[i] == 0) {
      check_dense(who, view, 0);
      return;
    }
    const std::int64_t reach = checked_multiply(shape[i] - 1, view.strides[i]);
    if (reach < 0) {
      low = checked_add(low, reach);
    } else {
      high = checked_add(high, reach);
    }
  }
  View first = view;
  first.offset = checked_add(view.offset, checked_multiply(low, element_size));
  check_dense(who, first, checked_multiply(checked_add(checked_add(high, -low), 1), element_size));
}

void Plan::host_call(std::function<void(void* const*)> function, const std::vector<View>& views,
                     const Shape& bytes) {
  if (views.size() != bytes.size()) throw Error("host_call: one size for each view is needed");
  std::vector<const View*> pointers;
  for (std::size_t i = 0; i < views.size(); ++i) {
    check_dense("host_call", views[i], bytes[i]);
    pointers.push_back(&views[i]);
  }
  append("host_call", pointers, 0, 0,
         [function = std::move(function)](void* const* p, void*) { function(p); });
}

void Plan::finalize(std::int64_t arena_bytes) {
  check_building();
  if (arena_bytes < 0) throw Error("plan: the arena has a negative size");
  for (const Buffer& buffer : buffers_) {
    if (buffer.kind == Kind::kArena && buffer.offset + buffer.bytes > arena_bytes) {
      throw Error("plan: a buffer of " + std::to_string(buffer.bytes) + " bytes at offset " +
                  std::to_string(buffer.offset) + " is outside of the arena of " +
                  std::to_string(arena_bytes) + " bytes");
    }
  }
  arena_bytes_ = arena_bytes;
  for (const std::int64_t bytes : external_[1]) {
    staging_bytes_ = checked_add(staging_bytes_, (bytes + 63) / 64 * 64);
  }
  for (int i = 0; i < static_cast<int>(arguments_.size()); ++i) {
    if (buffers_[arguments_[i].buffer].kind <= Kind::kOutput) rebound_.push_back(i);
  }
  for (int which = 0; which < 2; ++which) {
    const Kind kind = which == 0 ? Kind::kInput : Kind::kOutput;
    Bindings& bindings = bindings_[which];
    for (int position = 0; position < static_cast<int>(external_[1 + which].size()); ++position) {
      bindings.first.push_back(static_cast<int>(bindings.arguments.size()));
      for (const int i : rebound_) {
        const Buffer& buffer = buffers_[arguments_[i].buffer];
        if (buffer.kind == kind && buffer.position == position) bindings.arguments.push_back(i);
      }
    }
    bindings.first.push_back(static_cast<int>(bindings.arguments.size()));
  }
  final_ = true;
}

std::string Plan::describe() const {
  return std::to_string(arena_bytes_) + " bytes of arena, " + std::to_string(workspace_bytes_) +
         " of workspace\n" + describe_steps(0);
}

std::string Plan::describe_steps(int depth) const {
  static const char* const kKinds[] = {"variable", "input", "output", "arena", "constant"};
  std::string text;
  for (const Step& step : steps_) {
    text += step.last_only ? "last " : "     ";
    text.append(static_cast<std::size_t>(2 * depth), ' ');
    text += step.name;
    for (int i = step.first_argument; i < step.first_argument + step.arguments; ++i) {
      const Buffer& buffer = buffers_[arguments_[i].buffer];
      const std::int64_t offset = buffer.offset + arguments_[i].offset;
      text += std::string(" ") + kKinds[static_cast<int>(buffer.kind)];
      if (buffer.kind != Kind::kArena) text += std::to_string(buffer.position);
      if (offset || buffer.kind == Kind::kArena) text += "+" + std::to_string(offset);
    }
    text += "\n";
    for (const Body& body : step.bodies) text += body->describe_steps(depth + 1);
  }
  return text;
}

}  // namespace cornu
