// Goal: the pages of one scan are one point of the order of writes, whatever
// is written meanwhile; a revision that is not kept is an error, not a guess.
// Method: walk a range in small pages and write between them.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

// The request for the page behind `page`.
ScanRequest Next(ScanRequest request, const ScanPage& page) {
  request.at = page.read_revision;
  request.at_time = page.read_time;
  request.after = page.entries.back().key;
  return request;
}

absl::StatusOr<ScanPage> SteadyScan(Store* store, ScanRequest request) {
  return BlockingStore(store).Scan(std::move(request));
}

TEST_P(PageLaws, PagesJoinToTheWholeRange) {
  std::vector<std::string> keys;
  for (int i = 100; i < 125; ++i) keys.push_back(std::to_string(i));
  for (const std::string& key : keys) Put(key, "v");
  for (const bool reverse : {false, true}) {
    std::vector<std::string> found;
    ScanRequest request;
    request.reverse = reverse;
    request.entries_max = 4;
    for (bool more = true; more;) {
      const auto page = SteadyScan(steady_store(), request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const Entry& entry : page->entries) found.push_back(entry.key);
      ASSERT_FALSE(page->entries.empty());
      more = page->more;
      request = Next(request, *page);
    }
    if (reverse) std::reverse(found.begin(), found.end());
    EXPECT_EQ(found, keys);
  }
}

TEST_P(PageLaws, WritesBetweenPagesAreNotSeen) {
  for (const char* key : {"a", "c", "e", "g"}) Put(key, "old");
  ScanRequest request;
  request.entries_max = 1;
  auto page = SteadyScan(steady_store(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Texts(page->entries), ElementsAre("a=old"));

  BlockingStore writer(steady_store());
  ASSERT_TRUE(writer.Put("b", Value::Text("new")).ok());
  ASSERT_TRUE(writer.Put("c", Value::Text("new")).ok());
  ASSERT_TRUE(writer.Put("c", Value::Text("newer")).ok());
  ASSERT_TRUE(writer.Delete("e").ok());
  ASSERT_TRUE(writer.Delete("g").ok());
  ASSERT_TRUE(writer.Put("g", Value::Text("again")).ok());

  std::vector<std::string> rest;
  const Revision revision = page->read_revision;
  while (page->more) {
    page = SteadyScan(steady_store(), Next(request, *page));
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->read_revision, revision);
    for (std::string& text : Texts(page->entries)) rest.push_back(text);
  }
  EXPECT_THAT(rest, ElementsAre("c=old", "e=old", "g=old"));
}

TEST_P(PageLaws, TimeBetweenPagesExpiresNothing) {
  for (const char* key : {"a", "b", "c"}) {
    Put(key, "v", Expiry::After(absl::Seconds(10)));
  }
  ScanRequest request;
  request.entries_max = 1;
  auto page = SteadyScan(steady_store(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  PassTime(absl::Seconds(20));
  request.entries_max = 10;
  page = SteadyScan(steady_store(), Next(request, *page));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Texts(page->entries), ElementsAre("b=v", "c=v"));
  EXPECT_FALSE(Get("b").has_value());
}

TEST_P(PageLaws, APageIsRepeatable) {
  for (const char* key : {"a", "b", "c"}) Put(key, "old");
  ScanRequest request;
  request.entries_max = 1;
  const auto first = SteadyScan(steady_store(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(
        BlockingStore(steady_store()).Put("b", Value::Text("new")).ok());
    const auto page = SteadyScan(steady_store(), Next(request, *first));
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_THAT(Texts(page->entries), ElementsAre("b=old"));
  }
}

TEST_P(PageLaws, EachPageExtendsTheLease) {
  Limits limits;
  limits.page_lease = absl::Seconds(60);
  Open(limits);
  for (const char* key : {"a", "b", "c", "d", "e"}) Put(key, "old");
  ScanRequest request;
  request.entries_max = 1;
  auto page = SteadyScan(steady_store(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_TRUE(BlockingStore(steady_store()).Put("e", Value::Text("new")).ok());
  for (int i = 0; i < 4; ++i) {
    PassTime(absl::Seconds(59));
    page = SteadyScan(steady_store(), Next(request, *page));
    ASSERT_TRUE(page.ok()) << page.status();
  }
  EXPECT_THAT(Texts(page->entries), ElementsAre("e=old"));
}

TEST_P(PageLaws, ALeaseThatHasPassedIsOutOfRange) {
  Limits limits;
  limits.page_lease = absl::Seconds(60);
  Open(limits);
  for (const char* key : {"a", "b", "c"}) Put(key, "old");
  ScanRequest request;
  request.entries_max = 1;
  const auto page = SteadyScan(steady_store(), request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_TRUE(BlockingStore(steady_store()).Put("b", Value::Text("new")).ok());
  PassTime(absl::Seconds(61));
  EXPECT_EQ(SteadyScan(steady_store(), Next(request, *page)).status().code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace rundlet
