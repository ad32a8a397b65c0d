// Ending a loop whose end the plan does not know: whoever embeds the engine can have long loops ask
// whether to go on.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace cornu {

// Throws to end the run.
using InterruptCheck = void (*)();

inline std::atomic<InterruptCheck>& interrupt_check() {
  static std::atomic<InterruptCheck> check{nullptr};
  return check;
}

// Asks every 50 ms or so, and looks at the clock no more often than that needs.
class LoopWatch {
 public:
  void step() {
    if (--until_look_ <= 0) look();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kInterval{50};

  void look() {
    const Clock::time_point now = Clock::now();
    const auto passed = now - looked_;
    looked_ = now;
    stride_ = passed * 16 > kInterval ? std::max<std::int64_t>(stride_ / 2, 1)
                                      : std::min<std::int64_t>(stride_ * 2, 4096);
    until_look_ = stride_;
    if (now - asked_ < kInterval) return;
    asked_ = now;
    if (const InterruptCheck check = interrupt_check().load(std::memory_order_relaxed)) check();
  }

  std::int64_t until_look_ = 8;
  std::int64_t stride_ = 8;
  Clock::time_point looked_ = Clock::now();
  Clock::time_point asked_ = looked_;
};

}  // namespace cornu
