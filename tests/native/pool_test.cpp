// The thread pool under load, meant for ThreadSanitizer: every task runs once whatever the number
// of threads, nested and concurrent calls are safe, and the count can change between calls.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/error.h"
#include "pool/thread_pool.h"

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  ++failures;
}

// Plain (not atomic) counters: two threads with the same task would be a data race.
bool runs_each_task_once(std::int64_t tasks) {
  std::vector<int> counts(static_cast<std::size_t>(tasks), 0);
  cornu::parallel_for(tasks, [&](std::int64_t task) { ++counts[static_cast<std::size_t>(task)]; });
  for (int count : counts) {
    if (count != 1) return false;
  }
  return true;
}

void test_each_task_runs_once() {
  for (int threads : {1, 2, 5, 16}) {
    cornu::set_num_threads(threads);
    check(cornu::num_threads() == threads, "the count is what was set");
    for (std::int64_t tasks : {0, 1, 2, 3, 17, 1000}) {
      for (int repeat = 0; repeat < 50; ++repeat) {
        check(runs_each_task_once(tasks), "every task runs exactly once");
      }
    }
  }
}

void test_nested_calls_run_alone() {
  cornu::set_num_threads(4);
  std::vector<std::int64_t> sums(64, 0);
  cornu::parallel_for(64, [&](std::int64_t outer) {
    cornu::parallel_for(100, [&](std::int64_t inner) {
      sums[static_cast<std::size_t>(outer)] += inner;  // a nested call stays on its thread
    });
  });
  for (std::int64_t sum : sums) check(sum == 4950, "nested tasks all run");
}

void test_concurrent_callers() {
  cornu::set_num_threads(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&wrong] {
      for (int repeat = 0; repeat < 200; ++repeat) {
        if (!runs_each_task_once(1 + repeat % 40)) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(wrong == 0, "callers side by side each get all their tasks done");
}

void test_the_count_changes_between_calls() {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread caller([&] {
    while (!stop) {
      if (!runs_each_task_once(33)) ++wrong;
    }
  });
  for (int repeat = 0; repeat < 100; ++repeat) cornu::set_num_threads(1 + repeat % 6);
  stop = true;
  caller.join();
  check(wrong == 0, "no task is lost when the count changes");
}

void test_bad_counts_are_refused() {
  cornu::set_num_threads(2);
  for (int count : {0, -1, cornu::kMaxThreads + 1}) {
    bool refused = false;
    try {
      cornu::set_num_threads(count);
    } catch (const cornu::Error&) {
      refused = true;
    }
    check(refused, "an impossible count is refused");
  }
  check(cornu::num_threads() == 2, "a refused count changes nothing");
}

void test_results_of_tasks_are_seen_by_the_caller() {
  cornu::set_num_threads(4);
  std::vector<double> data(100000, 1.0);
  for (int round = 0; round < 100; ++round) {
    cornu::parallel_for(100, [&](std::int64_t task) {
      for (std::size_t i = 0; i < 1000; ++i) data[static_cast<std::size_t>(task) * 1000 + i] += 1.0;
    });
    cornu::parallel_for(100, [&](std::int64_t task) {  // other threads read what these wrote
      const std::size_t other = static_cast<std::size_t>(99 - task) * 1000;
      if (data[other] < round) std::printf("stale\n");
    });
  }
  bool all = true;
  for (double value : data) all = all && value == 101.0;
  check(all, "what tasks wrote is visible after the call");
}

}  // namespace

int main() {
  test_each_task_runs_once();
  test_nested_calls_run_alone();
  test_concurrent_callers();
  test_the_count_changes_between_calls();
  test_bad_counts_are_refused();
  test_results_of_tasks_are_seen_by_the_caller();
  if (failures == 0) std::printf("pool: all passed\n");
  return failures == 0 ? 0 : 1;
}
