#include "storage/log/segment_set.h"

#include <algorithm>

namespace rundlet {

void SegmentSet::Add(const std::shared_ptr<Segment>& segment) {
  for (Stripe& stripe : stripes_) {
    // References counted here; the last of them gives back the one reference
    // that stands for them all.
    std::shared_ptr<Segment> counted_here(segment.get(),
                                          [segment](const Segment*) {});
    const absl::MutexLock lock(&stripe.mu);
    stripe.segments[segment->id()].swap(counted_here);
  }
}

void SegmentSet::Remove(absl::Span<const uint64_t> ids) {
  for (Stripe& stripe : stripes_) {
    const absl::MutexLock lock(&stripe.mu);
    for (const uint64_t id : ids) stripe.segments.erase(id);
  }
}

std::shared_ptr<const Segment> SegmentSet::Find(uint64_t id) const {
  const Stripe& stripe = stripes_[ThreadStripe()];
  const absl::ReaderMutexLock lock(&stripe.mu);
  const auto found = stripe.segments.find(id);
  return found == stripe.segments.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Segment>> SegmentSet::All() const {
  std::vector<std::shared_ptr<Segment>> all;
  const Stripe& stripe = stripes_[ThreadStripe()];
  {
    const absl::ReaderMutexLock lock(&stripe.mu);
    for (const auto& [id, segment] : stripe.segments) all.push_back(segment);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return all;
}

}  // namespace rundlet
