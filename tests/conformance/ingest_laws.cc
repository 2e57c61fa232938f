// Goal: a source is loaded as a whole or not at all, and once.
// Method: good, broken, unordered and repeated sources.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

Entry EntryOf(const std::string& key, const std::string& text) {
  Entry entry;
  entry.key = key;
  entry.value = Value::Text(text);
  return entry;
}

TEST_P(IngestLaws, EntriesBecomeTheNewest) {
  Put("a", "old");
  Put("b", "kept");
  std::vector<Entry> entries = {EntryOf("a", "new"), EntryOf("c", "3")};
  entries[1].value = Value::Json("[3]");
  entries[1].expiry = Existing("a").modified + absl::Seconds(10);
  VectorSource source("source", entries);
  const auto report = steady_store()->Ingest(source);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->entry_count, 2u);
  EXPECT_LE(report->first_revision, report->last_revision);

  const Entry a = Existing("a");
  EXPECT_EQ(a.value.bytes, "new");
  EXPECT_EQ(a.version, 1u);
  EXPECT_EQ(a.create_revision, a.revision);
  EXPECT_GE(a.revision, report->first_revision);
  EXPECT_LE(a.revision, report->last_revision);
  EXPECT_EQ(Existing("b").value.bytes, "kept");
  EXPECT_EQ(Existing("c").value, Value::Json("[3]"));
  EXPECT_GT(Put("d", "4").revision, report->last_revision);
  PassTime(absl::Seconds(10));
  EXPECT_FALSE(Get("c").has_value());
}

TEST_P(IngestLaws, ASourceIsTakenOnce) {
  VectorSource first("label", {EntryOf("a", "1")});
  ASSERT_TRUE(steady_store()->Ingest(first).ok());
  store();  // may restart it
  VectorSource again("label", {EntryOf("a", "2")});
  EXPECT_EQ(steady_store()->Ingest(again).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Existing("a").value.bytes, "1");
  VectorSource other("other", {EntryOf("a", "3")});
  EXPECT_TRUE(steady_store()->Ingest(other).ok());
  EXPECT_EQ(Existing("a").value.bytes, "3");
}

TEST_P(IngestLaws, ABadSourceChangesNothing) {
  const std::string longest(4097, 'k');
  for (const std::vector<Entry>& entries :
       {std::vector<Entry>{EntryOf("b", ""), EntryOf("a", "")},
        std::vector<Entry>{EntryOf("a", ""), EntryOf("a", "")},
        std::vector<Entry>{EntryOf("a", ""), EntryOf(longest, "")},
        std::vector<Entry>{EntryOf("", "")}}) {
    VectorSource source("label", entries);
    EXPECT_EQ(steady_store()->Ingest(source).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(Scan({}).entries.empty());
  }
  VectorSource broken("label", {EntryOf("a", ""), EntryOf("b", "")});
  broken.FailAt(1);
  EXPECT_THAT(steady_store()->Ingest(broken).status().message(),
              HasSubstr("the source broke"));
  EXPECT_TRUE(Scan({}).entries.empty());
  VectorSource good("label", {EntryOf("a", "1")});
  EXPECT_TRUE(steady_store()->Ingest(good).ok());
}

TEST_P(IngestLaws, LabelsHaveALimit) {
  VectorSource none("", {EntryOf("a", "")});
  EXPECT_EQ(steady_store()->Ingest(none).status().code(),
            absl::StatusCode::kInvalidArgument);
  VectorSource longest(std::string(256, 'l'), {EntryOf("a", "")});
  EXPECT_TRUE(steady_store()->Ingest(longest).ok());
  VectorSource longer(std::string(257, 'l'), {EntryOf("a", "")});
  EXPECT_EQ(steady_store()->Ingest(longer).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(IngestLaws, AnEmptySourceIsTaken) {
  VectorSource source("label", {});
  const auto report = steady_store()->Ingest(source);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->entry_count, 0u);
  EXPECT_TRUE(Scan({}).entries.empty());
}

}  // namespace
}  // namespace rundlet
