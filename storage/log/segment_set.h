// SegmentSet: the segments that readers may need, by id.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_SET_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/log/segment.h"
#include "storage/thread_stripe.h"

namespace rundlet {

// Thread-safe. A segment lives until it was removed here and the last reader
// has let it go.
//
// Every record that is read takes a reference of its segment. So that readers
// share neither a lock nor a count of references, each stripe has both for
// itself.
class SegmentSet {
 public:
  void Add(const std::shared_ptr<Segment>& segment);
  void Remove(absl::Span<const uint64_t> ids);

  // Null if it is not there: a compaction has moved its records elsewhere.
  std::shared_ptr<const Segment> Find(uint64_t id) const;

  // All, by ascending id.
  std::vector<std::shared_ptr<Segment>> All() const;

 private:
  struct alignas(kStripeBytes) Stripe {
    mutable absl::Mutex mu;
    absl::flat_hash_map<uint64_t, std::shared_ptr<Segment>> segments
        ABSL_GUARDED_BY(mu);
  };

  std::array<Stripe, kThreadStripes> stripes_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
