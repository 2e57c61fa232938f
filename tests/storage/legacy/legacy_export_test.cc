// Goal: what BitPyStore wrote, imported and exported, is the same again; what
// it cannot hold is told by key; the file is whole or not there.
// Method: logs that BitPyStore wrote, with what it read from them; a log that
// Python wrote with every sort of value; a disk that loses power.

#include "storage/legacy/legacy_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/blocking_store.h"
#include "storage/legacy/legacy_import.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

// Key to value and expiry in Unix seconds.
using Contents = std::map<std::string, std::pair<std::string, int64_t>>;

// The instant before the first expiry time of the logs, and one after it.
const absl::Time kBefore = absl::FromUnixSeconds(1'795'359'449);
const absl::Time kAfter = absl::FromUnixSeconds(1'795'359'450);

std::string TestFile(const std::string& name) {
  std::ifstream stream("tests/storage/legacy/testdata/" + name,
                       std::ios::binary);
  EXPECT_TRUE(stream.good()) << name;
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

// What BitPyStore read from a log, apart from what has expired at `now`.
Contents Expected(const std::string& log, absl::Time now) {
  Contents contents;
  const auto json = nlohmann::json::parse(TestFile(log + ".expected.json"));
  for (const auto& [key, entry] : json.items()) {
    const int64_t expiry = entry["expiry"].get<int64_t>();
    if (expiry != 0 && absl::FromUnixSeconds(expiry) <= now) continue;
    contents[key] = {entry["value"].get<std::string>(), expiry};
  }
  return contents;
}

// One store, one disk, one instant.
struct House {
  explicit House(absl::Time now) : clock(now) {}

  absl::StatusOr<LegacyImport> Import(const std::string& path) {
    return ImportLegacyLog(&store, &files, path, clock.Now());
  }
  absl::StatusOr<LegacyExport> Export(const std::string& path) {
    return ExportLegacyLog(&store, &files, path);
  }
  Contents StoreContents() const {
    Contents contents;
    for (const auto& [key, entry] : store.Entries()) {
      EXPECT_EQ(entry.value.kind, ValueKind::kText);
      contents[key] = {entry.value.bytes,
                       entry.expiry == absl::InfiniteFuture()
                           ? 0
                           : absl::ToUnixSeconds(entry.expiry)};
    }
    return contents;
  }

  FakeClock clock;
  CrashableFileSystem files;
  ModelStore store{&clock};
};

struct Sample {
  std::string name;
  uint64_t skipped_offset;  // of the one record that is damaged
  uint64_t skipped_bytes;   // 0 if there is none
  std::string reason;
};

class SampleTest
    : public ::testing::TestWithParam<std::tuple<Sample, absl::Time>> {};

TEST_P(SampleTest, ImportsAndExports) {
  const auto& [sample, now] = GetParam();
  const Contents expected = Expected(sample.name, now);
  const size_t all = Expected(sample.name, absl::InfinitePast()).size();
  House house(now);
  house.files.SetImage({{"/in", TestFile(sample.name + ".log")}});
  const auto import = house.Import("/in");
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(house.StoreContents(), expected);
  EXPECT_EQ(import->log.entry_count, expected.size());
  EXPECT_EQ(import->log.expired_count, all - expected.size());
  if (sample.skipped_bytes == 0) {
    EXPECT_EQ(import->log.skipped_count, 0);
  } else {
    ASSERT_EQ(import->log.skipped_count, 1);
    EXPECT_EQ(import->log.skipped[0].offset, sample.skipped_offset);
    EXPECT_EQ(import->log.skipped[0].bytes, sample.skipped_bytes);
    EXPECT_THAT(import->log.skipped[0].reason, HasSubstr(sample.reason));
  }

  const auto exported = house.Export("/out");
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->entry_count, expected.size());
  House second(now);
  second.files.SetImage(house.files.Image());
  const auto again = second.Import("/out");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->log.skipped_count, 0);
  EXPECT_EQ(second.StoreContents(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, SampleTest,
    ::testing::Combine(
        ::testing::Values(
            Sample{"everyday", 0, 0, ""}, Sample{"compacted", 0, 0, ""},
            Sample{"corrupt-middle", 18602, 111, "the header says 2924812900"},
            Sample{"torn-tail", 37217, 30, "ends behind 17 of 33 characters"}),
        ::testing::Values(kBefore, kAfter)));

TEST(LegacyExportTest, GivesBackWhatPythonWrote) {
  const std::string log = TestFile("any_values.log");
  House house(kBefore);
  house.files.SetImage({{"/in", log}});
  const auto import = house.Import("/in");
  ASSERT_TRUE(import.ok()) << import.status();
  EXPECT_EQ(import->log.skipped_count, 0);
  ASSERT_TRUE(house.Export("/out").ok());
  EXPECT_TRUE(house.files.Image()["/out"] == log) << "the bytes differ";
}

TEST(LegacyExportTest, PagesThroughALargeStore) {
  House house(kBefore);
  BlockingStore store(&house.store);
  for (int i = 0; i < 2500; ++i) {
    ASSERT_TRUE(store.Put(absl::StrCat("k", i), Value::Text("v")).ok());
  }
  const auto exported = house.Export("/out");
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->entry_count, 2500);
  EXPECT_EQ(exported->file_bytes, house.files.Image()["/out"].size());
}

TEST(LegacyExportTest, TellsWhatBitPyStoreCannotHold) {
  House house(kBefore);
  BlockingStore store(&house.store);
  ASSERT_TRUE(store.Put("a", Value::Text("1")).ok());
  ASSERT_TRUE(store.Put("b", Value::Data("2")).ok());
  ASSERT_TRUE(store.Put("c\xFF", Value::Text("3")).ok());
  const auto exported = house.Export("/out");
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->entry_count, 1);
  EXPECT_EQ(exported->refused_count, 2);
  ASSERT_EQ(exported->refused.size(), 2);
  EXPECT_EQ(exported->refused[0].key, "b");
  EXPECT_THAT(exported->refused[0].reason, HasSubstr("bytes"));
  EXPECT_EQ(exported->refused[1].key, "c\xFF");
  EXPECT_EQ(
      house.files.Image()["/out"],
      "52 1033276341\n{\"op\": \"put\", \"key\": \"a\", \"value\": \"1\", "
      "\"expiry\": 0}\n");
}

TEST(LegacyExportTest, ReplacesNoFile) {
  House house(kBefore);
  house.files.SetImage({{"/out", "mine"}, {"/other.partial", "left over"}});
  EXPECT_TRUE(absl::IsAlreadyExists(house.Export("/out").status()));
  EXPECT_EQ(house.files.Image()["/out"], "mine");
  EXPECT_TRUE(house.Export("/other").ok());
}

// Whatever call the power goes at: the name holds the whole log, or nothing.
TEST(LegacyExportTest, IsWholeOrNotThere) {
  SeededRandom random(TestSeed());
  bool done = false;
  for (uint64_t call = 1; !done; ++call) {
    House house(kBefore);
    ASSERT_TRUE(BlockingStore(&house.store).Put("a", Value::Text("1")).ok());
    ASSERT_TRUE(house.files.MakeDirectory("/folder").ok());
    house.files.PowerOffAtCall(call);
    done = house.Export("/folder/out").ok();
    house.files.PowerOff();
    house.files.PowerOn(PowerLoss::kUnsynced, random);
    const auto image = house.files.Image();
    const auto out = image.find("/folder/out");
    ASSERT_TRUE(out != image.end() || !done);
    if (out != image.end()) {
      EXPECT_EQ(out->second.size(), 67) << call;
    }
  }
}

}  // namespace
}  // namespace rundlet
