// Goal: numbers of fixed width are little-endian, at any alignment.
// Method: bytes written by hand, and round trips of corner values at every
// alignment.

#include "storage/format/fixed_int.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

template <typename Int>
void ExpectRoundTrips(Int value) {
  for (size_t start = 0; start < 8; ++start) {
    std::string bytes(start + sizeof(Int) + 1, '#');
    EncodeFixed(value, &bytes[start]);
    EXPECT_EQ(DecodeFixed<Int>(&bytes[start]), value);
    EXPECT_EQ(bytes.substr(0, start), std::string(start, '#'));
    EXPECT_EQ(bytes.back(), '#');
    std::string appended(start, '#');
    AppendFixed(value, &appended);
    EXPECT_EQ(appended + "#", bytes);
  }
}

TEST(FixedIntTest, IsLittleEndian) {
  std::string bytes;
  AppendFixed<uint16_t>(0x0102, &bytes);
  AppendFixed<uint32_t>(0x03040506, &bytes);
  AppendFixed<uint64_t>(0x0708090a0b0c0d0e, &bytes);
  AppendFixed<int64_t>(-2, &bytes);
  EXPECT_EQ(bytes, std::string("\x02\x01"
                               "\x06\x05\x04\x03"
                               "\x0e\x0d\x0c\x0b\x0a\x09\x08\x07"
                               "\xfe\xff\xff\xff\xff\xff\xff\xff",
                               22));
}

TEST(FixedIntTest, RoundTripsCorners) {
  ExpectRoundTrips<uint8_t>(0xFF);
  ExpectRoundTrips<uint16_t>(0);
  ExpectRoundTrips<uint16_t>(0xFFFE);
  ExpectRoundTrips<uint32_t>(1);
  ExpectRoundTrips<uint32_t>(0xFFFFFFFE);
  ExpectRoundTrips<uint64_t>(std::numeric_limits<uint64_t>::max() - 1);
  ExpectRoundTrips<int64_t>(std::numeric_limits<int64_t>::min());
  ExpectRoundTrips<int64_t>(-1);
}

}  // namespace
}  // namespace rundlet
