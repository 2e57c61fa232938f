// Goal: what a log says in the end is what the store holds; what cannot be
// imported is told by offset and reason; what was overwritten never comes back.
// Method: hand-made logs, imported into the model of a store.

#include "storage/legacy/legacy_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kPath[] = "/kv.db";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

std::string Framed(absl::string_view json) {
  return absl::StrCat(json.size(), " ", Crc32(0, json), "\n", json, "\n");
}

std::string Put(absl::string_view key, absl::string_view value,
                absl::string_view expiry = "0") {
  return Framed(absl::StrCat(R"({"op": "put", "key": ")", key,
                             R"(", "value": )", value, R"(, "expiry": )",
                             expiry, "}"));
}

std::string Delete(absl::string_view key) {
  return Framed(absl::StrCat(R"({"op": "delete", "key": ")", key, "\"}"));
}

class LegacyImportTest : public ::testing::Test {
 protected:
  absl::StatusOr<LegacyImport> Import(const std::string& log) {
    files_.SetImage({{kPath, log}});
    return ImportLegacyLog(&store_, &files_, kPath, kNow);
  }

  std::map<std::string, std::string> Values() const {
    std::map<std::string, std::string> values;
    for (const auto& [key, entry] : store_.Entries()) {
      values[key] = entry.value.bytes;
    }
    return values;
  }

  FakeClock clock_{kNow};
  CrashableFileSystem files_;
  ModelStore store_{&clock_};
};

TEST_F(LegacyImportTest, TheLastRecordOfAKeyWins) {
  const auto import =
      Import(Put("b", "1") + Put("a", "\"x\"") + Delete("b") + Put("a", "2") +
             Put("c", "3") + Delete("c") + Put("c", "4") + Delete("nobody"));
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(Values(), ElementsAre(Pair("a", "2"), Pair("c", "4")));
  EXPECT_EQ(import->log.put_count, 5);
  EXPECT_EQ(import->log.delete_count, 3);
  EXPECT_EQ(import->log.entry_count, 2);
  EXPECT_EQ(import->log.skipped_count, 0);
  EXPECT_EQ(import->ingest.entry_count, 2);
}

TEST_F(LegacyImportTest, KeepsExpiryTimesAndLeavesOutThePassedOnes) {
  const auto import =
      Import(Put("old", "1") + Put("old", "2", "1700000000") +
             Put("new", "3", "1700000000.5") + Put("never", "4", "0") +
             Put("renewed", "5", "1600000000") + Put("renewed", "6", "0"));
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(Values(), ElementsAre(Pair("never", "4"), Pair("new", "3"),
                                    Pair("renewed", "6")));
  EXPECT_EQ(import->log.expired_count, 1);
  EXPECT_EQ(store_.Entries().at("new").expiry, kNow + absl::Milliseconds(500));
  EXPECT_EQ(store_.Entries().at("never").expiry, absl::InfiniteFuture());
}

TEST_F(LegacyImportTest, TellsWhatItSkips) {
  const std::string first = Put("a", "1");
  const std::string damaged = "9 1\ngarbage\n";
  const std::string refused = Put("a", "NaN");
  const std::string nameless = Framed(R"({"op": "put", "value": 1})");
  const auto import =
      Import(first + damaged + refused + nameless + Put("b", "2"));
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->log.skipped_count, 3);
  const std::vector<SkippedRecord>& skipped = import->log.skipped;
  ASSERT_EQ(skipped.size(), 3);
  EXPECT_EQ(skipped[0].offset, first.size());
  EXPECT_EQ(skipped[0].bytes, damaged.size());
  EXPECT_EQ(skipped[0].key, "");
  EXPECT_THAT(skipped[0].reason, HasSubstr("the line has 7 of 9 characters"));
  EXPECT_EQ(skipped[1].offset, first.size() + damaged.size());
  EXPECT_EQ(skipped[1].key, "a");
  EXPECT_THAT(skipped[1].reason, HasSubstr("NaN"));
  EXPECT_EQ(skipped[2].offset, first.size() + damaged.size() + refused.size());
  EXPECT_EQ(skipped[2].bytes, nameless.size());
  EXPECT_THAT(skipped[2].reason, HasSubstr("there is no key"));
  // The refused value had overwritten the first one: neither is there.
  EXPECT_THAT(Values(), ElementsAre(Pair("b", "2")));
}

TEST_F(LegacyImportTest, BoundsTheListOfSkippedRecords) {
  std::string log;
  for (uint64_t i = 0; i <= kSkippedRecordsListedMax; ++i) log += "1 1\nx\n";
  const auto import = Import(log);
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->log.skipped_count, kSkippedRecordsListedMax + 1);
  EXPECT_EQ(import->log.skipped.size(), kSkippedRecordsListedMax);
}

TEST_F(LegacyImportTest, TakesKeysUpToTheLimit) {
  const std::string longest(store_.limits().key_bytes_max, 'k');
  const auto import = Import(Put(longest, "1") + Put(longest + "k", "2"));
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(Values(), ElementsAre(Pair(longest, "1")));
  EXPECT_THAT(import->log.skipped.at(0).reason,
              HasSubstr("key has 4097 bytes, at most 4096"));
}

TEST_F(LegacyImportTest, ImportsALogOnce) {
  const std::string log = Put("a", "1");
  ASSERT_TRUE(Import(log).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Import(log).status()));
  EXPECT_TRUE(Import(log + Put("b", "2")).ok());
  EXPECT_THAT(Values(), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_F(LegacyImportTest, ImportsAnEmptyLog) {
  const auto import = Import("");
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_THAT(Values(), IsEmpty());
}

TEST_F(LegacyImportTest, NamesAFileThatIsNotThere) {
  const auto import = ImportLegacyLog(&store_, &files_, "/nobody", kNow);
  EXPECT_TRUE(absl::IsNotFound(import.status()));
  EXPECT_THAT(std::string(import.status().message()), HasSubstr("/nobody"));
}

TEST_F(LegacyImportTest, NoticesAFileThatChanges) {
  files_.SetImage({{kPath, Put("a", "1")}});
  auto log = LegacyLog::Read(&files_, kPath, kNow, Limits());
  ASSERT_TRUE(log.ok()) << log.status();
  auto file = files_.OpenFile(kPath);
  ASSERT_TRUE((*file)->WriteAt(0, Put("a", "2")).ok());
  Entry entry;
  EXPECT_TRUE(absl::IsAborted((*log)->Next(&entry).status()));
}

}  // namespace
}  // namespace rundlet
