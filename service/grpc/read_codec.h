// Get and BatchGet between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_READ_CODEC_H_
#define RUNDLET_SERVICE_GRPC_READ_CODEC_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rundlet/v1/read.pb.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

// What the answer needs to know of the request once the store has taken it.
struct ReadNotes {
  std::vector<std::string> keys;  // those of the request
  bool allow_missing = false;
  bool metadata_only = false;
  bool json_as_text = false;
  bool at_snapshot = false;
};

// `fill_lease` of a Get. Zero: not set.
struct FillTerms {
  absl::Duration wait;
  absl::Duration hold;
};

struct DecodedRead {
  ReadRequest read;
  ReadNotes notes;
  std::optional<FillTerms> fill = {};
};

// INVALID_FIELD and LIMIT_EXCEEDED name the field. INVALID_SNAPSHOT_TOKEN,
// FOREIGN_STORE as DecodeSnapshotToken.
absl::StatusOr<DecodedRead> Decode(v1::GetRequest* proto, const Limits& limits,
                                   absl::string_view store_id);
absl::StatusOr<DecodedRead> Decode(v1::BatchGetRequest* proto,
                                   const Limits& limits,
                                   absl::string_view store_id);

// Fills an empty answer. KEY_NOT_FOUND: as Get says.
absl::Status Encode(ReadResult result, const ReadNotes& notes,
                    v1::GetResponse* proto);
absl::Status Encode(ReadResult result, const ReadNotes& notes,
                    v1::BatchGetResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_READ_CODEC_H_
