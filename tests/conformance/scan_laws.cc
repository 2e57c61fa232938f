// Goal: a scan gives what is in its range, in order, as much as was asked for.
// Method: a few keys around every edge of ranges, prefixes and limits.

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ScanRequest RangeRequest(KeyRange range) {
  ScanRequest request;
  request.range = std::move(range);
  return request;
}

TEST_P(ScanLaws, AnEmptyStoreHasNothing) {
  const ScanPage page = Scan({});
  EXPECT_THAT(page.entries, IsEmpty());
  EXPECT_EQ(page.count, 0u);
  EXPECT_FALSE(page.more);
}

TEST_P(ScanLaws, KeysComeInByteOrder) {
  for (const char* key : {"b", "a", "aa", "B", "ä", "a!", "z"}) Put(key, "");
  EXPECT_THAT(Texts(Scan({}).entries),
              ElementsAre("B=", "a=", "a!=", "aa=", "b=", "z=", "ä="));
  ScanRequest reverse;
  reverse.reverse = true;
  EXPECT_THAT(Texts(Scan(reverse).entries),
              ElementsAre("ä=", "z=", "b=", "aa=", "a!=", "a=", "B="));
}

TEST_P(ScanLaws, StartIsIncludedAndEndIsNot) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, key);
  EXPECT_THAT(Texts(Scan(RangeRequest({"b", "d"})).entries),
              ElementsAre("b=b", "c=c"));
  EXPECT_THAT(Texts(Scan(RangeRequest({"", "b"})).entries), ElementsAre("a=a"));
  EXPECT_THAT(Texts(Scan(RangeRequest({"c", ""})).entries),
              ElementsAre("c=c", "d=d"));
  EXPECT_THAT(Texts(Scan(RangeRequest({"bb", "cc"})).entries),
              ElementsAre("c=c"));
  EXPECT_THAT(Scan(RangeRequest({"b", "b"})).entries, IsEmpty());
}

TEST_P(ScanLaws, PrefixTakesWhatBeginsWithItAlone) {
  for (const char* key : {"user", "user:", "user:1", "user:2", "user;", "v"}) {
    Put(key, "");
  }
  EXPECT_THAT(Texts(Scan(RangeRequest(KeyRange::Prefix("user:"))).entries),
              ElementsAre("user:=", "user:1=", "user:2="));
  EXPECT_EQ(Scan(RangeRequest(KeyRange::Prefix(""))).entries.size(), 6u);
  EXPECT_THAT(Scan(RangeRequest(KeyRange::Prefix("w"))).entries, IsEmpty());
}

TEST_P(ScanLaws, EntriesMaxIsKeptAndMoreIsTold) {
  for (const char* key : {"a", "b", "c"}) Put(key, "");
  ScanRequest request;
  request.entries_max = 2;
  ScanPage page = Scan(request);
  EXPECT_THAT(Texts(page.entries), ElementsAre("a=", "b="));
  EXPECT_EQ(page.count, 2u);
  EXPECT_TRUE(page.more);
  request.entries_max = 3;
  EXPECT_FALSE(Scan(request).more);
  request.reverse = true;
  request.entries_max = 1;
  page = Scan(request);
  EXPECT_THAT(Texts(page.entries), ElementsAre("c="));
  EXPECT_TRUE(page.more);
}

TEST_P(ScanLaws, DeletedKeysAreNeitherShownNorCounted) {
  for (const char* key : {"a", "b", "c"}) Put(key, "");
  Delete("b");
  EXPECT_THAT(Texts(Scan({}).entries), ElementsAre("a=", "c="));
  ScanRequest request;
  request.entries_max = 2;
  EXPECT_FALSE(Scan(request).more);
  Delete("c");
  request.entries_max = 1;
  EXPECT_FALSE(Scan(request).more);
}

TEST_P(ScanLaws, MetadataLeavesTheBytesOut) {
  const Receipt put = Put("a", std::string(100, '1'));
  ScanRequest request;
  request.projection = ScanRequest::Projection::kMetadata;
  const ScanPage page = Scan(request);
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.entries[0].key, "a");
  EXPECT_EQ(page.entries[0].value.bytes, "");
  EXPECT_EQ(page.entries[0].revision, put.revision);
  EXPECT_EQ(page.entries[0].version, 1u);
}

TEST_P(ScanLaws, CountCountsAllOfTheRange) {
  for (const char* key : {"a1", "a2", "a3", "b1"}) Put(key, "");
  ScanRequest request = RangeRequest(KeyRange::Prefix("a"));
  request.projection = ScanRequest::Projection::kCount;
  request.entries_max = 1;
  const ScanPage page = Scan(request);
  EXPECT_EQ(page.count, 3u);
  EXPECT_FALSE(page.more);
  EXPECT_THAT(page.entries, IsEmpty());
}

TEST_P(ScanLaws, EntriesAreWhole) {
  Put("a", "1", Expiry::After(absl::Hours(1)));
  Put("a", "2", Expiry::Keep());
  const Entry read = Existing("a");
  const ScanPage page = Scan({});
  ASSERT_EQ(page.entries.size(), 1u);
  const Entry& entry = page.entries[0];
  EXPECT_EQ(entry.value, read.value);
  EXPECT_EQ(entry.revision, read.revision);
  EXPECT_EQ(entry.create_revision, read.create_revision);
  EXPECT_EQ(entry.version, 2u);
  EXPECT_EQ(entry.created, read.created);
  EXPECT_EQ(entry.modified, read.modified);
  EXPECT_EQ(entry.expiry, read.expiry);
  EXPECT_GE(page.read_revision, entry.revision);
}

}  // namespace
}  // namespace rundlet
