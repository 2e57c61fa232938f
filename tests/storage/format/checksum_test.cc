// Goal: checksums are zlib's, and belong to one place.
// Method: zlib's crc32 as the reference, over lengths, seeds and alignments;
// salts and seeds from FORMAT.md section 2, computed by hand.

#include "storage/format/checksum.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

TEST(ChecksumTest, HasThePublishedCheckValue) {
  EXPECT_EQ(Crc32(0, "123456789"), 0xCBF43926u);
  EXPECT_EQ(Crc32(0, ""), 0u);
  EXPECT_EQ(Crc32(0x12345678, ""), 0x12345678u);
}

TEST(ChecksumTest, EqualsZlibForEveryShortLengthAndAlignment) {
  SeededRandom random(TestSeed());
  const std::string bytes = random.Bytes(512);
  for (size_t start = 0; start < 16; ++start) {
    for (size_t count = 0; start + count <= bytes.size(); ++count) {
      const auto part = absl::string_view(bytes).substr(start, count);
      const auto seed = static_cast<uint32_t>(random.Next());
      ASSERT_EQ(Crc32(seed, part), ReferenceCrc(seed, part))
          << "start " << start << " count " << count;
    }
  }
}

TEST(ChecksumTest, EqualsZlibForLongInputs) {
  SeededRandom random(TestSeed());
  for (int i = 0; i < 50; ++i) {
    const std::string bytes = random.Bytes(random.Below(1 << 18));
    const auto seed = static_cast<uint32_t>(random.Next());
    ASSERT_EQ(Crc32(seed, bytes), ReferenceCrc(seed, bytes));
  }
}

TEST(ChecksumTest, GoesOnFromASeed) {
  EXPECT_EQ(Crc32(Crc32(0, "1234"), "56789"), Crc32(0, "123456789"));
}

TEST(ChecksumTest, SaltIsTheCrcOfStoreIdAndLittleEndianSegmentId) {
  const std::string store_id = "0123456789abcdef";
  std::string bytes =
      store_id + std::string("\x08\x07\x06\x05\x04\x03\x02\x01", 8);
  EXPECT_EQ(SegmentSalt(store_id, 0x0102030405060708u), ReferenceCrc(0, bytes));
}

TEST(ChecksumTest, SaltsOfNeighboursDiffer) {
  std::set<uint32_t> salts;
  for (uint64_t id = 0; id < 1000; ++id) {
    salts.insert(SegmentSalt("0123456789abcdef", id));
    salts.insert(SegmentSalt("0123456789abcdeg", id));
  }
  EXPECT_EQ(salts.size(), 2000u);
}

TEST(ChecksumTest, PlaceSeedTakesBothHalvesOfTheOffset) {
  EXPECT_EQ(PlaceSeed(0xAABBCCDD, 0), 0xAABBCCDDu);
  EXPECT_EQ(PlaceSeed(0, 0x00000000FFFFFFFFu), 0xFFFFFFFFu);
  EXPECT_EQ(PlaceSeed(0, uint64_t{0x12345678} << 32), 0x12345678u);
  EXPECT_EQ(PlaceSeed(0xF0, (uint64_t{0x0F} << 32) | 0xF00u), 0xFFFu);
}

}  // namespace
}  // namespace rundlet
