#include "storage/short_wait.h"

#include <atomic>
#include <thread>

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

// One that stays awake, if it may.
class Vigil {
 public:
  Vigil() : may_stay_(awake_.fetch_add(1, std::memory_order_relaxed) < Max()) {}
  ~Vigil() { awake_.fetch_sub(1, std::memory_order_relaxed); }
  Vigil(const Vigil&) = delete;
  Vigil& operator=(const Vigil&) = delete;

  bool may_stay() const { return may_stay_; }

 private:
  // Where there is one processor, whom they wait for needs it.
  static int Max() {
    static const int processors =
        static_cast<int>(std::thread::hardware_concurrency());
    return processors > 1 ? processors : 0;
  }

  static std::atomic<int> awake_;
  const bool may_stay_;
};

std::atomic<int> Vigil::awake_{0};

}  // namespace

bool IsOverSoon(absl::FunctionRef<bool()> is_over) {
  if (is_over()) return true;
  const Vigil vigil;
  if (!vigil.may_stay()) return false;
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
