// WrittenLog: a log on a disk in memory, written, synced and rolled by hand.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_WATCH_WRITTEN_LOG_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_WATCH_WRITTEN_LOG_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/log/log_writer.h"
#include "storage/log/segment.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {

// One thread at a time.
class WrittenLog {
 public:
  WrittenLog() : chain_(NewSegment(), /*newest=*/0) {}

  LogChain& chain() { return chain_; }
  CrashableFileSystem& disk() { return disk_; }

  // A transaction of puts to these keys, as a group of its own.
  void Write(Revision revision, const std::vector<std::string>& keys) {
    std::vector<Record> records;
    for (const std::string& key : keys) {
      Record record;
      record.key = key;
      record.kind = ValueKind::kText;
      record.value = "value";
      record.revision = record.create_revision = revision;
      record.version = 1;
      record.ends_transaction = &key == &keys.back();
      records.push_back(record);
    }
    std::vector<Location> locations;
    const absl::Status written =
        writer_->Append(records, /*time_us=*/0, /*synced_bytes=*/0, &locations);
    EXPECT_TRUE(written.ok()) << written;
    newest_ = revision;
  }
  void Sync() { chain_.Extend(writer_->segment()->bytes(), newest_); }
  void Roll() {
    const uint64_t bytes = writer_->segment()->bytes();
    chain_.Roll(bytes, newest_, NewSegment());
  }

 private:
  std::shared_ptr<Segment> NewSegment() {
    auto segment = Segment::Create(&disk_, "/", {++last_id_, FileKind::kLog},
                                   std::string(16, 'i'), /*recovered=*/false);
    EXPECT_TRUE(segment.ok()) << segment.status();
    writer_ = std::make_unique<LogWriter>(*segment, SegmentSeal());
    return *std::move(segment);
  }

  CrashableFileSystem disk_;
  uint64_t last_id_ = 0;
  Revision newest_ = 0;
  std::unique_ptr<LogWriter> writer_;
  LogChain chain_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_WATCH_WRITTEN_LOG_H_
