// SegmentSet: the segments that readers may need, by id.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_SET_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/epochs.h"
#include "storage/log/segment.h"
#include "storage/thread_stripe.h"

namespace rundlet {

// Thread-safe. A segment lives until it was removed here and the last reader
// has let it go.
//
// Every record that is read takes a reference of its segment. So that readers
// share neither a lock nor a count, each stripe of threads has its own count of
// each segment, and the map is replaced as a whole when it changes.
class SegmentSet {
 public:
  SegmentSet();
  ~SegmentSet();
  SegmentSet(const SegmentSet&) = delete;
  SegmentSet& operator=(const SegmentSet&) = delete;

  void Add(const std::shared_ptr<Segment>& segment) ABSL_LOCKS_EXCLUDED(mu_);
  void Remove(absl::Span<const uint64_t> ids) ABSL_LOCKS_EXCLUDED(mu_);

  // Null if it is not there: a compaction has moved its records elsewhere.
  std::shared_ptr<const Segment> Find(uint64_t id) const;

  // All, by ascending id.
  std::vector<std::shared_ptr<Segment>> All() const;

 private:
  // The same segment, counted a stripe at a time.
  using References = std::array<std::shared_ptr<Segment>, kThreadStripes>;
  using Map = absl::flat_hash_map<uint64_t, std::shared_ptr<const References>>;

  void Replace(const Map* map) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;  // of those that change the map
  Epochs epochs_;   // its guards last for one lookup
  std::atomic<const Map*> map_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
