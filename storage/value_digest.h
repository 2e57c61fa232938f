// The digest of a value, by which a condition can name it without its bytes.

#ifndef RUNDLET_STORAGE_VALUE_DIGEST_H_
#define RUNDLET_STORAGE_VALUE_DIGEST_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/entry.h"

namespace rundlet {

inline constexpr absl::string_view kValueDigestAlgorithm = "SHA-256";
inline constexpr size_t kValueDigestBytes = 32;

// SHA-256 of one byte with the kind's number (entry.h) and the value's bytes.
std::string ValueDigest(ValueKind kind, absl::string_view bytes);

inline std::string ValueDigest(const Value& value) {
  return ValueDigest(value.kind, value.bytes);
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_VALUE_DIGEST_H_
