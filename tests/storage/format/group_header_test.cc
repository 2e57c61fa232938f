// Goal: a group header comes back as it was written, where it was written, or
// not at all.
// Method: field by field against the table of FORMAT.md 3.2, with zlib's CRC;
// then every bit flip, every cut, and every other place.

#include "storage/format/group_header.h"

#include <cstring>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

constexpr uint32_t kSeed = 0x1234ABCD;

GroupHeader Sample() {
  GroupHeader header;
  header.payload_bytes = 0x01020304;
  header.record_count = 0x05060708;
  header.synced_bytes = 0x1112131415161718;
  header.first_revision = 0x2122232425262728;
  header.last_revision = 0x3132333435363738;
  header.time_us = -0x4142434445464748;
  return header;
}

std::string Encode(const GroupHeader& header, uint32_t seed = kSeed) {
  std::string bytes(kGroupHeaderBytes, '#');
  EncodeGroupHeader(header, seed, &bytes[0]);
  return bytes;
}

void ExpectRefused(absl::string_view bytes, uint32_t seed = kSeed) {
  EXPECT_EQ(DecodeGroupHeader(bytes, seed).status().code(),
            absl::StatusCode::kDataLoss);
}

void ExpectSame(const GroupHeader& header) {
  const auto decoded = DecodeGroupHeader(Encode(header), kSeed);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->payload_bytes, header.payload_bytes);
  EXPECT_EQ(decoded->record_count, header.record_count);
  EXPECT_EQ(decoded->synced_bytes, header.synced_bytes);
  EXPECT_EQ(decoded->first_revision, header.first_revision);
  EXPECT_EQ(decoded->last_revision, header.last_revision);
  EXPECT_EQ(decoded->time_us, header.time_us);
}

TEST(GroupHeaderTest, StandsAsTheFormatSays) {
  const GroupHeader header = Sample();
  std::string bytes(4, '\0');
  bytes += "GRUP";
  AppendFixed<uint32_t>(header.payload_bytes, &bytes);
  AppendFixed<uint32_t>(header.record_count, &bytes);
  AppendFixed<uint64_t>(header.synced_bytes, &bytes);
  AppendFixed<uint64_t>(header.first_revision, &bytes);
  AppendFixed<uint64_t>(header.last_revision, &bytes);
  AppendFixed<int64_t>(header.time_us, &bytes);
  ASSERT_EQ(bytes.size(), 48u);
  FixCrc(kSeed, 0, bytes.size(), &bytes);
  EXPECT_EQ(Encode(header), bytes);
}

TEST(GroupHeaderTest, FieldsRoundTripAtTheirLimits) {
  ExpectSame(GroupHeader());
  ExpectSame(Sample());
  GroupHeader most;
  most.payload_bytes = std::numeric_limits<uint32_t>::max();
  most.record_count = std::numeric_limits<uint32_t>::max();
  most.synced_bytes = std::numeric_limits<uint64_t>::max();
  most.first_revision = std::numeric_limits<uint64_t>::max();
  most.last_revision = std::numeric_limits<uint64_t>::max();
  most.time_us = std::numeric_limits<int64_t>::max();
  ExpectSame(most);
  most.time_us = std::numeric_limits<int64_t>::min();
  ExpectSame(most);
}

TEST(GroupHeaderTest, EveryBitFlipIsRefused) {
  const std::string good = Encode(Sample());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectRefused(bad);
  }
}

TEST(GroupHeaderTest, EveryCutIsRefusedAndBytesBehindAreIgnored) {
  const std::string good = Encode(Sample());
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    ExpectRefused(absl::string_view(good).substr(0, bytes));
  }
  EXPECT_TRUE(DecodeGroupHeader(good + "more", kSeed).ok());
}

TEST(GroupHeaderTest, ACopyElsewhereIsRefused) {
  const uint32_t salt = SegmentSalt("0123456789abcdef", 7);
  const std::string bytes = Encode(Sample(), PlaceSeed(salt, 4096));
  EXPECT_TRUE(DecodeGroupHeader(bytes, PlaceSeed(salt, 4096)).ok());
  ExpectRefused(bytes, PlaceSeed(salt, 4097));
  ExpectRefused(bytes, PlaceSeed(salt, 4096 + (uint64_t{1} << 32)));
  ExpectRefused(bytes, PlaceSeed(SegmentSalt("0123456789abcdef", 8), 4096));
  ExpectRefused(bytes, PlaceSeed(SegmentSalt("1123456789abcdef", 7), 4096));
}

TEST(GroupHeaderTest, ZerosAndAWrongMagicUnderARightCrcAreRefused) {
  std::string zeros(kGroupHeaderBytes, '\0');
  ExpectRefused(zeros, 0);
  FixCrc(kSeed, 0, zeros.size(), &zeros);
  ExpectRefused(zeros);
  std::string other = Encode(Sample());
  std::memcpy(&other[kGroupMagicAt], "GROP", 4);
  FixCrc(kSeed, 0, other.size(), &other);
  ExpectRefused(other);
}

}  // namespace
}  // namespace rundlet
