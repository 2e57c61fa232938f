// Watch between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_WATCH_CODEC_H_
#define RUNDLET_SERVICE_GRPC_WATCH_CODEC_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rundlet/v1/watch.pb.h"
#include "storage/limits.h"
#include "storage/watch.h"

namespace rundlet {

// When a watch that names no interval gets a bookmark.
inline constexpr absl::Duration kBookmarkInterval = absl::Seconds(60);

// What the messages need to know of the request once the store has taken it.
struct WatchNotes {
  bool metadata_only = false;
  bool json_as_text = false;
};

struct DecodedWatch {
  WatchRequest watch;
  WatchNotes notes;
};

// INVALID_FIELD and LIMIT_EXCEEDED name the field. FOREIGN_STORE: a bookmark of
// another store than `store_id`.
absl::StatusOr<DecodedWatch> Decode(v1::WatchRequest* proto,
                                    absl::string_view store_id,
                                    const Limits& limits);

// The batches of a watch as messages, each below kPageBytesMax or of one entry
// or change. A message ends with a transaction, unless that is larger than a
// message. One owner.
class WatchMessages {
 public:
  // `store_id` is not copied.
  WatchMessages(const WatchNotes& notes, absl::string_view store_id)
      : notes_(notes), store_id_(store_id) {}

  // Takes the next batch. REQUIRES that there is nothing left of the last one.
  void Add(WatchBatch batch);

  bool empty() const { return !has_batch_; }

  // Fills an empty message. REQUIRES !empty().
  void Next(v1::WatchResponse* proto);

  // Up to where all changes are in messages that Next gave; 0: nothing is there
  // to resume behind.
  Revision through() const { return through_; }

 private:
  void NextPresent(v1::PresentEntries* proto);
  void NextChanges(v1::Changes* proto);
  void EncodeBookmark(v1::Bookmark* proto);

  const WatchNotes notes_;
  const absl::string_view store_id_;
  bool has_batch_ = false;
  WatchBatch batch_;
  size_t next_ = 0;  // entry or change of the batch
  Revision through_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_WATCH_CODEC_H_
