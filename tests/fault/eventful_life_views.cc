// EventfulLife: watches, backups, and Verify.

#include <algorithm>

#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/fault/eventful_life.h"

namespace rundlet {

void EventfulLife::BeginWatches() {
  // What Fill has written is behind it, and is no longer in memory for it.
  const absl::Status begun = slow_.BeginFrom(store_.get(), 1);
  ASSERT_TRUE(begun.ok()) << begun;
}

void EventfulLife::FollowWatches() {
  if (!present_.is_reading()) {
    // The first revisions may have been compacted.
    absl::Status begun = late_.BeginFrom(store_.get(), 2);
    if (absl::IsOutOfRange(begun)) {
      const std::optional<Revision> oldest = OldestRevisionOf(begun);
      ASSERT_TRUE(oldest.has_value() && *oldest > 2) << begun;
      begun = late_.BeginFrom(store_.get(), *oldest);
    }
    ASSERT_TRUE(begun.ok()) << begun;
    begun = present_.Begin(store_.get());
    ASSERT_TRUE(begun.ok()) << begun;
  }
  ASSERT_TRUE(BlockingStore(store_.get()).Sync(Durability::kDisk).ok());
  const Revision newest = store_->Stats().visible_revision;
  for (WatchFollower* const follower : {&slow_, &late_, &present_}) {
    const absl::Status read = follower->CatchUp(newest);
    ASSERT_TRUE(read.ok()) << read;
    CheckSeen(*follower);
  }
  EXPECT_EQ(slow_.state(), content_);
  EXPECT_EQ(present_.state(), content_);
}

void EventfulLife::CheckSeen(const WatchFollower& follower) {
  LogTexts seen = follower.seen();
  for (const auto& [revision, changes] : written_) {
    if (revision < follower.begin() || revision > follower.through()) continue;
    EXPECT_EQ(seen[revision], changes) << "revision " << revision;
    seen.erase(revision);
  }
  for (const auto& [revision, changes] : seen) {
    ASSERT_EQ(changes.size(), 1u) << "revision " << revision;
    EXPECT_EQ(changes.begin()->second, "x") << "revision " << revision;
  }
}

void EventfulLife::EndWatches() {
  // An ingest is no history.
  for (WatchFollower* const follower : {&slow_, &late_, &present_}) {
    absl::Status end;
    while (end.ok()) end = follower->Read();
    EXPECT_TRUE(absl::IsOutOfRange(end)) << end;
    EXPECT_TRUE(absl::IsOutOfRange(follower->Resume(store_.get())));
  }
  const absl::Status begun = present_.Begin(store_.get());
  ASSERT_TRUE(begun.ok()) << begun;
  ASSERT_TRUE(BlockingStore(store_.get()).Sync(Durability::kDisk).ok());
  const absl::Status read = present_.CatchUp(store_->Stats().visible_revision);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(present_.state(), content_);
}

void EventfulLife::BackUp() {
  const auto report = BlockingStore(store_.get()).Backup("/backup");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->key_count, content_.size());
  backed_up_ = content_;
}

void EventfulLife::CheckBackup() {
  Options options;
  options.path = "/backup";
  options.file_system = &disk_;
  options.clock = &clock_;
  const auto copy = Open(std::move(options));
  ASSERT_TRUE(copy.ok()) << copy.status();
  for (const char* const key : {"expiring", "swept"}) backed_up_.erase(key);
  CheckScan(copy->get(), 0, absl::Time(), backed_up_);
  CheckRequests(copy->get());
}

void EventfulLife::Verify() {
  const auto report = BlockingStore(store_.get()).Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << report->damage[0].what;
}

}  // namespace rundlet
