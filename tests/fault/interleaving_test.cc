// Goal: whatever a compaction and the other work of a store do between each
// other's steps, in either order, nothing is lost, nothing comes back, and no
// thread races with another.
// Method: every sync point of the compaction with every other one: a thread is
// held at the second until another has come to the first, while a client puts,
// deletes, reads, scans, takes snapshots, lets keys expire, ingests and closes.
// The client knows what it wrote.
//
//   bazel test --config=tsan //tests/fault:interleaving_test
//
// In other configurations the points are not there.

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/sync_order.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

using ::testing::IsSupersetOf;

constexpr absl::Duration kPatience = absl::Milliseconds(30);

const std::vector<std::string>& CompactionPoints() {
  static const auto* const kPoints =
      new std::vector<std::string>{"compaction: log sealed",
                                   "compaction: inputs chosen",
                                   "compaction: room found",
                                   "compaction: keys walked",
                                   "compaction: record read",
                                   "compaction: outputs finished",
                                   "compaction: outputs verified",
                                   "compaction: log synced",
                                   "compaction: segments exchanged",
                                   "compaction: output added",
                                   "compaction: record to be led to",
                                   "compaction: index led",
                                   "compaction: inputs to go",
                                   "compaction: inputs taken out",
                                   "compaction: done"};
  return *kPoints;
}

const std::vector<std::string>& OtherPoints() {
  static const auto* const kPoints =
      new std::vector<std::string>{"close: background stopped",
                                   "close: begins",
                                   "close: commits closed",
                                   "commit: group finished",
                                   "commit: group to be written",
                                   "commit: group written",
                                   "commit: planned",
                                   "commit: published",
                                   "commit: to be published",
                                   "expiry: key found",
                                   "expiry: keys found",
                                   "ingest: listed",
                                   "ingest: segments written",
                                   "ingest: visible",
                                   "page lease: to be unpinned",
                                   "read: record checked",
                                   "read: segment found",
                                   "read: segment to be found",
                                   "read: versions found",
                                   "revisions: reserved",
                                   "roll: done",
                                   "roll: folder synced",
                                   "roll: new segment made",
                                   "roll: old segment synced",
                                   "roll: segments listed",
                                   "scan: keys found",
                                   "scan: page read",
                                   "scan: revision pinned",
                                   "snapshot: pinned",
                                   "snapshot: to be unpinned",
                                   "sync: done",
                                   "sync: to begin"};
  return *kPoints;
}

// One life of a store, with a compaction in the middle of all else.
class Round {
 public:
  Round() {
    OpenStore();
    Fill();
  }

  void Run(const std::string& first, const std::string& second) {
    SyncOrder* const order = SyncOrder::Begin(first, second, kPatience);
    // Closing comes into the compaction only if nobody has waited for it.
    Live(absl::StartsWith(first, "close") || absl::StartsWith(second, "close"));
    met_ = order->End();
    OpenStore();
    CheckAll();
    store_ = nullptr;
  }

  void Live(bool closes_early) {
    absl::Notification compacted;
    store_->Compact([&compacted](const absl::StatusOr<CompactionReport>&) {
      compacted.Notify();
    });
    Work();
    if (!closes_early) {
      compacted.WaitForNotification();
      CheckAll();
    }
    store_ = nullptr;
  }

  bool met() const { return met_; }

 private:
  void OpenStore() {
    Options options;
    options.path = "/data";
    options.segment_bytes = 700;
    options.revision_block = 8;
    options.cache_entries = 3;
    options.sync_interval = absl::Milliseconds(2);
    options.sweep_interval = absl::Milliseconds(1);
    options.compaction_live_ratio = 0;
    options.file_system = &disk_;
    options.clock = &clock_;
    auto opened = Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  void Put(const std::string& key, Durability durability, size_t bytes = 40,
           Expiry expiry = Expiry::Never()) {
    Transaction put;
    std::string value = absl::StrCat(++writes_, ":");
    value.resize(bytes, 'v');
    put.operations.push_back(PutOperation{key, Value::Text(value), expiry});
    put.durability = durability;
    // What was there has to be read.
    put.return_previous = true;
    const auto receipt = BlockingStore(store_.get()).Commit(put);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    const auto before = content_.find(key);
    EXPECT_EQ(receipt->results[0].existed, before != content_.end()) << key;
    if (receipt->results[0].entry.has_value() && before != content_.end()) {
      EXPECT_EQ(receipt->results[0].entry->value.bytes, before->second) << key;
    }
    content_[key] = value;
  }

  void Delete(const std::string& key) {
    const auto receipt = BlockingStore(store_.get()).Delete(key);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    content_.erase(key);
  }

  void Fill() {
    for (int i = 0; i < 14; ++i) {
      Put(absl::StrCat("key", i % 9), static_cast<Durability>(i % 3 + 1));
    }
    for (const char* const key : {"expiring", "swept"}) {
      Put(key, Durability::kOs, 30, Expiry::After(absl::Seconds(3)));
    }
    Delete("key7");
  }

  void Work() {
    Put("key1", Durability::kMemory);
    const auto snapshot = BlockingStore(store_.get()).OpenSnapshot();
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    const std::map<std::string, std::string> then = content_;
    Put("key2", Durability::kOs);
    Delete("key3");
    Put("key7", Durability::kDisk);
    CheckReads();
    CheckScan(0, absl::Time(), content_);
    Expire();
    CheckScan(snapshot->revision, snapshot->read_time, then);
    const absl::Status released =
        BlockingStore(store_.get()).ReleaseSnapshot(snapshot->id);
    EXPECT_TRUE(released.ok()) << released;
    // Makes the log roll.
    for (int i = 4; i < 7; ++i) {
      Put(absl::StrCat("key", i), Durability::kDisk, 300);
    }
    Ingest();
    Delete("key8");
    CheckReads();
  }

  void Expire() {
    clock_.Advance(absl::Seconds(4));
    for (const char* const key : {"expiring", "swept"}) {
      content_.erase(key);
      const auto gone = BlockingStore(store_.get()).Get(key);
      EXPECT_TRUE(gone.ok() && !gone->has_value());
    }
    // Somebody writes to a key that is being swept.
    Put("expiring", Durability::kMemory);
    // The test's time limit is the limit.
    while (store_->Stats().expired_count == 0) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  void Ingest() {
    Entry entry;
    entry.key = "key0";
    entry.value = Value::Text("ingested");
    VectorSource source("source", {entry});
    absl::StatusOr<IngestReport> report = store_->Ingest(source);
    ASSERT_TRUE(report.ok()) << report.status();
    content_["key0"] = "ingested";
  }

  void CheckReads() {
    for (const auto& [key, value] : content_) {
      const auto entry = BlockingStore(store_.get()).Get(key);
      ASSERT_TRUE(entry.ok()) << entry.status();
      ASSERT_TRUE(entry->has_value()) << key;
      EXPECT_EQ((*entry)->value.bytes, value) << key;
    }
  }

  void CheckScan(Revision at, absl::Time at_time,
                 const std::map<std::string, std::string>& expected) {
    ScanRequest request;
    request.entries_max = 4;
    request.at = at;
    request.at_time = at_time;
    std::map<std::string, std::string> found;
    for (bool more = true; more;) {
      const auto page = BlockingStore(store_.get()).Scan(request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const Entry& entry : page->entries) {
        found[entry.key] = entry.value.bytes;
      }
      more = page->more;
      request.at = page->read_revision;
      request.at_time = page->read_time;
      if (more) request.after = page->entries.back().key;
    }
    EXPECT_EQ(found, expected);
  }

  void CheckAll() {
    CheckReads();
    CheckScan(0, absl::Time(), content_);
  }

  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> store_;
  std::map<std::string, std::string> content_;
  int writes_ = 0;
  bool met_ = false;
};

TEST(InterleavingTest, EveryPointIsReached) {
  Round round;
  const SyncPointNames names;
  round.Live(/*closes_early=*/false);
  EXPECT_GE(CompactionPoints().size() + OtherPoints().size(), 40u);
  EXPECT_THAT(names.seen(), IsSupersetOf(CompactionPoints()));
  EXPECT_THAT(names.seen(), IsSupersetOf(OtherPoints()));
}

// A part of the pairs: those of one sync point of the compaction.
class InterleavingTest : public ::testing::TestWithParam<size_t> {};

TEST_P(InterleavingTest, EitherOrderOfEachPairIsRight) {
  const std::string& of_compaction = CompactionPoints()[GetParam()];
  int met = 0;
  for (const std::string& other : OtherPoints()) {
    for (const bool compaction_first : {true, false}) {
      const std::string& first = compaction_first ? of_compaction : other;
      const std::string& second = compaction_first ? other : of_compaction;
      SCOPED_TRACE(absl::StrCat(first, " before ", second));
      Round round;
      round.Run(first, second);
      met += round.met() ? 1 : 0;
      if (HasFailure()) return;
    }
  }
  std::printf("%s: %d of %d orders met\n", of_compaction.c_str(), met,
              static_cast<int>(2 * OtherPoints().size()));
  // Locks rule out some; where hardly any is met the points have moved.
  EXPECT_GT(met, static_cast<int>(OtherPoints().size()));
}

INSTANTIATE_TEST_SUITE_P(Compaction, InterleavingTest,
                         ::testing::Range(size_t{0},
                                          CompactionPoints().size()));

}  // namespace
}  // namespace rundlet
