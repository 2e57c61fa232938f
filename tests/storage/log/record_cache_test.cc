// Goal: the cache gives back what it was given, for the place it was given it
// for; it never exceeds its bounds, and the least recently used go first.
// Method: small caches against a list kept by hand, large ones against their
// bounds; off; from several threads.

#include "storage/log/record_cache.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

Location At(uint64_t offset) { return {1, offset, 10}; }

bool Has(RecordCache& cache, absl::string_view key, uint64_t offset = 0) {
  return cache.Find(key, At(offset)).has_value();
}

TEST(RecordCacheTest, GivesBackWhatItWasGiven) {
  RecordCache cache(10, 1000);
  EXPECT_TRUE(cache.enabled());
  EXPECT_FALSE(cache.Find("a", At(0)).has_value());
  cache.Insert("a", At(0), "record");
  EXPECT_EQ(*cache.Find("a", At(0)), "record");
  EXPECT_EQ(cache.usage().entries, 1u);
  EXPECT_EQ(cache.usage().bytes, 7u);
}

TEST(RecordCacheTest, OnlyForThePlaceItWasGivenItFor) {
  RecordCache cache(10, 1000);
  cache.Insert("a", {1, 2, 3}, "record");
  EXPECT_FALSE(cache.Find("a", {9, 2, 3}).has_value());
  EXPECT_FALSE(cache.Find("a", {1, 9, 3}).has_value());
  EXPECT_FALSE(cache.Find("a", {1, 2, 9}).has_value());
  EXPECT_TRUE(cache.Find("a", {1, 2, 3}).has_value());
}

TEST(RecordCacheTest, ANewPlaceTakesThePlaceOfTheOld) {
  RecordCache cache(10, 1000);
  cache.Insert("a", At(1), "old");
  cache.Insert("a", At(2), "newer");
  EXPECT_FALSE(cache.Find("a", At(1)).has_value());
  EXPECT_EQ(*cache.Find("a", At(2)), "newer");
  EXPECT_EQ(cache.usage().entries, 1u);
  EXPECT_EQ(cache.usage().bytes, 6u);
  cache.Erase("a");
  cache.Erase("b");
  EXPECT_FALSE(Has(cache, "a", 2));
  EXPECT_EQ(cache.usage().bytes, 0u);
}

TEST(RecordCacheTest, TheLeastRecentlyUsedGoesFirst) {
  RecordCache cache(3, 1000);
  for (const char* key : {"a", "b", "c"}) cache.Insert(key, At(0), "x");
  EXPECT_TRUE(Has(cache, "a"));       // now b is the oldest
  EXPECT_FALSE(Has(cache, "b", 99));  // a miss is no use
  cache.Insert("d", At(0), "x");
  EXPECT_FALSE(Has(cache, "b"));
  cache.Insert("c", At(0), "y");  // now a is the oldest
  cache.Insert("e", At(0), "x");
  EXPECT_FALSE(Has(cache, "a"));
  EXPECT_TRUE(Has(cache, "c") && Has(cache, "d") && Has(cache, "e"));
}

TEST(RecordCacheTest, BytesAreBoundedToo) {
  RecordCache cache(60, 100);
  cache.Insert("a", At(0), std::string(49, 'x'));
  cache.Insert("b", At(0), std::string(49, 'x'));
  EXPECT_EQ(cache.usage().bytes, 100u);
  cache.Insert("c", At(0), "");
  EXPECT_FALSE(Has(cache, "a"));
  EXPECT_TRUE(Has(cache, "b") && Has(cache, "c"));
  cache.Insert("d", At(0), std::string(99, 'x'));
  EXPECT_EQ(cache.usage().entries, 1u);
  EXPECT_EQ(cache.usage().bytes, 100u);
}

TEST(RecordCacheTest, WhatIsTooLargeIsNotKeptNorIsWhatItReplaces) {
  RecordCache cache(10, 100);
  cache.Insert("a", At(0), "x");
  cache.Insert("b", At(0), "x");
  cache.Insert("a", At(1), std::string(100, 'x'));
  EXPECT_FALSE(Has(cache, "a"));
  EXPECT_FALSE(Has(cache, "a", 1));
  EXPECT_TRUE(Has(cache, "b"));
  RecordCache none(10, 0);
  none.Insert("a", At(0), "");
  EXPECT_EQ(none.usage().entries, 0u);
}

TEST(RecordCacheTest, ZeroEntriesTurnItOff) {
  RecordCache cache(0, 1000);
  EXPECT_FALSE(cache.enabled());
  cache.Insert("a", At(0), "x");
  EXPECT_FALSE(Has(cache, "a"));
  cache.Erase("a");
  EXPECT_EQ(cache.usage().entries, 0u);
}

TEST(RecordCacheTest, OneEntryIsACacheToo) {
  RecordCache cache(1, 1000);
  cache.Insert("a", At(0), "x");
  cache.Insert("b", At(0), "x");
  EXPECT_FALSE(Has(cache, "a"));
  EXPECT_TRUE(Has(cache, "b"));
}

TEST(RecordCacheTest, AHitOutlivesItsEntry) {
  RecordCache cache(1, 1000);
  cache.Insert("a", At(0), "record");
  const auto hit = cache.Find("a", At(0));
  cache.Insert("b", At(0), "x");
  EXPECT_EQ(*hit, "record");
}

TEST(RecordCacheTest, RandomUseOfASmallCacheIsExactLru) {
  SeededRandom random(TestSeed());
  constexpr uint64_t kEntries = 20;
  constexpr uint64_t kBytes = 300;
  RecordCache cache(kEntries, kBytes);
  struct Entry {
    std::string key;
    uint64_t offset;
    std::string record;
  };
  std::list<Entry> model;  // the latest first
  for (uint64_t i = 0; i < TestRuns(50000); ++i) {
    const std::string key = absl::StrCat(random.Below(40));
    const auto found =
        std::find_if(model.begin(), model.end(),
                     [&](const Entry& entry) { return entry.key == key; });
    const uint64_t offset = random.Below(2);
    if (random.OneIn(2)) {
      const auto hit = cache.Find(key, At(offset));
      const bool want = found != model.end() && found->offset == offset;
      ASSERT_EQ(hit.has_value(), want) << key;
      if (!want) continue;
      ASSERT_EQ(*hit, found->record);
      model.splice(model.begin(), model, found);
    } else if (random.OneIn(8)) {
      cache.Erase(key);
      if (found != model.end()) model.erase(found);
    } else {
      const std::string record = random.Bytes(random.Below(40));
      cache.Insert(key, At(offset), record);
      if (found != model.end()) model.erase(found);
      model.push_front({key, offset, record});
      uint64_t bytes = 0;
      for (const Entry& entry : model) {
        bytes += entry.key.size() + entry.record.size();
      }
      for (; model.size() > kEntries || bytes > kBytes; model.pop_back()) {
        bytes -= model.back().key.size() + model.back().record.size();
      }
      ASSERT_EQ(cache.usage().entries, model.size());
      ASSERT_EQ(cache.usage().bytes, bytes);
    }
  }
}

TEST(RecordCacheTest, ShardsTogetherKeepTheBounds) {
  for (const uint64_t entries : {63, 64, 127, 128, 129, 511, 513, 1000}) {
    RecordCache by_entries(entries, uint64_t{1} << 30);
    RecordCache by_bytes(entries, 5000);
    for (uint64_t i = 0; i < 20 * entries; ++i) {
      by_entries.Insert(absl::StrCat(i), At(0), "record");
      by_bytes.Insert(absl::StrCat(i), At(0), std::string(i % 90, 'x'));
      EXPECT_LE(by_bytes.usage().bytes, 5000u);
    }
    EXPECT_EQ(by_entries.usage().entries, entries);
    EXPECT_LE(by_bytes.usage().entries, entries);
    // The last one is always there.
    EXPECT_TRUE(Has(by_entries, absl::StrCat(20 * entries - 1)));
  }
}

TEST(RecordCacheTest, ThreadsMayMeet) {
  RecordCache cache(200, 4000);
  std::atomic<uint64_t> hits{0};
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&cache, &hits, thread] {
      SeededRandom random(TestSeed() + thread);
      for (int i = 0; i < 20000; ++i) {
        const uint64_t number = random.Below(400);
        const std::string key = absl::StrCat(number);
        switch (random.Below(4)) {
          case 0:
            cache.Insert(key, At(number), absl::StrCat("record ", number));
            break;
          case 1:
            if (random.OneIn(10)) cache.Erase(key);
            break;
          default:
            const auto hit = cache.Find(key, At(number));
            if (!hit.has_value()) break;
            EXPECT_EQ(*hit, absl::StrCat("record ", number));
            ++hits;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.usage().entries, 200u);
  EXPECT_LE(cache.usage().bytes, 4000u);
  EXPECT_GT(hits, 0u);
}

}  // namespace
}  // namespace rundlet
