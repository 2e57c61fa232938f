#include "service/grpc/call_gate.h"

#include "service/grpc/errors.h"

namespace rundlet {
namespace {

// A drained client should find another server, or this one started again.
constexpr absl::Duration kDrainingDelay = absl::Seconds(1);
constexpr absl::Duration kOverloadDelay = absl::Milliseconds(100);

}  // namespace

absl::StatusOr<CallGate::Pass> CallGate::Enter(uint64_t request_bytes) {
  // Counted before `closed` is read: either Close comes later and the wait
  // sees this call, or this call sees that the gate is closed.
  inside_->call_count.fetch_add(1);
  const uint64_t before = inside_->request_bytes.fetch_add(request_bytes);
  Pass pass(inside_, request_bytes);
  if (inside_->closed.load()) {
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

void CallGate::Close() { inside_->closed.store(true); }

bool CallGate::WaitUntilEmpty(absl::Duration timeout) {
  absl::MutexLock lock(&inside_->mutex);
  // Only the last call signals, so a wait is hardly ever begun twice.
  while (inside_->call_count.load() > 0) {
    if (inside_->empty.WaitWithTimeout(&inside_->mutex, timeout)) {
      return inside_->call_count.load() == 0;
    }
  }
  return true;
}

void CallGate::Inside::Leave(uint64_t bytes) {
  request_bytes.fetch_sub(bytes);
  // Counted before `closed` is read, so that no waiter misses the last one.
  if (call_count.fetch_sub(1) == 1 && closed.load()) {
    absl::MutexLock lock(&mutex);
    empty.SignalAll();
  }
}

}  // namespace rundlet
