// List and Scan between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_RANGE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_RANGE_CODEC_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rundlet/v1/range.pb.h"
#include "storage/scan.h"

namespace rundlet {

// Of a page of List, and of a chunk of Scan.
inline constexpr uint32_t kPageSizeMax = 1000;

// Keys and values of a page. With kPageSizeMax times what surrounds them and
// kJsonExpansionBytesMax it stays below kPageBytesMax as a message.
inline constexpr uint64_t kPageStoredBytesMax = uint64_t{512} << 10;
inline constexpr uint64_t kPageBytesMax = uint64_t{1} << 20;

// What the answer needs to know of the request once the store has taken it.
struct RangeNotes {
  uint32_t request_digest = 0;
  bool keys_only = false;
  bool json_as_text = false;
  bool pinned = false;  // a page token or a snapshot was given
};

struct DecodedRange {
  ScanRequest scan;
  RangeNotes notes;
};

// INVALID_FIELD: fields that do not go together, or a negative page_size.
// INVALID_PAGE_TOKEN, FOREIGN_PAGE_TOKEN as DecodePageToken;
// INVALID_SNAPSHOT_TOKEN, FOREIGN_STORE as DecodeSnapshotToken.
absl::StatusOr<DecodedRange> Decode(const v1::ListRequest& proto,
                                    absl::string_view store_id);
absl::StatusOr<DecodedRange> Decode(const v1::ScanRequest& proto,
                                    absl::string_view store_id);

// Fills an empty answer. INTERNAL: a page that breaks the contract of Store.
absl::Status Encode(ScanPage page, const RangeNotes& notes,
                    absl::string_view store_id, v1::ListResponse* proto);
absl::Status Encode(ScanPage page, const RangeNotes& notes,
                    absl::string_view store_id, v1::ScanResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_RANGE_CODEC_H_
