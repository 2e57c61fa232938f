// Sealed tokens: what a client carries from one request to a later one, and
// cannot make up by accident: bound to a kind and a store, with a checksum.

#ifndef RUNDLET_SERVICE_GRPC_SEALED_TOKEN_H_
#define RUNDLET_SERVICE_GRPC_SEALED_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// The first byte of a token; another layout is another kind.
enum class TokenKind : char { kPage = 1, kSnapshot = 2, kFill = 3 };

// URL-safe text. `store_id` is that of StoreStats.
std::string SealToken(TokenKind kind, absl::string_view store_id,
                      absl::string_view body);

// The body. INVALID_ARGUMENT: mangled, or of another kind. FAILED_PRECONDITION:
// whole, but of another store.
absl::StatusOr<std::string> UnsealToken(TokenKind kind,
                                        absl::string_view store_id,
                                        absl::string_view text);

// Numbers in a body are little-endian.
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

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_SEALED_TOKEN_H_
