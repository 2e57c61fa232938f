// Goal: a key is any bytes, ordered as unsigned ones.
// Method: keys of zeros and of 0xFF, the bytes that strings and ranges trip on.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

ScanRequest PrefixRequest(absl::string_view prefix) {
  ScanRequest request;
  request.range = KeyRange::Prefix(prefix);
  return request;
}

TEST_P(BinaryKeyLaws, AnyByteIsAKey) {
  const std::vector<std::string> keys = {std::string(1, '\0'),
                                         std::string("a\0b", 3),
                                         "a\xff",
                                         "\x80",
                                         "\xff",
                                         "\xff\xff"};
  for (const std::string& key : keys) Put(key, "v");
  for (const std::string& key : keys) EXPECT_EQ(Existing(key).key, key);
  std::vector<std::string> found;
  for (const Entry& entry : Scan({}).entries) found.push_back(entry.key);
  EXPECT_EQ(found, keys);
}

TEST_P(BinaryKeyLaws, APrefixThatEndsWith0xFFHasAnEnd) {
  for (const char* key : {"a", "a\xfe", "a\xff", "a\xff\x01", "a\xff\xff", "b",
                          "\xff", "\xff\xff"}) {
    Put(key, "");
  }
  EXPECT_THAT(Texts(Scan(PrefixRequest("a\xff")).entries),
              ElementsAre("a\xff=", "a\xff\x01=", "a\xff\xff="));
  EXPECT_THAT(Texts(Scan(PrefixRequest("\xff")).entries),
              ElementsAre("\xff=", "\xff\xff="));
  EXPECT_THAT(Texts(Scan(PrefixRequest("\xff\xff")).entries),
              ElementsAre("\xff\xff="));
}

}  // namespace
}  // namespace rundlet
