// HeldSegments: the segments that one request reads from, each taken from the
// SegmentSet once.

#ifndef RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_
#define RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "storage/log/segment_set.h"

namespace rundlet {

// Of one thread. Holds the few that it was asked for last.
class HeldSegments {
 public:
  explicit HeldSegments(const SegmentSet* segments) : segments_(segments) {}

  // Null: it is gone, and was not held. What it returns lives until the next
  // call.
  const Segment* Find(uint64_t id) {
    for (const std::shared_ptr<const Segment>& segment : held_) {
      if (segment != nullptr && segment->id() == id) return segment.get();
    }
    std::shared_ptr<const Segment> found = segments_->Find(id);
    if (found == nullptr) return nullptr;
    std::shared_ptr<const Segment>& place = held_[next_++ % held_.size()];
    place = std::move(found);
    return place.get();
  }

 private:
  const SegmentSet* const segments_;
  std::array<std::shared_ptr<const Segment>, 4> held_;
  size_t next_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_HELD_SEGMENTS_H_
