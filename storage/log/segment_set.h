// SegmentSet: the segments that readers may need, by id.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_SET_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/log/segment.h"

namespace rundlet {

// Thread-safe. A segment lives until it was removed here and the last reader
// has let it go.
class SegmentSet {
 public:
  void Add(std::shared_ptr<Segment> segment) ABSL_LOCKS_EXCLUDED(mu_);
  void Remove(absl::Span<const uint64_t> ids) ABSL_LOCKS_EXCLUDED(mu_);

  // Null if it is not there: a compaction has moved its records elsewhere.
  std::shared_ptr<const Segment> Find(uint64_t id) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // All, by ascending id.
  std::vector<std::shared_ptr<Segment>> All() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  mutable absl::Mutex mu_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<Segment>> segments_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
