#include "storage/short_wait.h"

#include <atomic>
#include <thread>

#include "absl/cleanup/cleanup.h"

namespace rundlet {
namespace {

// Ten microseconds or so: a pause takes some 10 ns, or some 40.
constexpr int kPausesMax = 1000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Of those who wait.
std::atomic<int> threads_awake{0};

// Where there is one processor, whom they wait for needs it.
int ThreadsAwakeMax() {
  static const int kProcessors =
      static_cast<int>(std::thread::hardware_concurrency());
  return kProcessors > 1 ? kProcessors : 0;
}

}  // namespace

bool IsOverSoon(absl::FunctionRef<bool()> is_over) {
  if (is_over()) return true;
  const absl::Cleanup sleep = [] {
    threads_awake.fetch_sub(1, std::memory_order_relaxed);
  };
  if (threads_awake.fetch_add(1, std::memory_order_relaxed) >=
      ThreadsAwakeMax()) {
    return false;
  }
  for (int pauses = 0; pauses < kPausesMax; ++pauses) {
    Pause();
    if (is_over()) return true;
  }
  return false;
}

void LockSoon(absl::Mutex* mu) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!IsOverSoon([mu] { return mu->TryLock(); })) mu->Lock();
}

}  // namespace rundlet
