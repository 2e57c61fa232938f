// The shapes of Store::OpenWatch: the log from a revision on, as changes.
//
// A watch gives batches, one for each Next, in this order:
//
//   kPresent...   only if asked for: the entries as of one revision, in key
//                 order, as many batches as it takes
//   kMarker       once: where the changes begin
//   kChanges or kBookmark, without end
//
// Promises (P9): changes come in the order of their revisions, each once, none
// is left out, and a transaction is never split over two batches. Only what has
// been synced to the disk and is visible to reads is given, the present state,
// too, so that no crash takes back what a watch has said. A key that has
// expired is a change of its own, when the store deletes it. Every batch from
// the marker on says `through`: whoever stops there goes on with
// WatchRequest::from = through + 1, also after a restart, while history is
// kept.

#ifndef RUNDLET_STORAGE_WATCH_H_
#define RUNDLET_STORAGE_WATCH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/scan.h"

namespace rundlet {

struct WatchRequest {
  // Which keys; at least one range, at most Limits::watch_ranges_max. Where
  // they overlap nothing is given twice.
  std::vector<KeyRange> ranges;
  bool puts = true;     // give puts and changes of expiry
  bool deletes = true;  // give deletes and expired keys; one of both is true
  // The first revision whose changes are wanted. 0: those that become visible
  // after the call. OUT_OF_RANGE: below the floor of history, or above the
  // next revision to come.
  Revision from = 0;
  // First the present state, as of a revision that the marker names, then
  // every change behind it. Needs `from` = 0.
  bool present_state = false;
  bool metadata_only = false;  // leave the values' bytes out
  // A bookmark comes when nothing else has come for so long. Zero: only those
  // asked for. At least 100 milliseconds.
  absl::Duration bookmark_interval;
  // Of one batch, keys and values. A transaction, or an entry of the present
  // state, that is larger comes alone.
  uint64_t batch_bytes_max = uint64_t{1} << 20;
};

struct Change {
  enum class Cause : uint8_t {
    kPut,      // also a change of expiry
    kDelete,   // somebody deleted the key
    kExpired,  // the store deleted it, because its time had come
  };

  Cause cause = Cause::kPut;
  // Of a put, all of it. Of the others key, revision and modified.
  Entry entry;
};

struct WatchBatch {
  enum class Kind : uint8_t { kPresent, kMarker, kChanges, kBookmark };

  Kind kind = Kind::kBookmark;
  std::vector<Entry> entries;   // kPresent; never empty
  std::vector<Change> changes;  // kChanges; never empty, whole transactions
  // All changes up to this revision have been given, except for kPresent, where
  // it is the revision of the entries and not to be resumed from.
  Revision through = 0;
};

// A running watch. Destroying it cancels it: a callback that is owed is
// answered CANCELLED before the destructor returns, one that runs on another
// thread is waited for, and one may destroy the watch that it belongs to. It
// may outlive the store: then it only answers UNAVAILABLE.
//
// Thread-safe, but for its destruction.
class Watch {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<WatchBatch> batch)>;

  virtual ~Watch() = default;

  // Asks for the next batch. The callback runs once, as store.h says, when
  // there is one: nothing is gathered for a reader who does not ask. One call
  // at a time; FAILED_PRECONDITION: one is owed already.
  //
  // An error ends the watch; every later call gets the same one:
  // RESOURCE_EXHAUSTED: the reader was too slow and has been cut off: more has
  //   changed than Limits::watch_lag_*_max since it began. ResumeRevisionOf
  //   says where to go on; nothing, if the present state was not complete.
  // OUT_OF_RANGE: what comes next is no longer in the log (an ingest, or a
  //   lease of the present state that has passed). OldestRevisionOf.
  // DATA_LOSS: a record of the log is damaged.
  // UNAVAILABLE: the store is closing, or has stopped before the present state
  //   was on its disk.
  virtual void Next(Callback done) = 0;

  // The next batch that has no change in it is a bookmark, and comes as soon
  // as all that is synced by now has been given.
  virtual void RequestBookmark() = 0;
};

// With which revision a reader who was cut off goes on; empty: `status` says
// no such thing.
std::optional<Revision> ResumeRevisionOf(const absl::Status& status);
absl::Status CutOff(absl::Status status, Revision resume_from);

// The lowest revision that a watch may ask for; empty: `status` says no such
// thing.
std::optional<Revision> OldestRevisionOf(const absl::Status& status);
absl::Status HistoryGone(absl::Status status, Revision oldest);

// The same keys as ranges that do not overlap, in ascending order.
std::vector<KeyRange> MergedRanges(std::vector<KeyRange> ranges);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_WATCH_H_
