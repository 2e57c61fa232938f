// Goal: values become shorter where that is worth it and stay plain where it
// is not; records keep everything else, and their values live until the next
// call.
// Method: groups of records of every type and of sizes on both sides of each
// bound, compressible and not, and what the counts say of them.

#include "storage/compression/value_compressor.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/compression/value_codec.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"

namespace rundlet {
namespace {

Record Put(absl::string_view value) {
  Record record;
  record.revision = 7;
  record.key = "key";
  record.value = value;
  record.extra = "extra";
  return record;
}

class ValueCompressorTest : public ::testing::TestWithParam<Compression> {
 protected:
  Record Compress(const std::string& value) {
    Record record = Put(value);
    compressor_.Compress(absl::MakeSpan(&record, 1));
    return record;
  }

  Dictionaries dictionaries_;
  CompressionCounts counts_;
  ValueCompressor compressor_{
      {GetParam(), &dictionaries_, /*trainer=*/nullptr, &counts_}};
};

TEST_P(ValueCompressorTest, LeavesShortAndIncompressibleValuesPlain) {
  SeededRandom random(1);
  const std::string plain = random.Bytes(1000);
  EXPECT_EQ(Compress(plain).compression, Compression::kNone);
  EXPECT_EQ(Compress(plain).value.data(), plain.data());
  EXPECT_EQ(Compress(std::string(63, 'a')).compression, Compression::kNone);
  EXPECT_EQ(Compress(std::string(64, 'a')).compression, GetParam());
  // A gain of a few bytes, which is none.
  EXPECT_EQ(Compress(plain + std::string(40, 'a')).compression,
            Compression::kNone);
  EXPECT_EQ(Compress(plain + std::string(300, 'a')).compression, GetParam());
  const std::string huge(kCompressibleBytesMax + 1, 'a');
  EXPECT_EQ(Compress(huge).compression, Compression::kNone);
}

TEST_P(ValueCompressorTest, CompressesTheValuesOfAGroupAndNothingElse) {
  SeededRandom random(2);
  std::vector<std::string> values;
  std::vector<Record> records;
  for (int i = 0; i < 200; ++i) {
    values.push_back(i % 3 == 0 ? random.Bytes(200)
                                : std::string(random.Below(3000), 'v'));
  }
  for (const std::string& value : values) records.push_back(Put(value));
  Record gone = Put("");
  gone.type = RecordType::kDelete;
  records.push_back(gone);
  compressor_.Compress(absl::MakeSpan(records));
  EXPECT_EQ(records.back().compression, Compression::kNone);
  uint64_t plain = 0;
  uint64_t stored = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    std::string value;
    ASSERT_TRUE(DecodeValue(records[i], dictionaries_, &value).ok()) << i;
    EXPECT_EQ(value, values[i]);
    EXPECT_EQ(records[i].key, "key");
    EXPECT_EQ(records[i].extra, "extra");
    EXPECT_EQ(records[i].revision, 7u);
    plain += values[i].size();
    stored += records[i].value.size();
  }
  EXPECT_EQ(counts_.value_bytes, plain);
  EXPECT_EQ(counts_.stored_bytes, stored);
  EXPECT_LT(stored, plain / 2);
}

TEST_P(ValueCompressorTest, WhatIsCompressedStaysAsItIs) {
  const std::string value(500, 'a');
  const Record once = Compress(value);
  const std::string bytes(once.value);
  Record twice = once;
  twice.value = bytes;
  compressor_.Compress(absl::MakeSpan(&twice, 1));
  EXPECT_EQ(twice.value.data(), bytes.data());
  EXPECT_EQ(twice.compression, GetParam());
}

TEST_P(ValueCompressorTest, RenewsWhatWasStoredOtherwise) {
  const std::string value(500, 'a');
  Record plain = Put(value);
  ASSERT_TRUE(compressor_.Renew(&plain).ok());
  EXPECT_EQ(plain.compression, GetParam());
  for (const Compression before : {Compression::kSnappy, Compression::kZstd}) {
    ValueCompressor other({before, &dictionaries_});
    Record record = Put(value);
    other.Compress(absl::MakeSpan(&record, 1));
    const std::string stored(record.value);
    ASSERT_TRUE(compressor_.Renew(&record).ok());
    EXPECT_LE(record.value.size(), stored.size());
    std::string decoded;
    ASSERT_TRUE(DecodeValue(record, dictionaries_, &decoded).ok());
    EXPECT_EQ(decoded, value);
    EXPECT_EQ(record.extra, "extra");
  }
  SeededRandom random(3);
  const std::string noise = random.Bytes(300);
  Record incompressible = Put(noise);
  ASSERT_TRUE(compressor_.Renew(&incompressible).ok());
  EXPECT_EQ(incompressible.value.data(), noise.data());
}

INSTANTIATE_TEST_SUITE_P(Compressors, ValueCompressorTest,
                         ::testing::Values(Compression::kSnappy,
                                           Compression::kZstd),
                         [](const auto& info) {
                           return info.param == Compression::kSnappy ? "Snappy"
                                                                     : "Zstd";
                         });

TEST(NoCompressionTest, ChangesNothing) {
  CompressionCounts counts;
  ValueCompressor compressor(
      {Compression::kNone, nullptr, /*trainer=*/nullptr, &counts});
  const std::string value(500, 'a');
  Record record = Put(value);
  compressor.Compress(absl::MakeSpan(&record, 1));
  EXPECT_EQ(record.compression, Compression::kNone);
  EXPECT_EQ(record.value.data(), value.data());
  EXPECT_EQ(counts.value_bytes, 0u);
}

}  // namespace
}  // namespace rundlet
