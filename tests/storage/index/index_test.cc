// Goal: the index answers as of each revision that can be read, forgets what
// nobody can read, and counts what it holds.
// Method: each call alone, at the edges of ranges, pins and expiries.
// index_model_test.cc holds it against a full history at random.

#include "storage/index/index.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Version Put(Revision revision, int64_t expiry_us = 0, uint32_t bytes = 10) {
  Version version;
  version.revision = revision;
  version.expiry_us = expiry_us;
  version.location = {1, revision * 100, bytes};
  return version;
}

Version Delete(Revision revision) {
  Version version = Put(revision);
  version.deleted = true;
  return version;
}

std::vector<std::string> Keys(const Index& index, const KeyRange& range,
                              Revision at, absl::string_view after = "",
                              bool reverse = false, size_t max = 100) {
  std::vector<std::string> keys;
  index.Scan(range, after, reverse, at,
             [&](absl::string_view key, const Version&) {
               keys.emplace_back(key);
               return keys.size() < max;
             });
  return keys;
}

// Every version that it holds, oldest first, as "revision".
std::vector<Revision> Held(const Index& index, absl::string_view key) {
  std::vector<Revision> held;
  index.Walk("",
             [&](absl::string_view walked, absl::Span<const Version> versions) {
               for (const Version& version : versions) {
                 if (walked == key) held.push_back(version.revision);
               }
               return true;
             });
  return held;
}

TEST(IndexTest, FindsTheNewestVersion) {
  Index index;
  EXPECT_FALSE(index.Find("a").has_value());
  index.Apply({{"a", Put(1)}}, 1);
  index.Apply({{"a", Put(3)}, {"b", Put(3)}}, 4);
  EXPECT_EQ(index.Find("a")->revision, 3u);
  EXPECT_EQ(index.visible(), 4u);
  EXPECT_THAT(Held(index, "a"), ElementsAre(3));
  index.Apply({{"a", Delete(5)}}, 5);
  EXPECT_FALSE(index.Find("a").has_value());
  EXPECT_THAT(Held(index, "a"), IsEmpty());
  EXPECT_EQ(index.Find("b")->revision, 3u);
}

TEST(IndexTest, VisibleOnlyGrows) {
  Index index;
  index.Apply({}, 9);
  index.Apply({{"a", Put(3)}}, 3);
  EXPECT_EQ(index.visible(), 9u);
}

TEST(IndexTest, ADeleteOfWhatIsNotThereLeavesNothing) {
  Index index;
  index.Apply({{"a", Delete(1)}}, 1);
  EXPECT_THAT(Held(index, "a"), IsEmpty());
  EXPECT_EQ(index.usage().live_bytes, 0u);
  EXPECT_EQ(index.usage().index_bytes, Index().usage().index_bytes);
}

TEST(IndexTest, APinKeepsWhatItReads) {
  Index index;
  index.Apply({{"a", Put(1)}, {"b", Put(1)}}, 1);
  EXPECT_EQ(index.PinNewest(), 1u);
  index.Apply({{"a", Put(2)}, {"b", Delete(2)}, {"c", Put(2)}}, 2);
  index.Apply({{"a", Put(3)}}, 3);
  EXPECT_THAT(Held(index, "a"), ElementsAre(1, 3));
  std::vector<std::optional<Version>> found;
  EXPECT_EQ(index.FindAll({"a", "b", "c", "d"}, 1, &found), 1u);
  EXPECT_EQ(found[0]->revision, 1u);
  EXPECT_EQ(found[1]->revision, 1u);
  EXPECT_FALSE(found[2].has_value());
  EXPECT_FALSE(found[3].has_value());
  EXPECT_EQ(index.FindAll({"a", "b", "c"}, 0, &found), 3u);
  EXPECT_EQ(found[0]->revision, 3u);
  EXPECT_FALSE(found[1].has_value());
  EXPECT_EQ(found[2]->revision, 2u);
  EXPECT_THAT(Keys(index, KeyRange::All(), 1), ElementsAre("a", "b"));
  EXPECT_THAT(Keys(index, KeyRange::All(), 3), ElementsAre("a", "c"));
  index.Unpin(1);
  EXPECT_THAT(Held(index, "a"), ElementsAre(3));
  EXPECT_THAT(Held(index, "b"), IsEmpty());
}

TEST(IndexTest, PinsAreCounted) {
  Index index;
  EXPECT_FALSE(index.PinAgain(1));
  index.Apply({{"a", Put(1)}}, 1);
  EXPECT_EQ(index.PinNewest(), 1u);
  EXPECT_EQ(index.PinNewest(), 1u);
  EXPECT_TRUE(index.PinAgain(1));
  index.Apply({{"a", Put(2)}}, 2);
  EXPECT_FALSE(index.PinAgain(2)) << "it is the newest, but not pinned";
  index.Unpin(1);
  index.Unpin(1);
  EXPECT_THAT(Held(index, "a"), ElementsAre(1, 2));
  index.Unpin(1);
  EXPECT_THAT(Held(index, "a"), ElementsAre(2));
  EXPECT_FALSE(index.PinAgain(1));
}

TEST(IndexTest, EachPinKeepsItsOwnVersion) {
  Index index;
  for (Revision revision = 1; revision <= 6; ++revision) {
    index.Apply({{"a", Put(revision)}}, revision);
    if (revision % 2 == 0) index.PinNewest();
  }
  index.Apply({{"a", Delete(7)}}, 7);
  EXPECT_THAT(Held(index, "a"), ElementsAre(2, 4, 6, 7));
  index.Unpin(4);
  EXPECT_THAT(Held(index, "a"), ElementsAre(2, 6, 7));
  index.Unpin(6);
  index.Unpin(2);
  EXPECT_THAT(Held(index, "a"), IsEmpty());
  EXPECT_EQ(index.usage().keys, 0u);
  EXPECT_EQ(index.usage().live_bytes, 0u);
  EXPECT_EQ(index.usage().index_bytes, Index().usage().index_bytes);
}

TEST(IndexTest, ADeletedKeyGoesWithItsLastOlderVersion) {
  Index index;
  index.Apply({{"a", Put(1)}}, 1);
  index.PinNewest();
  index.Apply({{"a", Delete(2)}}, 2);
  index.PinNewest();
  index.Apply({{"a", Put(3)}}, 3);
  index.Apply({{"a", Delete(4)}}, 4);
  EXPECT_THAT(Held(index, "a"), ElementsAre(1, 2, 4));
  index.Unpin(1);
  EXPECT_THAT(Held(index, "a"), IsEmpty()) << "a pin reads nothing of it";
  EXPECT_EQ(index.usage().live_bytes, 0u);
  index.Unpin(2);
}

TEST(IndexTest, AKeyComesBackUnderAPin) {
  Index index;
  index.Apply({{"a", Put(1)}}, 1);
  index.PinNewest();
  index.Apply({{"a", Delete(2)}}, 2);
  index.PinNewest();
  index.Apply({{"a", Put(3)}}, 3);
  EXPECT_THAT(Keys(index, KeyRange::All(), 1), ElementsAre("a"));
  EXPECT_THAT(Keys(index, KeyRange::All(), 2), IsEmpty());
  EXPECT_THAT(Keys(index, KeyRange::All(), 3), ElementsAre("a"));
  EXPECT_EQ(index.usage().keys, 1u);
  index.Unpin(1);
  EXPECT_THAT(Keys(index, KeyRange::All(), 2), IsEmpty());
  index.Unpin(2);
  EXPECT_THAT(Held(index, "a"), ElementsAre(3));
}

TEST(IndexTest, ScansFromAnyPlaceBothWays) {
  Index index;
  index.Apply({{"a", Put(1)}, {"b", Put(1)}, {"c", Put(1)}, {"d", Put(1)}}, 1);
  const KeyRange all = KeyRange::All();
  const KeyRange some{"b", "d"};
  EXPECT_THAT(Keys(index, all, 1), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(Keys(index, all, 1, "", true), ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(Keys(index, some, 1), ElementsAre("b", "c"));
  EXPECT_THAT(Keys(index, some, 1, "", true), ElementsAre("c", "b"));
  EXPECT_THAT(Keys(index, some, 1, "b"), ElementsAre("c"));
  EXPECT_THAT(Keys(index, some, 1, "c", true), ElementsAre("b"));
  EXPECT_THAT(Keys(index, some, 1, "b\x01"), ElementsAre("c"));
  EXPECT_THAT(Keys(index, some, 1, "b\x01", true), ElementsAre("b"));
  // From outside of the range.
  EXPECT_THAT(Keys(index, some, 1, "a"), ElementsAre("b", "c"));
  EXPECT_THAT(Keys(index, some, 1, "d"), IsEmpty());
  EXPECT_THAT(Keys(index, some, 1, "z"), IsEmpty());
  EXPECT_THAT(Keys(index, some, 1, "d", true), ElementsAre("c", "b"));
  EXPECT_THAT(Keys(index, some, 1, "z", true), ElementsAre("c", "b"));
  EXPECT_THAT(Keys(index, some, 1, "b", true), IsEmpty());
  EXPECT_THAT(Keys(index, some, 1, "a", true), IsEmpty());
  EXPECT_THAT(Keys(index, all, 1, "d"), IsEmpty());
  EXPECT_THAT(Keys(index, all, 1, "a", true), IsEmpty());
  // Ranges without a key.
  EXPECT_THAT(Keys(index, {"b", "b"}, 1), IsEmpty());
  EXPECT_THAT(Keys(index, {"c", "b"}, 1), IsEmpty());
  EXPECT_THAT(Keys(index, {"c", "b"}, 1, "", true), IsEmpty());
  EXPECT_THAT(Keys(index, {"e", ""}, 1), IsEmpty());
  EXPECT_THAT(Keys(index, {"e", ""}, 1, "", true), IsEmpty());
  EXPECT_THAT(Keys(Index(), all, 1, "", true), IsEmpty());
  // It ends when told to.
  EXPECT_THAT(Keys(index, all, 1, "", false, 2), ElementsAre("a", "b"));
  EXPECT_THAT(Keys(index, all, 1, "", true, 2), ElementsAre("d", "c"));
}

TEST(IndexTest, WalksBehindAKey) {
  Index index;
  index.Apply({{"a", Put(1)}, {"b", Put(1)}, {"c", Put(1)}}, 1);
  std::vector<std::string> walked;
  index.Walk("a", [&](absl::string_view key, absl::Span<const Version>) {
    walked.emplace_back(key);
    return false;
  });
  EXPECT_THAT(walked, ElementsAre("b"));
}

TEST(IndexTest, RestoresTheHighestRevisionInAnyOrder) {
  Index index;
  index.Restore("a", Put(5));
  index.Restore("a", Put(9, 100));
  index.Restore("a", Put(7, 50));
  index.Restore("b", Put(3, 100));
  index.Restore("b", Delete(4));
  index.Restore("c", Delete(8));
  index.Restore("c", Put(6));
  index.FinishRestore(9);
  EXPECT_EQ(index.visible(), 9u);
  EXPECT_EQ(index.Find("a")->revision, 9u);
  EXPECT_FALSE(index.Find("b").has_value());
  EXPECT_FALSE(index.Find("c").has_value());
  EXPECT_THAT(Held(index, "b"), IsEmpty());
  EXPECT_THAT(Held(index, "c"), IsEmpty());
  EXPECT_EQ(index.usage().keys, 1u);
  EXPECT_EQ(index.usage().live_bytes, 10u);
  EXPECT_THAT(index.Expired(1000, 10), ElementsAre(Pair("a", 9)));
}

TEST(IndexTest, RelocatesTheVersionThatIsMeant) {
  Index index;
  index.Apply({{"a", Put(1)}}, 1);
  index.PinNewest();
  Version unwritten = Put(2);
  unwritten.value = std::make_shared<const std::string>("value");
  index.Apply({{"a", unwritten}}, 2);
  index.Relocate("a", 1, {9, 1, 30});
  index.Relocate("a", 3, {9, 2, 99});
  index.Relocate("b", 1, {9, 3, 99});
  std::vector<std::optional<Version>> found;
  index.FindAll({"a"}, 1, &found);
  EXPECT_TRUE(found[0]->location == (Location{9, 1, 30}));
  EXPECT_NE(index.Find("a")->value, nullptr);
  EXPECT_EQ(index.usage().live_bytes, 40u);
  index.Relocate("a", 2, {9, 4, 5});
  EXPECT_EQ(index.Find("a")->value, nullptr);
  EXPECT_EQ(index.Find("a")->revision, 2u);
  EXPECT_EQ(index.usage().live_bytes, 35u);
  index.Unpin(1);
  EXPECT_EQ(index.usage().live_bytes, 5u);
}

TEST(IndexTest, ListsExpiredKeysSoonestFirst) {
  Index index;
  index.Apply({{"a", Put(1, 300)},
               {"b", Put(1, 100)},
               {"c", Put(1, 200)},
               {"d", Put(1)},
               {"e", Put(1, 100)}},
              1);
  EXPECT_THAT(index.Expired(99, 10), IsEmpty());
  EXPECT_THAT(index.Expired(100, 10), ElementsAre(Pair("b", 1), Pair("e", 1)));
  EXPECT_THAT(index.Expired(300, 3),
              ElementsAre(Pair("b", 1), Pair("e", 1), Pair("c", 1)));
  EXPECT_THAT(index.Expired(300, 0), IsEmpty());
  // The newest version alone counts, pinned ones do not.
  index.PinNewest();
  index.Apply({{"b", Put(2)}, {"c", Put(2, 50)}, {"e", Delete(2)}}, 2);
  EXPECT_THAT(index.Expired(300, 10), ElementsAre(Pair("c", 2), Pair("a", 1)));
  index.Unpin(1);
  EXPECT_THAT(index.Expired(300, 10), ElementsAre(Pair("c", 2), Pair("a", 1)));
}

TEST(IndexTest, ExpiryDoesNotHideByItself) {
  Index index;
  index.Apply({{"a", Put(1, 100)}}, 1);
  ASSERT_TRUE(index.Find("a").has_value());
  EXPECT_FALSE(index.Find("a")->ExpiredAt(99));
  EXPECT_TRUE(index.Find("a")->ExpiredAt(100));
  EXPECT_FALSE(Put(1).ExpiredAt(100)) << "0 is never";
}

}  // namespace
}  // namespace rundlet
