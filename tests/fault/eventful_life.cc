#include "tests/fault/eventful_life.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/vector_source.h"

namespace rundlet {

EventfulLife::EventfulLife()
    : slow_(WatchAll()), late_(WatchAll()), present_(WatchAll()) {
  OpenStore();
  Fill();
}

void EventfulLife::OpenStore() {
  Options options;
  options.path = "/data";
  options.segment_bytes = 700;
  options.revision_block = 8;
  options.cache_entries = 3;
  options.sync_interval = absl::Milliseconds(2);
  options.sweep_interval = absl::Milliseconds(1);
  options.compaction_live_ratio = 0;
  options.verify_bytes_per_second = 0;
  // Over when keys expire.
  options.limits.page_lease = absl::Seconds(2);
  options.file_system = &disk_;
  options.clock = &clock_;
  auto opened = Open(std::move(options));
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

void EventfulLife::Put(const std::string& key, Durability durability,
                       size_t bytes, Expiry expiry) {
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
  written_[receipt->revision][key] = absl::StrCat("+", value);
}

void EventfulLife::Delete(const std::string& key) {
  const auto receipt = BlockingStore(store_.get()).Delete(key);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  content_.erase(key);
  written_[receipt->revision][key] = "-";
}

void EventfulLife::Request(const std::string& id) {
  Transaction put;
  put.operations.push_back(PutOperation{id, Value::Text(id)});
  put.request = RequestId{"client", id};
  const auto receipt = BlockingStore(store_.get()).Commit(put);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->replayed, requests_.count(id) > 0);
  if (receipt->replayed) return;
  requests_[id] = *receipt;
  content_[id] = id;
  written_[receipt->revision][id] = absl::StrCat("+", id);
}

void EventfulLife::Fill() {
  Request("request1");
  for (int i = 0; i < 14; ++i) {
    Put(absl::StrCat("key", i % 9), static_cast<Durability>(i % 3 + 1));
  }
  for (const char* const key : {"expiring", "swept"}) {
    Put(key, Durability::kOs, 30, Expiry::After(absl::Seconds(3)));
  }
  Delete("key7");
  BeginWatches();
}

void EventfulLife::Live(Course course, const std::function<void()>& has_begun) {
  Done done;
  store_->Compact([&done](const absl::StatusOr<CompactionReport>& report) {
    done.compaction = report.status();
    done.compacted.Notify();
  });
  has_begun();
  Work(course, &done);
  if (course != Course::kClosesBeside) {
    done.compacted.WaitForNotification();
    CheckAll();
  }
  Close();
  done.compacted.WaitForNotification();
  EXPECT_TRUE(done.compaction.ok() || (course != Course::kUsual &&
                                       absl::IsUnavailable(done.compaction)))
      << done.compaction;
}

void EventfulLife::Work(Course course, Done* done) {
  Put("key1", Durability::kMemory);
  const auto snapshot = BlockingStore(store_.get()).OpenSnapshot();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const std::map<std::string, std::string> then = content_;
  Put("key2", Durability::kOs);
  Delete("key3");
  Put("key7", Durability::kDisk);
  Request("request2");
  Request("request1");
  CheckReads();
  CheckScan(store_.get(), 0, absl::Time(), content_);
  FollowWatches();
  BackUp();
  Verify();
  Expire();
  CheckScan(store_.get(), snapshot->revision, snapshot->read_time, then);
  const absl::Status released =
      BlockingStore(store_.get()).ReleaseSnapshot(snapshot->id);
  EXPECT_TRUE(released.ok()) << released;
  // Makes the log roll.
  for (int i = 4; i < 7; ++i) {
    Put(absl::StrCat("key", i), Durability::kDisk, 300);
  }
  FollowWatches();
  AwaitCompaction(course, done);
  Ingest();
  Delete("key8");
  EndWatches();
  CheckReads();
}

void EventfulLife::AwaitCompaction(Course course, Done* done) {
  if (course == Course::kUsual) done->compacted.WaitForNotification();
}

void EventfulLife::Expire() {
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

void EventfulLife::Ingest() {
  Entry entry;
  entry.key = "key0";
  entry.value = Value::Text("ingested");
  VectorSource source("source", {entry});
  absl::StatusOr<IngestReport> report = store_->Ingest(source);
  ASSERT_TRUE(report.ok()) << report.status();
  content_["key0"] = "ingested";
}

void EventfulLife::Close() {
  // Somebody waits for a change, and a backup is under way.
  outliving_.push_back(present_.Stop());
  absl::Status watched;
  outliving_.back()->watch().Next(
      [&watched](const absl::StatusOr<WatchBatch>& batch) {
        watched = batch.status();
      });
  absl::Status backed_up;
  store_->Backup("/late", [&backed_up](const absl::StatusOr<BackupReport>& r) {
    backed_up = r.status();
  });
  store_ = nullptr;
  EXPECT_TRUE(watched.ok() || absl::IsUnavailable(watched)) << watched;
  EXPECT_TRUE(backed_up.ok() || absl::IsUnavailable(backed_up)) << backed_up;
}

void EventfulLife::LookBack() {
  OpenStore();
  if (store_ == nullptr) return;
  EXPECT_TRUE(store_->Stats().recovery_used_checkpoint);
  CheckAll();
  CheckRequests(store_.get());
  Verify();
  store_ = nullptr;
  CheckBackup();
}

void EventfulLife::CheckReads() {
  for (const auto& [key, value] : content_) {
    const auto entry = BlockingStore(store_.get()).Get(key);
    ASSERT_TRUE(entry.ok()) << entry.status();
    ASSERT_TRUE(entry->has_value()) << key;
    EXPECT_EQ((*entry)->value.bytes, value) << key;
  }
}

void EventfulLife::CheckRequests(Store* store) {
  for (const auto& [id, receipt] : requests_) {
    Transaction put;
    put.operations.push_back(PutOperation{id, Value::Text(id)});
    put.request = RequestId{"client", id};
    const auto again = BlockingStore(store).Commit(put);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->replayed) << id;
    EXPECT_EQ(again->revision, receipt.revision) << id;
  }
}

void EventfulLife::CheckScan(
    Store* store, Revision at, absl::Time at_time,
    const std::map<std::string, std::string>& expected) {
  ScanRequest request;
  request.entries_max = 4;
  request.at = at;
  request.at_time = at_time;
  std::map<std::string, std::string> found;
  for (bool more = true; more;) {
    const auto page = BlockingStore(store).Scan(request);
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

void EventfulLife::CheckAll() {
  CheckReads();
  CheckScan(store_.get(), 0, absl::Time(), content_);
}

}  // namespace rundlet
