// CallGate: every call passes through it. It bounds what the calls under way
// hold, and lets the server drain: closed, it turns new calls away while those
// inside end.

#ifndef RUNDLET_SERVICE_GRPC_CALL_GATE_H_
#define RUNDLET_SERVICE_GRPC_CALL_GATE_H_

#include <atomic>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rundlet {

// Thread-safe. Must outlive its passes, and the call of a pass: a thread that
// leaves may still signal when the count is zero already.
class CallGate {
 public:
  // Stands for one call; leaves the gate when it goes out of scope.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), bytes_(other.bytes_) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this == &other) return *this;
      Leave();
      gate_ = std::exchange(other.gate_, nullptr);
      bytes_ = other.bytes_;
      return *this;
    }
    ~Pass() { Leave(); }

    // Leaves now.
    void Leave() {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->Leave(bytes_);
    }

   private:
    friend class CallGate;
    Pass(CallGate* gate, uint64_t bytes) : gate_(gate), bytes_(bytes) {}

    CallGate* gate_ = nullptr;
    uint64_t bytes_ = 0;
  };

  // The requests of the calls inside hold at most `request_bytes_max`.
  explicit CallGate(uint64_t request_bytes_max)
      : request_bytes_max_(request_bytes_max) {}

  // Lets a call in whose request has this many bytes. DRAINING: closed.
  // OVERLOADED: the calls inside hold too much; a call alone always enters.
  absl::StatusOr<Pass> Enter(uint64_t request_bytes);

  // Turns every further call away. For good.
  void Close();

  // Waits until nobody is inside, at most this long; whether that came true.
  // REQUIRES that the gate is closed.
  bool WaitUntilEmpty(absl::Duration timeout);

  // How many calls are inside.
  int64_t call_count() const { return call_count_.load(); }

 private:
  void Leave(uint64_t request_bytes);

  const uint64_t request_bytes_max_;
  std::atomic<int64_t> call_count_{0};
  std::atomic<uint64_t> request_bytes_{0};
  std::atomic<bool> closed_{false};

  absl::Mutex mutex_;    // for the wait only; it guards nothing
  absl::CondVar empty_;  // signalled when the last call leaves a closed gate
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_CALL_GATE_H_
