// HeldSegments: the segments that one request reads from, without a count of
// references for each.

#ifndef RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_
#define RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_

#include <cstdint>

#include "storage/epochs.h"
#include "storage/log/segment_set.h"

namespace rundlet {

// Of one thread, and for a short time: who removes a segment waits for it.
class HeldSegments {
 public:
  explicit HeldSegments(const SegmentSet* segments)
      : segments_(segments), guard_(segments->epochs()) {}
  HeldSegments(const HeldSegments&) = delete;
  HeldSegments& operator=(const HeldSegments&) = delete;

  // Null: it is gone. What it returns lives until the next call.
  const Segment* Find(uint64_t id) {
    if (++finds_ % kFindsAtOnce == 0) {
      newest_ = nullptr;
      guard_.Renew();
    }
    if (newest_ == nullptr || newest_->id() != id) {
      newest_ = segments_->FindGuarded(id);
    }
    return newest_;
  }

 private:
  // Lets those that wait for the guard go on, however long the request.
  static constexpr uint64_t kFindsAtOnce = 64;

  const SegmentSet* const segments_;
  Epochs::Guard guard_;
  const Segment* newest_ = nullptr;
  uint64_t finds_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_
