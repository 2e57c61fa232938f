// Goal: a page token is taken only whole, by the store that gave it, for the
// request that it was given for.
// Method: a token with an awkward key; every bit of its text flipped, every
// length cut; another store; another request.

#include "service/grpc/page_token.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr char kStoreId[] = "0123456789abcdef0123456789abcdef";
constexpr char kOtherStoreId[] = "fedcba9876543210fedcba9876543210";
constexpr uint32_t kDigest = 0xDEADBEEF;

PageToken Token() {
  PageToken token;
  token.request_digest = kDigest;
  token.read_revision = ~uint64_t{0} - 1;
  token.read_time = absl::FromUnixMicros(1'700'000'000'123'456);
  token.last_key = std::string("k\0\xFF\n", 4);
  return token;
}

TEST(PageTokenTest, ComesBackAsItWas) {
  const std::string text = EncodePageToken(Token(), kStoreId);
  const absl::StatusOr<PageToken> token =
      DecodePageToken(text, kStoreId, kDigest);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->read_revision, Token().read_revision);
  EXPECT_EQ(token->read_time, Token().read_time);
  EXPECT_EQ(token->last_key, Token().last_key);
  EXPECT_EQ(text.find_first_of("+/= "), std::string::npos) << text;
}

TEST(PageTokenTest, AnyBitFlippedIsNoticed) {
  const std::string text = EncodePageToken(Token(), kStoreId);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(text, &bytes));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string mangled = bytes;
    mangled[bit / 8] = static_cast<char>(mangled[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(
        DecodePageToken(absl::WebSafeBase64Escape(mangled), kStoreId, kDigest)
            .status()
            .code(),
        absl::StatusCode::kInvalidArgument)
        << bit;
  }
}

TEST(PageTokenTest, AnyCutIsNoticed) {
  const std::string text = EncodePageToken(Token(), kStoreId);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(DecodePageToken(text.substr(0, size), kStoreId, kDigest)
                  .status()
                  .code(),
              absl::StatusCode::kInvalidArgument)
        << size;
  }
  EXPECT_FALSE(DecodePageToken(text + "AAAA", kStoreId, kDigest).ok());
  EXPECT_FALSE(DecodePageToken("no token, this", kStoreId, kDigest).ok());
}

TEST(PageTokenTest, AnotherStoreIsToldApart) {
  const std::string text = EncodePageToken(Token(), kStoreId);
  EXPECT_EQ(DecodePageToken(text, kOtherStoreId, kDigest).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(PageTokenTest, AnotherRequestIsToldApart) {
  const std::string text = EncodePageToken(Token(), kStoreId);
  EXPECT_EQ(DecodePageToken(text, kStoreId, kDigest + 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rundlet
