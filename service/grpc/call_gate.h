// CallGate: every call passes through it. It bounds what the calls under way
// hold, and lets the server drain: closed, it turns new calls away while those
// inside end.

#ifndef RUNDLET_SERVICE_GRPC_CALL_GATE_H_
#define RUNDLET_SERVICE_GRPC_CALL_GATE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rundlet {

// Thread-safe. Passes may outlive it: what a stream has begun may end when the
// stream, and the server, are gone.
class CallGate {
  struct Inside;

 public:
  // Stands for one call; leaves the gate when it goes out of scope.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&& other) noexcept {
      if (this == &other) return *this;
      Leave();
      inside_ = std::move(other.inside_);
      bytes_ = other.bytes_;
      return *this;
    }
    ~Pass() { Leave(); }

    // Leaves now.
    void Leave() {
      if (inside_ != nullptr) std::exchange(inside_, nullptr)->Leave(bytes_);
    }

   private:
    friend class CallGate;
    Pass(std::shared_ptr<Inside> inside, uint64_t bytes)
        : inside_(std::move(inside)), bytes_(bytes) {}

    std::shared_ptr<Inside> inside_;
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
  int64_t call_count() const { return inside_->call_count.load(); }

 private:
  // What the gate and its passes share.
  struct Inside {
    void Leave(uint64_t bytes);

    std::atomic<int64_t> call_count{0};
    std::atomic<uint64_t> request_bytes{0};
    std::atomic<bool> closed{false};

    absl::Mutex mutex;    // for the wait only; it guards nothing
    absl::CondVar empty;  // signalled when the last call leaves a closed gate
  };

  const uint64_t request_bytes_max_;
  const std::shared_ptr<Inside> inside_ = std::make_shared<Inside>();
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_CALL_GATE_H_
