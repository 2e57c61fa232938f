// HistoryWindow: how much of the log compaction has to leave as it is, so that
// a watch may start from a revision of the past (L3).

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_HISTORY_WINDOW_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_HISTORY_WINDOW_H_

#include <cstdint>
#include <functional>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"

namespace rundlet {

// A log segment is in the window if the first change behind it is younger than
// `age` and its own end is among the newest `bytes` of the log. So every change
// that is younger is kept as far as the bytes go, the window is the end of the
// log by whole segments, and what leaves it is a prefix of the rest.
//
// Thread-safe.
class HistoryWindow {
 public:
  struct Settings {
    absl::Duration age;  // zero: there is no window
    uint64_t bytes = 0;  // zero: there is no window
    // Whether room is needed more than history just now; may be empty.
    std::function<bool()> gives_way = nullptr;
  };

  struct Kept {
    // The log segments in the window, the active one included.
    std::set<uint64_t> segment_ids;
  };

  HistoryWindow(Settings settings, const SegmentSet* segments)
      : settings_(std::move(settings)), segments_(segments) {}

  // What is kept at engine time `now_us`. Log segments whose revisions are
  // below the floor are not: nothing may start from them anyway.
  absl::StatusOr<Kept> At(int64_t now_us, const ManifestState& state)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // The engine time of the first write to a segment; `now_us` if there is none.
  absl::StatusOr<int64_t> StartOf(uint64_t segment_id, int64_t now_us)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Settings settings_;
  const SegmentSet* const segments_;

  absl::Mutex mu_;
  absl::flat_hash_map<uint64_t, int64_t> starts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_HISTORY_WINDOW_H_
