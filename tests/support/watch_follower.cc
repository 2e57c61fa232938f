#include "tests/support/watch_follower.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace rundlet {
void WatchFollower::Reset() {
  seen_.clear();
  state_.clear();
  in_present_ = true;
}

absl::Status WatchFollower::Begin(Store* store) {
  Reset();
  WatchRequest request = request_;
  request.present_state = true;
  return Open(store, std::move(request));
}

absl::Status WatchFollower::BeginFrom(Store* store, Revision from) {
  Reset();
  in_present_ = false;
  begin_ = from;
  through_ = from - 1;
  return Resume(store);
}

absl::Status WatchFollower::Resume(Store* store) {
  if (in_present_) return Begin(store);
  WatchRequest request = request_;
  request.from = through_ + 1;
  return Open(store, std::move(request));
}

absl::Status WatchFollower::Open(Store* store, WatchRequest request) {
  reader_ = std::make_unique<WatchReader>(store, std::move(request));
  const absl::Status status = reader_->status();
  if (!status.ok()) reader_ = nullptr;
  return status;
}

absl::Status WatchFollower::Read() {
  reader_->watch().RequestBookmark();
  const absl::StatusOr<WatchBatch> batch = reader_->Next();
  if (!batch.ok()) {
    reader_ = nullptr;
    return batch.status();
  }
  last_kind_ = batch->kind;
  Take(*batch);
  return absl::OkStatus();
}

absl::Status WatchFollower::CatchUp(Revision newest) {
  while (!::testing::Test::HasFailure() && (in_present_ || through_ < newest)) {
    const Revision before = through_;
    absl::Status status = Read();
    if (!status.ok()) return status;
    // After a restart no record may have the newest revision.
    if (last_kind_ == WatchBatch::Kind::kBookmark && through_ == before) break;
  }
  return absl::OkStatus();
}

void WatchFollower::Take(const WatchBatch& batch) {
  if (batch.kind == WatchBatch::Kind::kPresent) {
    ASSERT_TRUE(in_present_);
    for (const Entry& entry : batch.entries) {
      ASSERT_TRUE(state_.emplace(entry.key, entry.value.bytes).second)
          << entry.key << " is twice in the present state";
    }
    return;
  }
  if (batch.kind == WatchBatch::Kind::kMarker && in_present_) {
    in_present_ = false;
    begin_ = batch.through + 1;
    through_ = batch.through;
  }
  ASSERT_FALSE(in_present_) << "changes before the marker";
  TakeChanges(batch);
}

void WatchFollower::TakeChanges(const WatchBatch& batch) {
  ASSERT_GE(batch.through, through_);
  Revision last = through_;
  for (const Change& change : batch.changes) {
    const Revision revision = change.entry.revision;
    ASSERT_GE(revision, last) << "out of order";
    ASSERT_GT(revision, through_)
        << "a transaction that has been given is gone on with";
    ASSERT_LE(revision, batch.through);
    last = revision;
    ASSERT_TRUE(
        seen_[revision].emplace(change.entry.key, TextOf(change)).second)
        << change.entry.key << " twice at revision " << revision;
    if (change.cause == Change::Cause::kPut) {
      state_[change.entry.key] = change.entry.value.bytes;
    } else {
      state_.erase(change.entry.key);
    }
  }
  through_ = batch.through;
}

bool WatchFollower::Sees(const std::string& key,
                         const std::string& change) const {
  const bool is_put = change[0] == '+';
  if (is_put ? !request_.puts : !request_.deletes) return false;
  return std::any_of(
      request_.ranges.begin(), request_.ranges.end(),
      [&key](const KeyRange& range) { return range.Contains(key); });
}

LogTexts WatchFollower::Expected(const LogTexts& log, Revision floor) const {
  LogTexts expected;
  for (const auto& [revision, changes] : log) {
    if (revision < std::max(begin_, floor) || revision > through_) continue;
    for (const auto& [key, change] : changes) {
      if (Sees(key, change)) expected[revision][key] = change;
    }
  }
  return expected;
}

LogTexts WatchFollower::SeenFrom(Revision floor) const {
  return LogTexts(seen_.lower_bound(floor), seen_.end());
}

}  // namespace rundlet
