// Goal: what snapshots pin in the index is there while a lease runs, and gone
// with it, however it ends; ids are never given twice.
// Method: an index whose pins are asked for, and a clock that stands still.

#include "storage/engine/read/snapshots.h"

#include <memory>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

class SnapshotsTest : public ::testing::Test {
 protected:
  SnapshotsTest() { Make(); }

  void Make() {
    snapshots_ = nullptr;
    snapshots_ = std::make_unique<Snapshots>(&index_, &time_, &limits_);
  }
  Snapshot Open(Revision newest, absl::Duration lease = absl::Seconds(10)) {
    index_.Apply({}, newest);
    SnapshotRequest request;
    request.lease = lease;
    const auto snapshot = snapshots_->Open(request);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    EXPECT_EQ(snapshot->revision, newest);
    return *snapshot;
  }
  bool IsPinned(Revision revision) {
    if (!index_.PinAgain(revision)) return false;
    index_.Unpin(revision);
    return true;
  }

  Index index_;
  FakeClock clock_;
  EngineTime time_{&clock_, 0};
  Limits limits_;
  std::unique_ptr<Snapshots> snapshots_;
};

TEST_F(SnapshotsTest, AnEndedLeasePinsNothing) {
  Open(1);
  Open(2, absl::Seconds(20));
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(IsPinned(1));
  snapshots_->EndOld();
  EXPECT_FALSE(IsPinned(1));
  EXPECT_TRUE(IsPinned(2));
  EXPECT_EQ(snapshots_->count(), 1u);
}

TEST_F(SnapshotsTest, TwoOfOneRevisionPinItTwice) {
  const Snapshot first = Open(1);
  const Snapshot second = Open(1);
  ASSERT_TRUE(snapshots_->Release(first.id).ok());
  EXPECT_TRUE(IsPinned(1));
  ASSERT_TRUE(snapshots_->Release(second.id).ok());
  EXPECT_FALSE(IsPinned(1));
}

TEST_F(SnapshotsTest, ARenewalMayShortenALease) {
  const Snapshot snapshot = Open(1, absl::Minutes(5));
  ASSERT_TRUE(snapshots_->Renew(snapshot.id, absl::Seconds(1)).ok());
  clock_.Advance(absl::Seconds(1));
  snapshots_->EndOld();
  EXPECT_FALSE(IsPinned(1));
}

TEST_F(SnapshotsTest, ARefusedOnePinsNothing) {
  limits_.snapshots_max = 1;
  Open(1);
  index_.Apply({}, 2);
  EXPECT_TRUE(absl::IsResourceExhausted(snapshots_->Open({}).status()));
  EXPECT_FALSE(IsPinned(2));
  limits_.snapshots_max = 2;
  SnapshotRequest request;
  request.not_before = 3;
  EXPECT_TRUE(absl::IsOutOfRange(snapshots_->Open(request).status()));
  EXPECT_FALSE(IsPinned(2));
}

TEST_F(SnapshotsTest, IdsAreNotRepeatedByTheNextLife) {
  const Snapshot before = Open(1);
  clock_.Advance(absl::Microseconds(1));
  Make();
  EXPECT_FALSE(IsPinned(1));
  const Snapshot after = Open(1);
  EXPECT_NE(after.id, before.id);
  EXPECT_TRUE(absl::IsNotFound(snapshots_->Renew(before.id, {}).status()));
}

}  // namespace
}  // namespace rundlet
