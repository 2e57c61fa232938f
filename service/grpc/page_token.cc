#include "service/grpc/page_token.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "zlib.h"

namespace rundlet {
namespace {

// The first byte of every token; another one is another layout.
constexpr char kVersion = 1;

// Numbers are little-endian.
constexpr size_t kStoreIdBytes = 32;  // as text
constexpr size_t kHeadBytes = 1 + kStoreIdBytes + 4 + 8 + 8;
constexpr size_t kChecksumBytes = 4;

template <typename Number>
void AppendNumber(Number number, std::string* bytes) {
  for (size_t i = 0; i < sizeof(number); ++i) {
    bytes->push_back(static_cast<char>(number >> (8 * i)));
  }
}

// Takes a number off the front of *bytes, which has enough of them.
template <typename Number>
Number TakeNumber(absl::string_view* bytes) {
  Number number = 0;
  for (size_t i = 0; i < sizeof(number); ++i) {
    number |= Number{static_cast<unsigned char>((*bytes)[i])} << (8 * i);
  }
  bytes->remove_prefix(sizeof(number));
  return number;
}

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

absl::Status Mangled() {
  return MakeError(Reason::kInvalidPageToken,
                   "page_token is not one that a page gave");
}

}  // namespace

std::string EncodePageToken(const PageToken& token,
                            absl::string_view store_id) {
  std::string bytes(1, kVersion);
  absl::StrAppend(&bytes, store_id.substr(0, kStoreIdBytes));
  bytes.resize(1 + kStoreIdBytes, '\0');
  AppendNumber(token.request_digest, &bytes);
  AppendNumber(token.read_revision, &bytes);
  AppendNumber(static_cast<uint64_t>(absl::ToUnixMicros(token.read_time)),
               &bytes);
  bytes.append(token.last_key);
  AppendNumber(Checksum(bytes), &bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<PageToken> DecodePageToken(absl::string_view text,
                                          absl::string_view store_id,
                                          uint32_t request_digest) {
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(text, &decoded) ||
      decoded.size() < kHeadBytes + kChecksumBytes || decoded[0] != kVersion) {
    return Mangled();
  }
  absl::string_view bytes = decoded;
  absl::string_view checksum = bytes.substr(bytes.size() - kChecksumBytes);
  bytes.remove_suffix(kChecksumBytes);
  if (Checksum(bytes) != TakeNumber<uint32_t>(&checksum)) return Mangled();
  if (bytes.substr(1, kStoreIdBytes) != store_id) {
    return MakeError(Reason::kForeignPageToken,
                     "page_token was given by another store");
  }
  bytes.remove_prefix(1 + kStoreIdBytes);
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
