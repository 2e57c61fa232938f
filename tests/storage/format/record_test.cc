// Goal: a record comes back as it was written, where it was written, or not at
// all.
// Method: field by field against the table of FORMAT.md 3.3, with zlib's CRC;
// then every bit flip and cut of an encoded record, random bursts, every other
// place, and fields that no writer of version 1 makes under a right CRC.

#include "storage/format/record.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kSeed = 0x0BADCAFE;

Record Put(absl::string_view key, absl::string_view value) {
  Record record;
  record.kind = ValueKind::kJson;
  record.revision = 0x1112131415161718;
  record.create_revision = 0x2122232425262728;
  record.version = 0x3132333435363738;
  record.created_us = -0x4142434445464748;
  record.modified_us = 0x5152535455565758;
  record.expiry_us = 0x6162636465666768;
  record.key = key;
  record.value = value;
  return record;
}

std::string Encode(const Record& record, uint32_t seed = kSeed) {
  std::string bytes;
  AppendRecord(record, seed, &bytes);
  return bytes;
}

void ExpectRefused(absl::string_view bytes, uint32_t seed = kSeed) {
  EXPECT_EQ(DecodeRecord(bytes, seed).status().code(),
            absl::StatusCode::kDataLoss);
}

// The record's bytes with one of them changed and the CRC right.
std::string With(std::string bytes, size_t at, uint8_t value) {
  bytes[at] = static_cast<char>(value);
  FixCrc(kSeed, 0, bytes.size(), &bytes);
  return bytes;
}

void ExpectSame(const Record& record) {
  const std::string bytes = Encode(record);
  EXPECT_EQ(bytes.size(), record.EncodedBytes());
  const auto decoded = DecodeRecord(bytes, kSeed);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->type, record.type);
  if (record.type == RecordType::kPut) {
    EXPECT_EQ(decoded->kind, record.kind);
  }
  EXPECT_EQ(decoded->compression, record.compression);
  EXPECT_EQ(decoded->ends_transaction, record.ends_transaction);
  EXPECT_EQ(decoded->expired, record.expired);
  EXPECT_EQ(decoded->revision, record.revision);
  EXPECT_EQ(decoded->create_revision, record.create_revision);
  EXPECT_EQ(decoded->version, record.version);
  EXPECT_EQ(decoded->created_us, record.created_us);
  EXPECT_EQ(decoded->modified_us, record.modified_us);
  EXPECT_EQ(decoded->expiry_us, record.expiry_us);
  EXPECT_EQ(decoded->key, record.key);
  EXPECT_EQ(decoded->value, record.value);
  EXPECT_EQ(decoded->extra, record.extra);
}

TEST(RecordTest, StandsAsTheFormatSays) {
  Record record = Put("key", "value");
  record.ends_transaction = false;
  record.extra = "extra!";
  std::string bytes(4, '\0');
  AppendFixed<uint32_t>(5, &bytes);
  AppendFixed<uint16_t>(3, &bytes);
  AppendFixed<uint16_t>(6, &bytes);
  bytes += std::string("\x01\x03\x00\x04", 4);
  AppendFixed<uint64_t>(record.revision, &bytes);
  AppendFixed<uint64_t>(record.create_revision, &bytes);
  AppendFixed<uint64_t>(record.version, &bytes);
  AppendFixed<int64_t>(record.created_us, &bytes);
  AppendFixed<int64_t>(record.modified_us, &bytes);
  AppendFixed<int64_t>(record.expiry_us, &bytes);
  ASSERT_EQ(bytes.size(), 64u);
  bytes += "keyvalueextra!";
  FixCrc(kSeed, 0, bytes.size(), &bytes);
  EXPECT_EQ(Encode(record), bytes);
}

TEST(RecordTest, TypesKindsAndFlagsStandAsTheFormatSays) {
  Record record = Put("k", "");
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x01\x03\x00\x01", 4));
  record.kind = ValueKind::kText;
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x01\x01\x00\x01", 4));
  record.compression = Compression::kSnappy;
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x01\x01\x01\x01", 4));
  record.compression = Compression::kZstd;
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x01\x01\x02\x01", 4));
  record.compression = Compression::kNone;
  record.type = RecordType::kDelete;
  record.expired = true;
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x02\x00\x00\x03", 4));
  record = Put("", "");
  record.type = RecordType::kReceipt;
  record.extra = "request";
  EXPECT_EQ(Encode(record).substr(12, 4), std::string("\x03\x00\x00\x05", 4));
}

TEST(RecordTest, FieldsRoundTripAtTheirLimits) {
  ExpectSame(Put("k", ""));
  ExpectSame(Put(std::string(4096, 'k'), "v"));
  ExpectSame(Put(std::string("\0\xff", 2), std::string("\0\n\xff", 3)));
  ExpectSame(Put("k", std::string(1 << 20, 'v')));
  const std::string extra(65535, 'e');
  Record record = Put("k", "v");
  record.extra = extra;
  ExpectSame(record);
  for (const ValueKind kind : {ValueKind::kText, ValueKind::kData,
                               ValueKind::kJson, ValueKind::kLarge}) {
    record = Put("k", "v");
    record.kind = kind;
    ExpectSame(record);
    record.compression = Compression::kZstd;
    ExpectSame(record);
  }
  record.revision = record.create_revision = record.version =
      std::numeric_limits<uint64_t>::max();
  record.created_us = record.modified_us = std::numeric_limits<int64_t>::min();
  record.expiry_us = std::numeric_limits<int64_t>::max();
  ExpectSame(record);
  Record zeros;
  zeros.key = "k";
  ExpectSame(zeros);
}

TEST(RecordTest, DeletesAndReceiptsRoundTrip) {
  Record record = Put("k", "");
  record.type = RecordType::kDelete;
  ExpectSame(record);
  record.expired = true;
  record.ends_transaction = false;
  ExpectSame(record);
  record = Put("", "");
  record.type = RecordType::kReceipt;
  record.extra = "request";
  ExpectSame(record);
}

TEST(RecordTest, AppendsBehindWhatIsThereAndReadsNothingBehindItself) {
  std::string bytes = "before";
  AppendRecord(Put("k", "v"), kSeed, &bytes);
  EXPECT_EQ(bytes.substr(0, 6), "before");
  EXPECT_EQ(bytes.substr(6), Encode(Put("k", "v")));
  const auto decoded =
      DecodeRecord(absl::string_view(bytes += "behind").substr(6), kSeed);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->value, "v");
  EXPECT_EQ(decoded->value.data(), bytes.data() + 6 + 64 + 1);
}

TEST(RecordTest, EveryBitFlipIsRefused) {
  Record record = Put("a key", "some value");
  record.extra = "extra";
  const std::string good = Encode(record);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectRefused(bad);
    // Also when a length that grew finds bytes behind the record.
    ExpectRefused(bad + std::string(1 << 17, '\0'));
  }
}

TEST(RecordTest, RandomFlipsAndBurstsAreRefused) {
  SeededRandom random(TestSeed());
  for (uint64_t run = 0; run < TestRuns(20000); ++run) {
    const std::string key = random.Bytes(random.Between(1, 40));
    const std::string value = random.Bytes(random.Below(200));
    const std::string good = Encode(Put(key, value));
    std::string bad = good;
    if (random.OneIn(2)) {
      for (uint64_t flips = random.Between(2, 8); flips > 0; --flips) {
        const uint64_t bit = random.Below(bad.size() * 8);
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      }
    } else {
      const uint64_t start = random.Below(bad.size());
      const uint64_t bytes = random.Between(1, bad.size() - start);
      bad.replace(start, bytes, random.Bytes(bytes));
    }
    if (bad != good) ExpectRefused(bad);
  }
}

TEST(RecordTest, EveryCutIsRefused) {
  const std::string good = Encode(Put("a key", "some value"));
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    ExpectRefused(absl::string_view(good).substr(0, bytes));
  }
}

TEST(RecordTest, ACopyElsewhereIsRefused) {
  const uint32_t salt = SegmentSalt("0123456789abcdef", 7);
  const std::string bytes = Encode(Put("k", "v"), PlaceSeed(salt, 4096));
  EXPECT_TRUE(DecodeRecord(bytes, PlaceSeed(salt, 4096)).ok());
  ExpectRefused(bytes, PlaceSeed(salt, 0));
  ExpectRefused(bytes, PlaceSeed(salt, 4097));
  ExpectRefused(bytes, PlaceSeed(salt, 4096 + (uint64_t{1} << 32)));
  ExpectRefused(bytes, PlaceSeed(SegmentSalt("0123456789abcdef", 8), 4096));
  ExpectRefused(bytes, PlaceSeed(SegmentSalt("1123456789abcdef", 7), 4096));
}

TEST(RecordTest, UnknownFieldsUnderARightCrcAreRefused) {
  const std::string put = Encode(Put("k", "v"));
  Record record = Put("k", "");
  record.type = RecordType::kDelete;
  const std::string gone = Encode(record);
  for (const int type : {0, 4, 5, 128, 255}) ExpectRefused(With(put, 12, type));
  for (const int kind : {0, 5, 6, 128, 255}) ExpectRefused(With(put, 13, kind));
  for (const int kind : {1, 2, 3, 4, 255}) ExpectRefused(With(gone, 13, kind));
  for (const int byte : {3, 4, 128, 255}) ExpectRefused(With(put, 14, byte));
  for (const int byte : {1, 2, 3, 255}) ExpectRefused(With(gone, 14, byte));
  for (int bit = 3; bit < 8; ++bit) {
    ExpectRefused(With(put, 15, static_cast<uint8_t>(1 | 1 << bit)));
  }
  EXPECT_TRUE(DecodeRecord(With(put, 15, 0), kSeed).ok());
}

TEST(RecordTest, FieldsThatContradictTheTypeAreRefused) {
  Record record = Put("k", "v");
  record.type = RecordType::kDelete;
  ExpectRefused(Encode(record));  // a delete has no value
  record.type = RecordType::kReceipt;
  record.key = "";
  ExpectRefused(Encode(record));  // nor has a receipt
  record = Put("k", "v");
  record.expired = true;
  ExpectRefused(Encode(record));  // only a delete says why
}

TEST(RecordTest, KeysBeyondTheLimitAreRefused) {
  ExpectRefused(Encode(Put("", "v")));
  ExpectRefused(Encode(Put(std::string(4097, 'k'), "v")));
  Record record = Put("", "");
  record.type = RecordType::kDelete;
  ExpectRefused(Encode(record));
  record = Put("k", "");
  record.type = RecordType::kReceipt;
  ExpectRefused(Encode(record));
}

TEST(RecordTest, ZerosAreRefused) {
  ExpectRefused(std::string(4096, '\0'), 0);
  ExpectRefused(std::string(4096, '\xff'), 0xFFFFFFFF);
}

TEST(RecordTest, PeekAddsLargestLengthsWithoutOverflow) {
  std::string header(kRecordHeaderBytes, '\0');
  EXPECT_EQ(PeekRecordBytes(header), 64u);
  header.replace(4, 8, std::string(8, '\xff'));
  EXPECT_EQ(PeekRecordBytes(header),
            64 + uint64_t{0xFFFFFFFF} + 2 * uint64_t{0xFFFF});
  ExpectRefused(header);
}

TEST(RecordTest, MessagesSayWhatIsWrong) {
  const std::string good = Encode(Put("k", "v"));
  EXPECT_THAT(DecodeRecord("short", kSeed).status().message(),
              HasSubstr("header ends after 5 bytes"));
  EXPECT_THAT(DecodeRecord(good.substr(0, 65), kSeed).status().message(),
              HasSubstr("a record of 66 bytes ends after 65"));
  EXPECT_THAT(DecodeRecord(good, kSeed + 1).status().message(),
              HasSubstr("checksum"));
  EXPECT_THAT(DecodeRecord(With(good, 12, 9), kSeed).status().message(),
              HasSubstr("type 9"));
}

}  // namespace
}  // namespace rundlet
