// One prepared step of a plan: everything that does not change between runs is decided when it is
// made; a run passes it pointers.
#pragma once

#include <cstdint>
#include <utility>

namespace cornu {

class Operation {
 public:
  virtual ~Operation() = default;
  // `arguments` are the pointers of the views given at building, in their order. `workspace` has as
  // many bytes as the plan's hungriest instruction asked for.
  virtual void run(void* const* arguments, void* workspace) const = 0;
};

// An operation made of a callable `void(void* const* arguments, void* workspace) const`.
template <typename Function>
class FunctionOperation final : public Operation {
 public:
  explicit FunctionOperation(Function function) : function_(std::move(function)) {}
  void run(void* const* arguments, void* workspace) const override {
    function_(arguments, workspace);
  }

 private:
  Function function_;
};

}  // namespace cornu
