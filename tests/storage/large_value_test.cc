// Goal: the description of a large value keeps every field, stands on the disk
// as FORMAT.md says, and nothing else is taken for one.
// Method: a description with every field set, byte by byte; each byte changed,
// each length cut.

#include "storage/large_value.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

LargeValue Sample() {
  LargeValue large;
  large.kind = ValueKind::kText;
  large.crc32 = 0x11223344;
  large.bytes = 0x0102030405;
  large.chunk_bytes = 0x00040000;
  large.upload_id = "0123456789abcdef";
  return large;
}

TEST(LargeValueTest, StandsAsFormatSays) {
  const Value value = EncodeLargeValue(Sample());
  EXPECT_EQ(value.kind, ValueKind::kLarge);
  EXPECT_EQ(value.bytes, std::string("\x01\0\0\0\x44\x33\x22\x11"
                                     "\x05\x04\x03\x02\x01\0\0\0"
                                     "\0\0\x04\0\0\0\0\0"
                                     "0123456789abcdef",
                                     40));
  const auto decoded = DecodeLargeValue(value.bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeLargeValue(*decoded), value);
  EXPECT_EQ(LargeValueContent(value.bytes), value.bytes.substr(0, 16));
}

TEST(LargeValueTest, TakesNothingElse) {
  const std::string good = EncodeLargeValue(Sample()).bytes;
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_TRUE(
        absl::IsDataLoss(DecodeLargeValue(good.substr(0, bytes)).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeLargeValue(good + "x").status()));
  for (const size_t zero : {1, 2, 3, 20, 21, 22, 23}) {
    std::string bad = good;
    bad[zero] = 1;
    EXPECT_TRUE(absl::IsDataLoss(DecodeLargeValue(bad).status())) << zero;
  }
  for (const char kind : {0, 3, 4, -1}) {
    std::string bad = good;
    bad[0] = kind;
    EXPECT_TRUE(absl::IsDataLoss(DecodeLargeValue(bad).status()));
  }
  LargeValue none = Sample();
  none.bytes = 0;
  EXPECT_FALSE(DecodeLargeValue(EncodeLargeValue(none).bytes).ok());
  none = Sample();
  none.chunk_bytes = 0;
  EXPECT_FALSE(DecodeLargeValue(EncodeLargeValue(none).bytes).ok());
}

TEST(LargeValueTest, CountsItsChunks) {
  LargeValue large = Sample();
  large.chunk_bytes = 32;
  for (const auto& [bytes, chunks] :
       {std::make_pair(1, 1), std::make_pair(32, 1), std::make_pair(33, 2)}) {
    large.bytes = static_cast<uint64_t>(bytes);
    EXPECT_EQ(large.chunk_count(), static_cast<uint64_t>(chunks));
  }
}

}  // namespace
}  // namespace rundlet
