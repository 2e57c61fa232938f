#include "storage/engine/watch/watch_desk.h"

#include "absl/strings/str_cat.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

absl::Status Closed() { return absl::UnavailableError("the store is closing"); }

}  // namespace

absl::StatusOr<uint64_t> WatchDesk::Enter(std::unique_ptr<LogWatch> watch,
                                          uint64_t watches_max) {
  const absl::MutexLock lock(&mu_);
  if (closed_) return Closed();
  if (seats_.size() >= watches_max) {
    return Refused(
        Refusal::kWatchesFull,
        absl::ResourceExhaustedError(absl::StrCat(
            "watches are ", seats_.size(), ", watches_max is ", watches_max)));
  }
  const uint64_t id = ++last_id_;
  seats_[id];
  entered_.emplace_back(id, std::move(watch));
  is_used_.store(true);
  has_work_ = true;
  return id;
}

void WatchDesk::Ask(uint64_t id, Watch::Callback done) {
  absl::Status refused;
  {
    const absl::MutexLock lock(&mu_);
    Seat& seat = seats_.at(id);
    refused = seat.end;
    if (refused.ok() && seat.done) {
      refused = absl::FailedPreconditionError("a batch is owed already");
    }
    if (refused.ok()) {
      seat.done = std::move(done);
      has_work_ = true;
      return;
    }
  }
  done(refused);
}

void WatchDesk::WantBookmark(uint64_t id) {
  const absl::MutexLock lock(&mu_);
  seats_.at(id).bookmark_wanted = true;
  has_work_ = true;
}

void WatchDesk::Leave(uint64_t id) {
  Watch::Callback owed;
  {
    const absl::MutexLock lock(&mu_);
    Seat& seat = seats_.at(id);
    owed = std::move(seat.done);
    seat.done = nullptr;
    seat.end = absl::CancelledError("the watch was cancelled");
    const auto is_over = [&seat] {
      return seat.running == std::thread::id() ||
             seat.running == std::this_thread::get_id();
    };
    mu_.Await(absl::Condition(&is_over));
    seats_.erase(id);
    left_.push_back(id);
    has_work_ = true;
  }
  if (owed) owed(absl::CancelledError("the watch was cancelled"));
}

void WatchDesk::Wake() {
  // In one order with the change that it tells of: either it is seen by who
  // comes, or who comes is seen here.
  if (!is_used_.load(std::memory_order_seq_cst)) return;
  const absl::MutexLock lock(&mu_);
  has_work_ = true;
}

void WatchDesk::EndSeats(const absl::Status& status) {
  for (auto& [id, seat] : seats_) {
    if (seat.end.ok()) seat.end = status;
  }
  has_work_ = true;
}

void WatchDesk::EndAll(const absl::Status& status) {
  const absl::MutexLock lock(&mu_);
  EndSeats(status);
}

void WatchDesk::Close() {
  const absl::MutexLock lock(&mu_);
  closed_ = true;
  EndSeats(Closed());
}

WatchDesk::Work WatchDesk::Await(absl::Duration patience) {
  Work work;
  const absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(this, &WatchDesk::HasWork), patience);
  has_work_ = false;
  work.entered = std::move(entered_);
  entered_.clear();
  work.left = std::move(left_);
  left_.clear();
  for (const auto& [id, seat] : seats_) {
    work.seated.push_back(
        {id, seat.done != nullptr, seat.bookmark_wanted, !seat.end.ok()});
  }
  is_used_.store(!seats_.empty());
  work.closed = closed_;
  return work;
}

void WatchDesk::Answer(uint64_t id, absl::StatusOr<WatchBatch> answer) {
  Watch::Callback done;
  {
    const absl::MutexLock lock(&mu_);
    const auto found = seats_.find(id);
    if (found == seats_.end()) return;  // it has left
    Seat& seat = found->second;
    if (!seat.end.ok()) answer = seat.end;
    if (!answer.ok()) seat.end = answer.status();
    if (answer.ok() && answer->kind == WatchBatch::Kind::kBookmark) {
      seat.bookmark_wanted = false;
    }
    if (!seat.done) return;
    done = std::move(seat.done);
    seat.done = nullptr;
    seat.running = std::this_thread::get_id();
  }
  done(std::move(answer));
  done = nullptr;
  const absl::MutexLock lock(&mu_);
  const auto found = seats_.find(id);
  if (found != seats_.end()) found->second.running = std::thread::id();
}

void WatchDesk::SetLag(const ChangeTail::Totals& lag) {
  const absl::MutexLock lock(&mu_);
  lag_ = lag;
}

WatchDesk::Usage WatchDesk::usage() const {
  const absl::MutexLock lock(&mu_);
  return {seats_.size(), lag_};
}

}  // namespace rundlet
