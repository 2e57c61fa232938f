#include "service/grpc/sealed_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "zlib.h"

namespace rundlet {
namespace {

constexpr size_t kStoreIdBytes = 32;  // as text
constexpr size_t kHeadBytes = 1 + kStoreIdBytes;
constexpr size_t kChecksumBytes = 4;

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::string SealToken(TokenKind kind, absl::string_view store_id,
                      absl::string_view body) {
  std::string bytes(1, static_cast<char>(kind));
  absl::StrAppend(&bytes, store_id.substr(0, kStoreIdBytes));
  bytes.resize(kHeadBytes, '\0');
  absl::StrAppend(&bytes, body);
  AppendNumber(Checksum(bytes), &bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<std::string> UnsealToken(TokenKind kind,
                                        absl::string_view store_id,
                                        absl::string_view text) {
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(text, &decoded) ||
      decoded.size() < kHeadBytes + kChecksumBytes ||
      decoded[0] != static_cast<char>(kind)) {
    return absl::InvalidArgumentError("not such a token");
  }
  absl::string_view bytes = decoded;
  absl::string_view checksum = bytes.substr(bytes.size() - kChecksumBytes);
  bytes.remove_suffix(kChecksumBytes);
  if (Checksum(bytes) != TakeNumber<uint32_t>(&checksum)) {
    return absl::InvalidArgumentError("the token is mangled");
  }
  if (bytes.substr(1, kStoreIdBytes) != store_id) {
    return absl::FailedPreconditionError("the token is another store's");
  }
  return std::string(bytes.substr(kHeadBytes));
}

}  // namespace rundlet
