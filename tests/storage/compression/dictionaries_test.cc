// Goal: a dictionary is trained that helps, or none; what is added is found by
// its id, and what is none is refused.
// Method: session values against random bytes; dictionaries of other ids, of
// ids out of range, twice, damaged; sizes of values that no training has seen.

#include "storage/compression/dictionaries.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/compression/dictionary_training.h"
#include "storage/compression/value_compressor.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"

namespace rundlet {
namespace {

Samples Sessions(uint64_t seed, int count = 800) {
  SeededRandom random(seed);
  Samples samples;
  for (int i = 0; i < count; ++i) samples.Add(SessionValue(random));
  return samples;
}

uint64_t StoredBytes(const Dictionaries& dictionaries) {
  SeededRandom random(99);
  ValueCompressor compressor({Compression::kZstd, &dictionaries});
  uint64_t bytes = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string value = SessionValue(random);
    Record record;
    record.value = value;
    compressor.Compress(absl::MakeSpan(&record, 1));
    bytes += record.value.size();
  }
  return bytes;
}

TEST(DictionariesTest, MakesValuesMuchShorterThatRepeatEachOther) {
  Dictionaries dictionaries;
  const uint64_t without = StoredBytes(dictionaries);
  const std::string bytes = TrainDictionary(1, Sessions(1), nullptr);
  ASSERT_LE(bytes.size(), kDictionaryBytesMax);
  ASSERT_TRUE(dictionaries.Add(1, bytes).ok());
  EXPECT_LT(StoredBytes(dictionaries) * 2, without);
}

TEST(DictionariesTest, TrainingIsDeterministic) {
  EXPECT_EQ(TrainDictionary(1, Sessions(1), nullptr),
            TrainDictionary(1, Sessions(1), nullptr));
}

TEST(DictionariesTest, NothingIsLearnedWhereNothingRepeats) {
  SeededRandom random(TestSeed());
  Samples noise;
  for (int i = 0; i < 500; ++i) noise.Add(random.Bytes(300));
  EXPECT_EQ(TrainDictionary(1, noise, nullptr), "");
  EXPECT_EQ(TrainDictionary(1, Samples(), nullptr), "");
  EXPECT_EQ(TrainDictionary(1, Sessions(1, 3), nullptr), "");
}

TEST(DictionariesTest, NothingIsLearnedTwice) {
  Dictionaries dictionaries;
  ASSERT_TRUE(
      dictionaries.Add(1, TrainDictionary(1, Sessions(1), nullptr)).ok());
  EXPECT_EQ(TrainDictionary(2, Sessions(2), dictionaries.newest()), "");
}

TEST(DictionariesTest, IsFoundByItsIdAndTheHighestIsTheNewest) {
  Dictionaries dictionaries;
  EXPECT_EQ(dictionaries.newest(), nullptr);
  EXPECT_EQ(dictionaries.Find(0), nullptr);
  EXPECT_EQ(dictionaries.Find(2), nullptr);
  EXPECT_EQ(dictionaries.Find(~uint32_t{0}), nullptr);
  for (const uint32_t id : {2u, 1u}) {
    const std::string bytes = TrainDictionary(id, Sessions(id), nullptr);
    ASSERT_TRUE(dictionaries.Add(id, bytes).ok());
    EXPECT_EQ(dictionaries.newest()->id, 2u);
    EXPECT_EQ(dictionaries.Find(id)->id, id);
  }
}

TEST(DictionariesTest, WhatIsNoneIsRefused) {
  Dictionaries dictionaries;
  const std::string good = TrainDictionary(1, Sessions(1), nullptr);
  const auto refused = [&](uint32_t id, const std::string& bytes) {
    return absl::IsDataLoss(dictionaries.Add(id, bytes));
  };
  EXPECT_TRUE(refused(0, good));
  EXPECT_TRUE(refused(kDictionariesMax + 1, good));
  EXPECT_TRUE(refused(2, good)) << "it says that it is 1";
  EXPECT_TRUE(refused(1, ""));
  EXPECT_TRUE(refused(1, "text that is no dictionary"));
  EXPECT_TRUE(refused(1, good.substr(0, 20)));
  EXPECT_EQ(dictionaries.newest(), nullptr);
  EXPECT_TRUE(dictionaries.Add(1, good).ok());
  EXPECT_TRUE(refused(1, good)) << "it is there already";
}

}  // namespace
}  // namespace rundlet
