// Goal: a watch begins and ends as it is told to, answers what it owes, and
// says why when it cannot go on. Method: cancel, end and overstep in every way
// that watch.h names.

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"
#include "tests/support/vector_source.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

TEST_P(WatchLifetimeLaws, CancellingAnswersWhatIsOwed) {
  Store* store = steady_store();
  auto watch = store->OpenWatch(WatchAll());
  ASSERT_TRUE(watch.ok());
  absl::Notification marked;
  (*watch)->Next([&](absl::StatusOr<WatchBatch>) { marked.Notify(); });
  marked.WaitForNotification();
  bool answered = false;
  (*watch)->Next([&](absl::StatusOr<WatchBatch> batch) {
    EXPECT_TRUE(absl::IsCancelled(batch.status())) << batch.status();
    answered = true;
  });
  EXPECT_EQ(store->Stats().watch_count, 1u);
  *watch = nullptr;
  EXPECT_TRUE(answered);
  EXPECT_EQ(store->Stats().watch_count, 0u);
}

TEST_P(WatchLifetimeLaws, ACallbackMayEndItsWatch) {
  Store* store = steady_store();
  auto watch = store->OpenWatch(WatchAll());
  ASSERT_TRUE(watch.ok());
  absl::Notification ended;
  (*watch)->Next([&](absl::StatusOr<WatchBatch> batch) {
    EXPECT_TRUE(batch.ok());
    *watch = nullptr;
    ended.Notify();
  });
  ended.WaitForNotification();
  ASSERT_TRUE(BlockingStore(store).Put("a", Value::Text("1")).ok());
}

TEST_P(WatchLifetimeLaws, OneCallAtATime) {
  Store* store = steady_store();
  auto watch = store->OpenWatch(WatchAll());
  ASSERT_TRUE(watch.ok());
  absl::Notification marked;
  (*watch)->Next([&](absl::StatusOr<WatchBatch>) { marked.Notify(); });
  marked.WaitForNotification();
  (*watch)->Next([](absl::StatusOr<WatchBatch>) {});
  absl::Notification refused;
  (*watch)->Next([&](absl::StatusOr<WatchBatch> batch) {
    EXPECT_TRUE(absl::IsFailedPrecondition(batch.status()));
    refused.Notify();
  });
  refused.WaitForNotification();
}

TEST_P(WatchLifetimeLaws, BadRequestsAreRefused) {
  const auto code = [this](const WatchRequest& request) {
    return steady_store()->OpenWatch(request).status().code();
  };
  WatchRequest request;
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
  request = WatchAll();
  request.puts = request.deletes = false;
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
  request = WatchAll(1);
  request.present_state = true;
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
  request = WatchAll();
  request.batch_bytes_max = 0;
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
  request = WatchAll();
  request.bookmark_interval = absl::Milliseconds(1);
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
  request = WatchAll();
  request.ranges.assign(129, KeyRange::All());
  EXPECT_EQ(code(request), absl::StatusCode::kInvalidArgument);
}

TEST_P(WatchLifetimeLaws, ThereAreNoMoreThanTheLimit) {
  Limits limits;
  limits.watches_max = 2;
  Open(limits);
  WatchReader first(steady_store(), WatchAll());
  {
    WatchReader second(steady_store(), WatchAll());
    WatchReader third(steady_store(), WatchAll());
    EXPECT_TRUE(absl::IsResourceExhausted(third.status()));
  }
  WatchReader second(steady_store(), WatchAll());
  EXPECT_TRUE(second.status().ok());
}

TEST_P(WatchLifetimeLaws, ABookmarkComesWhenAskedFor) {
  Store* store = steady_store();
  WatchRequest request;
  request.ranges = {KeyRange::Prefix("none")};
  WatchReader reader(store, request);
  reader.Lines(1);
  const auto last = BlockingStore(store).Put("a", Value::Text("1"));
  ASSERT_TRUE(last.ok()) << last.status();
  reader.watch().RequestBookmark();
  const auto batch = reader.Next();
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->kind, WatchBatch::Kind::kBookmark);
  EXPECT_EQ(batch->through, last->revision);
}

TEST_P(WatchLifetimeLaws, AnIngestEndsIt) {
  Store* store = steady_store();
  ASSERT_TRUE(BlockingStore(store).Put("a", Value::Text("1")).ok());
  WatchReader reader(store, WatchAll());
  reader.Lines(1);
  Entry entry;
  entry.key = "b";
  VectorSource source("source", {entry});
  const auto report = store->Ingest(source);
  ASSERT_TRUE(report.ok()) << report.status();
  const auto batch = reader.Next();
  ASSERT_TRUE(absl::IsOutOfRange(batch.status())) << batch.status();
  ASSERT_EQ(OldestRevisionOf(batch.status()), report->last_revision + 1);
  WatchReader early(store, WatchAll(report->last_revision));
  EXPECT_EQ(OldestRevisionOf(early.status()), report->last_revision + 1);
  WatchReader next(store, WatchAll(report->last_revision + 1));
  ASSERT_TRUE(BlockingStore(store).Put("c", Value::Text("1")).ok());
  EXPECT_THAT(next.Lines(2), ElementsAre("|", "+ c=1"));
}

}  // namespace
}  // namespace rundlet
