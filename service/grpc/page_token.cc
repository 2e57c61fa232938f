#include "service/grpc/page_token.h"

#include <utility>

#include "service/grpc/errors.h"
#include "service/grpc/sealed_token.h"

namespace rundlet {
namespace {

// Before the last key.
constexpr size_t kNumberBytes = 4 + 8 + 8;

absl::Status Mangled() {
  return MakeError(Reason::kInvalidPageToken,
                   "page_token is not one that a page gave");
}

}  // namespace

std::string EncodePageToken(const PageToken& token,
                            absl::string_view store_id) {
  std::string body;
  AppendNumber(token.request_digest, &body);
  AppendNumber(token.read_revision, &body);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixMicros(token.read_time)),
               &body);
  body.append(token.last_key);
  return SealToken(TokenKind::kPage, store_id, body);
}

absl::StatusOr<PageToken> DecodePageToken(absl::string_view text,
                                          absl::string_view store_id,
                                          uint32_t request_digest) {
  const absl::StatusOr<std::string> body =
      UnsealToken(TokenKind::kPage, store_id, text);
  if (absl::IsFailedPrecondition(body.status())) {
    return MakeError(Reason::kForeignPageToken,
                     "page_token was given by another store");
  }
  if (!body.ok() || body->size() < kNumberBytes) return Mangled();
  absl::string_view bytes = *body;
  PageToken token;
  token.request_digest = TakeNumber<uint32_t>(&bytes);
  token.read_revision = TakeNumber<uint64_t>(&bytes);
  token.read_time =
      absl::FromUnixMicros(static_cast<int64_t>(TakeNumber<uint64_t>(&bytes)));
  token.last_key = std::string(bytes);
  if (token.request_digest != request_digest) {
    return MakeError(Reason::kInvalidPageToken,
                     "page_token was given for another range, direction or "
                     "kind of listing");
  }
  return token;
}

}  // namespace rundlet
