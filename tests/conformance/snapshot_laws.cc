// Goal: a snapshot is one point of the order of writes, for as long as its
// lease runs, whatever is written or compacted meanwhile.
// Method: write behind a snapshot, compact, let time pass, and read at it.

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

Snapshot Take(Store* store, absl::Duration lease = absl::ZeroDuration()) {
  SnapshotRequest request;
  request.lease = lease;
  const auto snapshot = BlockingStore(store).OpenSnapshot(request);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? *snapshot : Snapshot();
}

void Write(Store* store, const std::string& key, const std::string& text,
           Expiry expiry = Expiry::Never()) {
  EXPECT_TRUE(BlockingStore(store).Put(key, Value::Text(text), expiry).ok());
}

absl::StatusOr<ScanPage> ScanAt(Store* store, const Snapshot& snapshot,
                                ScanRequest request = {}) {
  request.at = snapshot.revision;
  request.at_time = snapshot.read_time;
  return BlockingStore(store).Scan(std::move(request));
}

std::vector<std::string> TextsAt(Store* store, const Snapshot& snapshot) {
  const auto page = ScanAt(store, snapshot);
  EXPECT_TRUE(page.ok()) << page.status();
  return page.ok() ? Texts(page->entries) : std::vector<std::string>();
}

TEST_P(SnapshotLaws, SeesWhatWasThereAndNothingLater) {
  Store* store = steady_store();
  Write(store, "a", "1");
  Write(store, "b", "1");
  const Snapshot snapshot = Take(store);
  Write(store, "a", "2");
  Write(store, "c", "2");
  ASSERT_TRUE(BlockingStore(store).Delete("b").ok());
  EXPECT_THAT(TextsAt(store, snapshot), ElementsAre("a=1", "b=1"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(BlockingStore(store).Compact().ok());
    EXPECT_THAT(TextsAt(store, snapshot), ElementsAre("a=1", "b=1"));
    Write(store, "a", "3");
  }
  ReadRequest read;
  read.keys = {"a", "c"};
  read.at = snapshot.revision;
  read.at_time = snapshot.read_time;
  const auto result = BlockingStore(store).Read(read);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->entries[0]->value.bytes, "1");
  EXPECT_FALSE(result->entries[1].has_value());
  EXPECT_EQ(result->read_revision, snapshot.revision);
}

TEST_P(SnapshotLaws, PagesAreOfTheSnapshot) {
  Store* store = steady_store();
  for (const char* key : {"a", "b", "c"}) Write(store, key, "old");
  const Snapshot snapshot = Take(store);
  ScanRequest request;
  request.entries_max = 1;
  std::vector<std::string> found;
  for (bool more = true; more;) {
    Write(store, "b", "new");
    const auto page = ScanAt(store, snapshot, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const std::string& text : Texts(page->entries)) found.push_back(text);
    more = page->more;
    request.after = page->entries.back().key;
  }
  EXPECT_THAT(found, ElementsAre("a=old", "b=old", "c=old"));
}

TEST_P(SnapshotLaws, PinsTheTime) {
  Store* store = steady_store();
  Write(store, "k", "v", Expiry::After(absl::Seconds(30)));
  const Snapshot snapshot = Take(store);
  EXPECT_EQ(snapshot.lease_end, snapshot.read_time + absl::Seconds(60));
  PassTime(absl::Seconds(40));
  EXPECT_FALSE(BlockingStore(store).Get("k")->has_value());
  EXPECT_THAT(TextsAt(store, snapshot), ElementsAre("k=v"));
}

TEST_P(SnapshotLaws, AnAbandonedOneExpires) {
  Store* store = steady_store();
  Write(store, "k", "old");
  const Snapshot named = Take(store, absl::Minutes(2));
  const Snapshot unnamed = Take(store);
  EXPECT_NE(named.id, unnamed.id);
  Write(store, "k", "new");
  PassTime(absl::Seconds(61));
  BlockingStore blocking(store);
  EXPECT_TRUE(absl::IsNotFound(blocking.RenewSnapshot(unnamed.id).status()));
  EXPECT_THAT(TextsAt(store, named), ElementsAre("k=old"));
  PassTime(absl::Seconds(60));
  EXPECT_TRUE(absl::IsOutOfRange(ScanAt(store, named).status()));
  EXPECT_TRUE(absl::IsNotFound(blocking.ReleaseSnapshot(named.id)));
  EXPECT_EQ(store->Stats().snapshot_count, 0u);
}

TEST_P(SnapshotLaws, ARenewedOneLives) {
  Store* store = steady_store();
  Write(store, "k", "old");
  const Snapshot snapshot = Take(store);
  Write(store, "k", "new");
  for (int i = 0; i < 3; ++i) {
    PassTime(absl::Seconds(50));
    const auto renewed = BlockingStore(store).RenewSnapshot(snapshot.id);
    ASSERT_TRUE(renewed.ok()) << renewed.status();
    EXPECT_EQ(renewed->revision, snapshot.revision);
    EXPECT_EQ(renewed->read_time, snapshot.read_time);
    EXPECT_GT(renewed->lease_end, snapshot.lease_end);
  }
  EXPECT_THAT(TextsAt(store, snapshot), ElementsAre("k=old"));
}

TEST_P(SnapshotLaws, AReleasedOneIsGone) {
  Store* store = steady_store();
  Write(store, "k", "old");
  const Snapshot first = Take(store);
  const Snapshot second = Take(store);
  Write(store, "k", "new");
  BlockingStore blocking(store);
  ASSERT_TRUE(blocking.ReleaseSnapshot(first.id).ok());
  EXPECT_TRUE(absl::IsNotFound(blocking.ReleaseSnapshot(first.id)));
  // The other one is of the same revision.
  EXPECT_THAT(TextsAt(store, second), ElementsAre("k=old"));
  ASSERT_TRUE(blocking.ReleaseSnapshot(second.id).ok());
  EXPECT_TRUE(absl::IsOutOfRange(ScanAt(store, second).status()));
}

TEST_P(SnapshotLaws, ThereAreNoMoreThanTheLimit) {
  Limits limits;
  limits.snapshots_max = 2;
  StoreLaws::Open(limits);
  Store* store = steady_store();
  const Snapshot first = Take(store);
  Take(store);
  BlockingStore blocking(store);
  EXPECT_TRUE(absl::IsResourceExhausted(blocking.OpenSnapshot().status()));
  EXPECT_EQ(store->Stats().snapshot_count, 2u);
  ASSERT_TRUE(blocking.ReleaseSnapshot(first.id).ok());
  EXPECT_TRUE(blocking.OpenSnapshot().ok());
}

TEST_P(SnapshotLaws, BadRequestsAreRefused) {
  BlockingStore blocking(steady_store());
  SnapshotRequest request;
  request.lease = absl::Hours(1) + absl::Seconds(1);
  EXPECT_TRUE(absl::IsInvalidArgument(blocking.OpenSnapshot(request).status()));
  request.lease = -absl::Seconds(1);
  EXPECT_TRUE(absl::IsInvalidArgument(blocking.OpenSnapshot(request).status()));
  request.lease = absl::ZeroDuration();
  request.not_before = uint64_t{1} << 40;
  EXPECT_TRUE(absl::IsOutOfRange(blocking.OpenSnapshot(request).status()));
  EXPECT_TRUE(absl::IsNotFound(blocking.RenewSnapshot(12345).status()));
}

}  // namespace
}  // namespace rundlet
