// What a record carries of the request that committed it (FORMAT.md 3.3).

#ifndef RUNDLET_STORAGE_FORMAT_REQUEST_EXTRA_H_
#define RUNDLET_STORAGE_FORMAT_REQUEST_EXTRA_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// The strings point into memory of somebody else.
struct RequestExtra {
  absl::string_view identity;  // shorter than 64 KiB, as is the id
  absl::string_view id;
  uint32_t payload_crc32 = 0;
  absl::string_view receipt;  // as engine/receipt_codec.h encodes it
};

std::string EncodeRequestExtra(const RequestExtra& extra);

// DATA_LOSS: the bytes are not such an extra.
absl::StatusOr<RequestExtra> DecodeRequestExtra(absl::string_view bytes);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_REQUEST_EXTRA_H_
