// What one run of a plan owns while it lasts: an arena, workspace, and the resolved pointers.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/memory.h"
#include "program/plan.h"

namespace cornu {

struct Plan::Context {
  AlignedBuffer arena;
  AlignedBuffer workspace;
  AlignedBuffer staging;  // minibatches, for run_steps only
  std::vector<void*> arguments;
};

// Takes an idle context of the plan, or a new one, and gives it back.
struct Plan::Lease {
  explicit Lease(const Plan& owner) : plan(owner) {
    {
      const std::lock_guard<std::mutex> lock(plan.mutex_);
      if (!plan.idle_.empty()) {
        context = std::move(plan.idle_.back());
        plan.idle_.pop_back();
      }
    }
    if (!context) context = plan.make_context();
  }
  ~Lease() {
    const std::lock_guard<std::mutex> lock(plan.mutex_);
    plan.idle_.push_back(std::move(context));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const Plan& plan;
  std::unique_ptr<Context> context;
};

}  // namespace cornu
