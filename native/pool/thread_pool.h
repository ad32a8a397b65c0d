// The one thread pool: runs the tasks of one kernel at a time on all threads.
//
// How the work is cut into tasks is fixed by the problem, never by the number of threads, and tasks
// write disjoint memory: results are the same to the bit for any number of threads.
#pragma once

#include <cstdint>
#include <type_traits>

namespace cornu {

// Must not throw.
using TaskFunction = void (*)(void* context, std::int64_t task);

// Calls function(context, task) for every task in [0, tasks) and returns when all are done. Each
// thread, the caller too, begins with its own stretch of tasks and then helps the others. From
// inside a task, and while another thread is running tasks, the caller does all the work alone:
// nesting and concurrent callers are safe, and trainings side by side do not wait for each other.
void parallel_for(std::int64_t tasks, TaskFunction function, void* context);

// The same for a callable `void(std::int64_t task)`.
template <typename Function>
void parallel_for(std::int64_t tasks, Function&& function) {
  using Callable = std::remove_reference_t<Function>;
  parallel_for(
      tasks, [](void* context, std::int64_t task) { (*static_cast<Callable*>(context))(task); },
      const_cast<void*>(static_cast<const void*>(&function)));
}

// Threads that run tasks, the caller included. Until set: CORNU_NUM_THREADS, or else the physical
// cores this process may use.
int num_threads();

// Waits for running work, then changes the count. Throws Error for a count below 1 or above
// kMaxThreads, and inside a task.
void set_num_threads(int count);

inline constexpr int kMaxThreads = 256;

}  // namespace cornu
