// The thread pool: every task runs exactly once, from nested and concurrent callers too, while the
// number of threads changes, and after a fork. Built with ThreadSanitizer it is the race test.
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/memory.h"
#include "pool/cpu_count.h"
#include "pool/thread_pool.h"

namespace {

using cornu::parallel_for;
using cornu::set_num_threads;
using std::int64_t;

int failures = 0;

void expect(bool condition, const char* what) {
  if (condition) return;
  ++failures;
  std::printf("FAIL: %s\n", what);
}

// Tasks write without any locking: the end of parallel_for must publish what they wrote.
bool runs_each_once(int64_t tasks) {
  std::vector<int> counts(static_cast<std::size_t>(tasks), 0);
  parallel_for(tasks, [&](int64_t task) { ++counts[static_cast<std::size_t>(task)]; });
  for (const int count : counts) {
    if (count != 1) return false;
  }
  return true;
}

void test_counts() {
  for (const int threads : {1, 2, 5, 16}) {
    set_num_threads(threads);
    expect(cornu::num_threads() == threads, "the number of threads is what was set");
    for (const int64_t tasks : {0, 1, 2, 3, 7, 64, 1000}) {
      expect(runs_each_once(tasks), "every task runs once");
    }
  }
}

void test_many_short_jobs() {
  set_num_threads(4);
  bool right = true;
  for (int round = 0; round < 3000; ++round) right &= runs_each_once(1 + round % 9);
  expect(right, "every task of many short jobs runs once");
}

// Between jobs the workers fall asleep; they must wake.
void test_wakes_after_a_pause() {
  set_num_threads(3);
  bool right = true;
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(50 * (round % 5)));
    right &= runs_each_once(8);
  }
  expect(right, "every task after a pause runs once");
}

void test_nested() {
  set_num_threads(3);
  std::vector<int> counts(20 * 30, 0);
  parallel_for(20, [&](int64_t outer) {
    parallel_for(30,
                 [&](int64_t inner) { ++counts[static_cast<std::size_t>(outer * 30 + inner)]; });
  });
  bool right = true;
  for (const int count : counts) right &= count == 1;
  expect(right, "nested tasks run once");
}

void test_concurrent_callers() {
  set_num_threads(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        if (!runs_each_once(1 + round % 13)) ++wrong;
      }
    });
  }
  for (int threads = 1; threads < 6; ++threads) set_num_threads(threads);
  for (std::thread& caller : callers) caller.join();
  expect(wrong == 0, "concurrent callers get all their tasks done");
}

void test_errors() {
  const auto refused = [](int count) {
    try {
      set_num_threads(count);
    } catch (const cornu::Error&) {
      return true;
    }
    return false;
  };
  expect(refused(0) && refused(-3) && refused(cornu::kMaxThreads + 1),
         "absurd numbers of threads are refused");
  set_num_threads(2);
  std::atomic<int> refusals{0};
  parallel_for(4, [&](int64_t) { refusals += refused(3); });
  expect(refusals == 4, "a task may not change the number of threads");
  expect(cornu::usable_cores() >= 1, "there is at least one core");
}

void test_scratch() {
  set_num_threads(4);
  std::atomic<int> wrong{0};
  parallel_for(64, [&](int64_t task) {
    const auto bytes = static_cast<std::size_t>(64 + 1000 * (task % 7));
    auto* first =
        static_cast<unsigned char*>(cornu::thread_scratch(cornu::ScratchSlot::kReduce, bytes));
    auto* second =
        static_cast<unsigned char*>(cornu::thread_scratch(cornu::ScratchSlot::kSort, bytes));
    for (std::size_t i = 0; i < bytes; ++i) first[i] = static_cast<unsigned char>(task);
    for (std::size_t i = 0; i < bytes; ++i) second[i] = 255;
    if (reinterpret_cast<std::uintptr_t>(first) % cornu::kAlignment != 0) ++wrong;
    for (std::size_t i = 0; i < bytes; ++i) wrong += first[i] != static_cast<unsigned char>(task);
  });
  expect(wrong == 0, "scratch belongs to its thread and slot");
}

// ThreadSanitizer does not follow a fork of a process with threads.
#if !defined(__SANITIZE_THREAD__)
void test_fork() {
  set_num_threads(4);
  expect(runs_each_once(50), "tasks before a fork run once");
  const pid_t child = fork();
  if (child == 0) {
    bool right = cornu::num_threads() == 4;
    for (int round = 0; round < 50; ++round) right &= runs_each_once(20);
    _exit(right ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the pool works in a forked child");
  expect(runs_each_once(50), "and goes on in the parent");
}
#endif

}  // namespace

int main() {
  test_counts();
  test_many_short_jobs();
  test_wakes_after_a_pause();
  test_nested();
  test_concurrent_callers();
  test_errors();
  test_scratch();
#if !defined(__SANITIZE_THREAD__)
  test_fork();
#endif
  set_num_threads(1);  // ends the workers
  if (failures == 0) std::printf("pool: all passed\n");
  return failures == 0 ? 0 : 1;
}
