// LogHistory: where in the log a revision is, as far back as history is kept.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_LOG_HISTORY_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_LOG_HISTORY_H_

#include "absl/status/statusor.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/entry.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"

namespace rundlet {

// Thread-safe.
class LogHistory {
 public:
  LogHistory(const Manifest* manifest, const SegmentSet* segments,
             const LogChain* chain)
      : manifest_(manifest), segments_(segments), chain_(chain) {}

  // A place before which there is no revision of `from` or above. What is
  // behind it stays readable while the link is held. OUT_OF_RANGE: `from` is
  // below the floor (OldestRevisionOf).
  absl::StatusOr<LogPlace> Find(Revision from) const;

  // The oldest revision that Find finds.
  Revision floor() const { return manifest_->state().floor; }

 private:
  const Manifest* const manifest_;
  const SegmentSet* const segments_;
  const LogChain* const chain_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_LOG_HISTORY_H_
