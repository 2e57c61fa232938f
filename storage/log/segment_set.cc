#include "storage/log/segment_set.h"

#include <algorithm>
#include <utility>

namespace rundlet {

void SegmentSet::Add(std::shared_ptr<Segment> segment) {
  const absl::MutexLock lock(&mu_);
  const uint64_t id = segment->id();
  segments_[id] = std::move(segment);
}

void SegmentSet::Remove(absl::Span<const uint64_t> ids) {
  const absl::MutexLock lock(&mu_);
  for (const uint64_t id : ids) segments_.erase(id);
}

std::shared_ptr<const Segment> SegmentSet::Find(uint64_t id) const {
  const absl::ReaderMutexLock lock(&mu_);
  const auto found = segments_.find(id);
  return found == segments_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Segment>> SegmentSet::All() const {
  std::vector<std::shared_ptr<Segment>> all;
  {
    const absl::ReaderMutexLock lock(&mu_);
    for (const auto& [id, segment] : segments_) all.push_back(segment);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return all;
}

}  // namespace rundlet
