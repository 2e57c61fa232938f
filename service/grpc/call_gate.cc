#include "service/grpc/call_gate.h"

#include "service/grpc/errors.h"

namespace rundlet {
namespace {

// A drained client should find another server, or this one started again.
constexpr absl::Duration kDrainingDelay = absl::Seconds(1);
constexpr absl::Duration kOverloadDelay = absl::Milliseconds(100);

}  // namespace

absl::StatusOr<CallGate::Pass> CallGate::Enter(uint64_t request_bytes) {
  // Counted before `closed_` is read: either Close comes later and the wait
  // sees this call, or this call sees that the gate is closed.
  call_count_.fetch_add(1);
  const uint64_t before = request_bytes_.fetch_add(request_bytes);
  Pass pass(this, request_bytes);
  if (closed_.load()) {
    return RetryLater(Reason::kDraining,
                      "the server is draining; nothing was done",
                      kDrainingDelay);
  }
  if (before > 0 && before + request_bytes > request_bytes_max_) {
    return RetryLater(Reason::kOverloaded,
                      "the requests under way hold too much memory; nothing "
                      "was done",
                      kOverloadDelay);
  }
  return pass;
}

void CallGate::Close() { closed_.store(true); }

bool CallGate::WaitUntilEmpty(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  // Only the last call signals, so a wait is hardly ever begun twice.
  while (call_count_.load() > 0) {
    if (empty_.WaitWithTimeout(&mutex_, timeout)) {
      return call_count_.load() == 0;
    }
  }
  return true;
}

void CallGate::Leave(uint64_t request_bytes) {
  request_bytes_.fetch_sub(request_bytes);
  // Counted before `closed_` is read, so that no waiter misses the last one.
  if (call_count_.fetch_sub(1) == 1 && closed_.load()) {
    absl::MutexLock lock(&mutex_);
    empty_.SignalAll();
  }
}

}  // namespace rundlet
