// Goal: a digest is what proto/rundlet/v1/condition.proto says, so that a
// client computes the same. Method: digests that sha256sum has printed, of the
// kind's byte and the value.

#include "storage/value_digest.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

std::string HexOf(const Value& value) {
  return absl::BytesToHexString(ValueDigest(value));
}

TEST(ValueDigestTest, IsThatOfKindAndBytes) {
  EXPECT_EQ(HexOf(Value::Text("hello")),
            "cceeb7a985ecc3dabcb4c8f666cd637f16f008e3c963db6aa6f83a7b288c54ef");
  EXPECT_EQ(HexOf(Value::Data("hello")),
            "29f3ced0b171e52626c66bedaf76469f1efda5c110b47ea24228ef25e61859cc");
  EXPECT_EQ(HexOf(Value::Json("")),
            "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5");
  EXPECT_EQ(ValueDigest(Value::Text("")).size(), kValueDigestBytes);
}

}  // namespace
}  // namespace rundlet
