// Goal: whoever asks a store that compresses gets values as they were put: by
// get, scan, watch, snapshot, condition and request; from memory, cache, log
// and base segments; before and after restarts, crashes, compactions, backups
// and repairs; and damage is told, never a wrong value.
// Method: session values and incompressible ones in stores of each compression,
// on a disk in memory; payloads changed under a checksum that is right.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/backup.h"
#include "storage/blocking_store.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"
#include "storage/format/record.h"
#include "storage/open.h"
#include "storage/repair.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Values = std::map<std::string, std::string>;

class CompressedStoreTest : public ::testing::TestWithParam<Compression> {
 protected:
  void SetUp() override { Open("/data", GetParam()); }

  void Open(const std::string& path, Compression compression) {
    Options options;
    options.path = path;
    options.segment_bytes = 64 << 10;
    options.cache_entries = 20;
    options.compression = compression;
    options.dictionary_sample_bytes = 60'000;
    options.compaction_live_ratio = 0;
    options.sync_interval = absl::Milliseconds(1);
    options.file_system = &disk_;
    options.clock = &clock_;
    store_.reset();
    auto opened = rundlet::Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  BlockingStore db() { return BlockingStore(store_.get()); }
  uint64_t DictionaryCount() {
    return store_->Stats().compression.dictionary_count;
  }

  std::string RandomValue() {
    return random_.OneIn(4) ? random_.Bytes(random_.Below(400))
                            : SessionValue(random_);
  }
  void Put(const std::string& key, const std::string& value) {
    Transaction transaction;
    transaction.durability = Durability::kOs;
    transaction.operations = {PutOperation{key, Value::Data(value)}};
    ASSERT_TRUE(db().Commit(std::move(transaction)).ok());
    values_[key] = value;
  }
  // With zstd, until the store has learned from them.
  void Fill() {
    for (int i = 0; i < 300; ++i) Put(absl::StrCat("k", i), RandomValue());
    while (GetParam() == Compression::kZstd && DictionaryCount() == 0) {
      Put(absl::StrCat("k", random_.Below(300)), SessionValue(random_));
    }
    for (int i = 300; i < 500; ++i) Put(absl::StrCat("k", i), RandomValue());
  }

  Values ReadAll() {
    Values values;
    ScanRequest request;
    while (true) {
      const auto page = db().Scan(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return values;
      for (const Entry& entry : page->entries) {
        values[entry.key] = entry.value.bytes;
      }
      if (!page->more) return values;
      request.after = page->entries.back().key;
    }
  }
  // Closes the store and repairs it into /repaired.
  absl::StatusOr<RepairReport> Repair() {
    store_.reset();
    RepairRequest repair;
    repair.from = "/data";
    repair.to = "/repaired";
    repair.file_system = &disk_;
    return RepairStore(std::move(repair));
  }

  void ExpectAll() {
    EXPECT_EQ(ReadAll(), values_);
    for (int i = 0; i < 2; ++i) {  // from the log, and from the cache
      for (const auto& [key, value] : values_) {
        const auto entry = db().Get(key);
        ASSERT_TRUE(entry.ok()) << entry.status();
        ASSERT_EQ((*entry)->value.bytes, value);
        if (values_.size() > 20 && i == 0) break;
      }
    }
    const auto verified = db().Verify();
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->damage_count, 0u);
  }

  SeededRandom random_{TestSeed()};
  CrashableFileSystem disk_;
  FakeClock clock_;
  Values values_;
  std::unique_ptr<Store> store_;
};

TEST_P(CompressedStoreTest, IsReadAsItWasPutWhateverHappensToIt) {
  Fill();
  ExpectAll();
  ASSERT_TRUE(db().Compact().ok());
  ExpectAll();
  Open("/data", GetParam());
  EXPECT_EQ(DictionaryCount() > 0, GetParam() == Compression::kZstd);
  ExpectAll();
  Fill();
  // What a crash leaves is copied to a segment of its own.
  disk_.PowerOff();
  store_.reset();
  SeededRandom random(1);
  disk_.PowerOn(PowerLoss::kNothing, random);
  Open("/data", GetParam());
  ExpectAll();
}

TEST_P(CompressedStoreTest, IsReadByAStoreThatCompressesOtherwise) {
  for (const Compression next :
       {Compression::kSnappy, Compression::kNone, Compression::kZstd}) {
    Fill();
    Open("/data", next);
    ExpectAll();
    Put("k7", SessionValue(random_));
    ASSERT_TRUE(db().Compact().ok());
    ExpectAll();
  }
}

TEST_P(CompressedStoreTest, TakesLessRoomAndSaysSo) {
  Fill();  // by as many values as go by while a dictionary is trained
  const CompressionStats before = store_->Stats().compression;
  for (int i = 0; i < 500; ++i) {
    Put(absl::StrCat("k", i), std::string(1000, 'a'));
  }
  const CompressionStats stats = store_->Stats().compression;
  if (GetParam() == Compression::kNone) {
    EXPECT_EQ(stats.value_bytes, 0u);
    return;
  }
  EXPECT_EQ(stats.value_bytes - before.value_bytes, 500'000u);
  EXPECT_LT(stats.stored_bytes - before.stored_bytes, 500'000u / 4);
  ASSERT_TRUE(db().Compact().ok());
  EXPECT_LT(store_->Stats().file_size_bytes, 500'000u / 3);
}

TEST_P(CompressedStoreTest, ACompactionStoresAsTheOptionSaysNow) {
  Open("/other", Compression::kNone);
  for (int i = 0; i < 600; ++i) {
    Put(absl::StrCat("k", i), SessionValue(random_) + std::string(100, 'x'));
  }
  const uint64_t before = store_->Stats().file_size_bytes;
  Open("/other", GetParam());
  // The first shows the trainer what there is.
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(db().Compact().ok());
    if (GetParam() != Compression::kZstd || DictionaryCount() > 0) break;
  }
  Put("k1", SessionValue(random_));  // else there is nothing to compact
  ASSERT_TRUE(db().Compact().ok());
  ExpectAll();
  const uint64_t after = store_->Stats().file_size_bytes;
  if (GetParam() == Compression::kSnappy) {
    EXPECT_LT(after, before * 9 / 10);
  }
  if (GetParam() == Compression::kZstd) {
    EXPECT_LT(after, before / 2);
  }
}

TEST_P(CompressedStoreTest, ConditionsAndAnswersSeeThePlainValue) {
  const std::string value = SessionValue(random_) + std::string(500, 'x');
  Put("key", value);
  Transaction swap;
  Condition is_value;
  is_value.key = "key";
  is_value.target = Condition::Target::kValue;
  is_value.value = Value::Data(value);
  swap.conditions = {is_value};
  swap.return_previous = true;
  swap.operations = {SetExpiryOperation{"key", Expiry::After(absl::Hours(1))},
                     GetOperation{"key"}};
  const auto receipt = db().Commit(std::move(swap));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->branch, Receipt::Branch::kOperations);
  EXPECT_EQ(receipt->results[1].entry->value.bytes, value);
  ExpectAll();
}

TEST_P(CompressedStoreTest, WatchesAndSnapshotsSeeThePlainValue) {
  Fill();
  const auto snapshot = db().OpenSnapshot();
  ASSERT_TRUE(snapshot.ok());
  const Values then = values_;
  WatchReader past(store_.get(), WatchAll(/*from=*/1));
  WatchReader present(store_.get(), WatchAll());
  const std::string value = SessionValue(random_) + std::string(500, 'x');
  Put("k1", value);
  EXPECT_THAT(present.Lines(2), ElementsAre("|", absl::StrCat("+ k1=", value)));
  Values seen;
  while (past.through() < store_->Stats().visible_revision) {
    const auto batch = past.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    for (const Change& change : batch->changes) {
      seen[change.entry.key] = change.entry.value.bytes;
    }
  }
  EXPECT_EQ(seen, values_);
  ReadRequest read;
  read.keys = {"k1", "k2"};
  read.at = snapshot->revision;
  read.at_time = snapshot->read_time;
  const auto before = db().Read(read);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->entries[0]->value.bytes, then.at("k1"));
  EXPECT_EQ(before->entries[1]->value.bytes, then.at("k2"));
}

TEST_P(CompressedStoreTest, ABackupAndARepairKeepValuesAndDictionaries) {
  Fill();
  ASSERT_TRUE(db().Backup("/backup").ok());
  RestoreRequest restore;
  restore.from = "/backup";
  restore.to = "/restored";
  restore.file_system = &disk_;
  const auto restored = RestoreBackup(std::move(restore));
  ASSERT_TRUE(restored.ok()) << restored.status();
  const auto repaired = Repair();
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->loss_count, 0u);
  for (const char* folder : {"/backup", "/restored", "/repaired"}) {
    Open(folder, GetParam());
    ExpectAll();
  }
}

// No bit rot does that: the checksum is right.
TEST_P(CompressedStoreTest, APayloadThatCannotBeDecompressedIsTold) {
  if (GetParam() == Compression::kNone) return;
  Put("bad", std::string(1000, 'a'));
  Put("good", "value");
  store_.reset();
  auto image = disk_.Image();
  constexpr size_t kRecordAt = kFileHeaderBytes + kGroupHeaderBytes;
  const std::string path = "/data/0000000000000001.log";
  std::string& log = image.at(path);
  const std::string store_id = log.substr(16, kStoreIdBytes);
  const size_t record_bytes =
      PeekRecordBytes(absl::string_view(log).substr(kRecordAt));
  ASSERT_LT(record_bytes, 200u) << "it is compressed";
  const size_t value_at = kRecordAt + kRecordHeaderBytes + 3;
  for (size_t at = value_at + 2; at < kRecordAt + record_bytes; ++at) {
    log[at] = '\xff';
  }
  FixCrc(PlaceSeed(SegmentSalt(store_id, 1), kRecordAt), kRecordAt,
         record_bytes, &log);
  disk_.SetImage(image);
  Open("/data", GetParam());
  const absl::Status read = db().Get("bad").status();
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
  EXPECT_THAT(read.message(), HasSubstr(absl::StrCat(path, ": at offset 96")));
  EXPECT_EQ((*db().Get("good"))->value.bytes, "value");
  EXPECT_TRUE(absl::IsDataLoss(db().Backup("/backup").status()));
  const auto verified = db().Verify();
  ASSERT_TRUE(verified.ok()) << verified.status();
  ASSERT_EQ(verified->damage_count, 1u);
  EXPECT_EQ(verified->damage[0].offset, kRecordAt);
  EXPECT_THAT(verified->damage[0].keys_at_risk, ElementsAre("bad"));
  const auto repaired = Repair();
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  ASSERT_EQ(repaired->loss_count, 1u);
  EXPECT_EQ(repaired->losses[0].key, "bad");
  EXPECT_EQ(repaired->losses[0].outcome, LostBytes::Outcome::kGone);
}

TEST_P(CompressedStoreTest, ARepairWithoutDictionariesTellsWhatItLoses) {
  Fill();
  store_.reset();
  auto image = disk_.Image();
  image.erase("/data/MANIFEST");
  disk_.SetImage(image);
  const auto repaired = Repair();
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->loss_count > 0, GetParam() == Compression::kZstd);
  Open("/repaired", GetParam());
  const Values saved = ReadAll();
  EXPECT_GT(saved.size(), 300u) << "from before the dictionary, or plain";
  // A key may show an older value, and the report says so; never another.
  EXPECT_EQ(db().Verify()->damage_count, 0u);
}

std::string NameOf(const ::testing::TestParamInfo<Compression>& info) {
  switch (info.param) {
    case Compression::kNone:
      return "None";
    case Compression::kSnappy:
      return "Snappy";
    case Compression::kZstd:
      return "Zstd";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Compressions, CompressedStoreTest,
                         ::testing::Values(Compression::kNone,
                                           Compression::kSnappy,
                                           Compression::kZstd),
                         NameOf);

}  // namespace
}  // namespace rundlet
