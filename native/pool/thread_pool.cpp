#include "pool/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/hints.h"
#include "pool/cpu_count.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace cornu {
namespace {

using Clock = std::chrono::steady_clock;

// Kernels of one training step follow each other within a few dozen microseconds: a worker that
// waits this long without the system saves itself the wake-up, which costs about as much again. One
// that waits longer should not burn power.
constexpr std::chrono::microseconds kSpin{100};

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

thread_local bool inside_task = false;

class Pool {
 public:
  explicit Pool(int threads) : threads_(threads), ranges_(new Range[threads]) {
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    try {
      for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
    } catch (const std::system_error&) {
      // The system refuses more threads; those that exist, or the caller alone, do the work.
    }
  }

  ~Pool() {
    stopping_.store(true);
    announce(threads_);
    for (std::thread& worker : workers_) worker.join();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return threads_; }

  // The caller owns the pool: only one job at a time.
  void run(std::int64_t tasks, TaskFunction function, void* context) {
    function_ = function;
    context_ = context;
    for (int i = 0; i < threads_; ++i) {
      ranges_[i].next.store(tasks * i / threads_, std::memory_order_relaxed);
      ranges_[i].end = tasks * (i + 1) / threads_;
    }
    gate_.fetch_and(~kClosed, std::memory_order_acq_rel);
    announce(tasks - 1);
    take_tasks(0);
    // Whoever has not come by now is not waited for: it will find the gate closed.
    gate_.fetch_or(kClosed, std::memory_order_acq_rel);
    for (int spins = 0; gate_.load(std::memory_order_acquire) != kClosed; ++spins) {
      if (spins < 4096) {
        relax();
      } else {
        std::this_thread::yield();  // a worker has lost its processor in the middle of a task
      }
    }
  }

 private:
  // gate_: this bit while there is no job, plus the number of workers that are inside.
  static constexpr std::uint32_t kClosed = 1u << 31;

  // The tasks of one thread until others take them. From one job to the next the same thread gets
  // the same part, whose data its own cache may still hold.
  struct alignas(64) Range {
    std::atomic<std::int64_t> next{0};
    std::int64_t end = 0;
  };

  void take_tasks(int self) {
    inside_task = true;
    for (int i = 0; i < threads_; ++i) {
      Range& range = ranges_[(self + i) % threads_];
      while (range.next.load(std::memory_order_relaxed) < range.end) {
        const std::int64_t task = range.next.fetch_add(1, std::memory_order_relaxed);
        if (task >= range.end) break;
        function_(context_, task);
      }
    }
    inside_task = false;
  }

  // Calls waiting workers; of the parked ones no more than can get a task.
  void announce(std::int64_t wanted) {
    round_.fetch_add(1, std::memory_order_seq_cst);
    const int parked = parked_.load(std::memory_order_seq_cst);
    if (parked == 0) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
    }
    if (wanted >= parked) {
      wake_.notify_all();
    } else {
      for (; wanted > 0; --wanted) wake_.notify_one();
    }
  }

  void work(int self) {
    std::uint32_t seen = 0;
    for (;;) {
      seen = wait_for_round(seen);
      if (stopping_.load()) return;
      if ((gate_.fetch_add(1, std::memory_order_acq_rel) & kClosed) == 0) take_tasks(self);
      gate_.fetch_sub(1, std::memory_order_release);
    }
  }

  std::uint32_t wait_for_round(std::uint32_t seen) {
    const Clock::time_point deadline = Clock::now() + kSpin;
    do {
      for (int i = 0; i < 32; ++i) {
        const std::uint32_t round = round_.load(std::memory_order_acquire);
        if (round != seen) return round;
        relax();
      }
    } while (Clock::now() < deadline);
    std::unique_lock<std::mutex> lock(mutex_);
    parked_.fetch_add(1, std::memory_order_seq_cst);
    wake_.wait(lock, [&] { return round_.load(std::memory_order_seq_cst) != seen; });
    parked_.fetch_sub(1, std::memory_order_relaxed);
    return round_.load(std::memory_order_acquire);
  }

  const int threads_;
  // The job; written by the caller while the gate is closed and empty.
  TaskFunction function_ = nullptr;
  void* context_ = nullptr;
  const std::unique_ptr<Range[]> ranges_;
  // Each on a cache line of its own: workers hammer them.
  alignas(64) std::atomic<std::uint32_t> gate_{kClosed};
  alignas(64) std::atomic<std::uint32_t> round_{0};
  alignas(64) std::atomic<int> parked_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> workers_;
};

int threads_from_environment() {
  const char* text = std::getenv("CORNU_NUM_THREADS");
  if (text == nullptr || *text == '\0') return usable_cores();
  char* end = nullptr;
  const long count = std::strtol(text, &end, 10);
  if (*end != '\0' || count < 1) return usable_cores();
  return static_cast<int>(std::min<long>(count, kMaxThreads));
}

// Everything mutable lives here, and is never destroyed: workers may outlive main().
struct State {
  std::mutex owner;             // held by the thread whose tasks are being run
  std::unique_ptr<Pool> pool;   // made at the first job that needs it; guarded by owner
  std::atomic<int> threads{0};  // 0: not asked for yet
};

State* state() {
  static State* const shared = [] {
    auto* fresh = new State;
#if defined(__unix__) || defined(__APPLE__)
    // A forked child has none of the workers: forget the pool (its threads and locks are gone with
    // the parent, so it is not destroyed) and make another when it is needed.
    pthread_atfork(nullptr, nullptr, [] {
      State* inherited = state();
      static_cast<void>(inherited->pool.release());
      new (&inherited->owner) std::mutex;
      inside_task = false;
    });
#endif
    return fresh;
  }();
  return shared;
}

void run_alone(std::int64_t tasks, TaskFunction function, void* context) {
  for (std::int64_t task = 0; task < tasks; ++task) function(context, task);
}

}  // namespace

int num_threads() {
  std::atomic<int>& threads = state()->threads;
  int count = threads.load(std::memory_order_relaxed);
  if (CORNU_UNLIKELY(count == 0)) {
    const int found = threads_from_environment();
    // Keep the value of whoever came first.
    count = threads.compare_exchange_strong(count, found) ? found : count;
  }
  return count;
}

void set_num_threads(int count) {
  if (count < 1 || count > kMaxThreads) {
    throw Error("the number of threads must be from 1 to " + std::to_string(kMaxThreads) +
                ", got " + std::to_string(count));
  }
  if (inside_task) throw Error("the number of threads cannot be changed from inside a kernel");
  State* shared = state();
  std::lock_guard<std::mutex> lock(shared->owner);
  if (shared->pool != nullptr && shared->pool->threads() != count) shared->pool.reset();
  shared->threads.store(count);
}

void parallel_for(std::int64_t tasks, TaskFunction function, void* context) {
  if (tasks <= 1 || inside_task || num_threads() == 1) {
    return run_alone(tasks, function, context);
  }
  State* shared = state();
  std::unique_lock<std::mutex> lock(shared->owner, std::try_to_lock);
  if (!lock.owns_lock()) return run_alone(tasks, function, context);
  const int threads = shared->threads.load(std::memory_order_relaxed);
  if (shared->pool == nullptr) shared->pool = std::make_unique<Pool>(threads);
  shared->pool->run(tasks, function, context);
}

}  // namespace cornu
