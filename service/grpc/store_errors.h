// From the errors of Store to those of the wire API.

#ifndef RUNDLET_SERVICE_GRPC_STORE_ERRORS_H_
#define RUNDLET_SERVICE_GRPC_STORE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"

namespace rundlet {

// The error of the wire API for one of Store: the same message, a reason by
// its code. `pinned`: the request named a revision that a page or a snapshot
// had pinned, so that OUT_OF_RANGE means that it is gone. Errors of the wire
// API itself are returned unchanged.
absl::Status StoreError(const absl::Status& status, bool pinned = false);

// Likewise of a watch that could not begin.
absl::Status WatchOpenError(const absl::Status& status);

// Why a running watch has ended; the metadata say where to resume, if there is
// such a revision.
absl::Status WatchError(const absl::Status& status, absl::string_view store_id);

// The end of a stream when the server drains. The client of a watch has all
// changes up to `through`; 0: there is nothing to resume from.
absl::Status StreamDrained(Revision through = 0,
                           absl::string_view store_id = "");

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_STORE_ERRORS_H_
