// Page tokens: where a listing goes on, and as of when. Opaque to clients.

#ifndef RUNDLET_SERVICE_GRPC_PAGE_TOKEN_H_
#define RUNDLET_SERVICE_GRPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/entry.h"

namespace rundlet {

struct PageToken {
  uint32_t request_digest = 0;  // of what must not change from page to page
  Revision read_revision = 0;
  absl::Time read_time;  // in microseconds
  std::string last_key;  // the page before ended with it
};

// URL-safe text: version, store id, the fields, and a checksum over all.
// `store_id` is that of StoreStats.
std::string EncodePageToken(const PageToken& token, absl::string_view store_id);

// INVALID_PAGE_TOKEN: mangled, or of another request than `request_digest`
// says. FOREIGN_PAGE_TOKEN: whole, but of another store.
absl::StatusOr<PageToken> DecodePageToken(absl::string_view text,
                                          absl::string_view store_id,
                                          uint32_t request_digest);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_PAGE_TOKEN_H_
