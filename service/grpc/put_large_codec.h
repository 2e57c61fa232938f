// The header and the answer of PutLarge between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_PUT_LARGE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_PUT_LARGE_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/large.pb.h"
#include "service/grpc/transaction_codec.h"
#include "storage/entry.h"
#include "storage/limits.h"

namespace rundlet {

struct DecodedPutLarge {
  DecodedWrite write;  // one put, whose value is still to come
  std::string key;
  ValueKind kind = ValueKind::kData;
  std::optional<uint64_t> value_bytes;  // announced
};

// Checks a header and takes what it has out of it. INVALID_FIELD and
// LIMIT_EXCEEDED name the field, from the header on.
absl::StatusOr<DecodedPutLarge> Decode(v1::PutLargeHeader* proto,
                                       const Limits& limits,
                                       uint64_t large_value_bytes_max);

// Fills an empty answer, but for size and CRC-32. Errors as of PutResponse.
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::PutLargeResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_PUT_LARGE_CODEC_H_
