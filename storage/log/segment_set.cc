#include "storage/log/segment_set.h"

#include <algorithm>

namespace rundlet {
namespace {

// Its count of references stands in front of it, in the same piece of memory:
// alone on its cache lines.
struct alignas(kStripeBytes) Counted {
  std::shared_ptr<Segment> segment;
};

}  // namespace

SegmentSet::SegmentSet() : map_(new Map) {}

SegmentSet::~SegmentSet() { delete map_.load(std::memory_order_relaxed); }

// Waits for lookups under way, so that what was removed is closed by now unless
// a reader has it.
void SegmentSet::Replace(const Map* map) {
  epochs_.Delete(map_.exchange(map, std::memory_order_acq_rel));
  epochs_.Drain();
}

void SegmentSet::Add(const std::shared_ptr<Segment>& segment) {
  auto references = std::make_shared<References>();
  for (std::shared_ptr<Segment>& reference : *references) {
    const auto counted = std::make_shared<Counted>(Counted{segment});
    reference = std::shared_ptr<Segment>(counted, counted->segment.get());
  }
  const absl::MutexLock lock(&mu_);
  auto map = std::make_unique<Map>(*map_.load(std::memory_order_relaxed));
  (*map)[segment->id()] = std::move(references);
  Replace(map.release());
}

void SegmentSet::Remove(absl::Span<const uint64_t> ids) {
  const absl::MutexLock lock(&mu_);
  auto map = std::make_unique<Map>(*map_.load(std::memory_order_relaxed));
  for (const uint64_t id : ids) map->erase(id);
  Replace(map.release());
}

std::shared_ptr<const Segment> SegmentSet::Find(uint64_t id) const {
  const Epochs::Guard guard(&epochs_);
  const Map& map = *map_.load(std::memory_order_acquire);
  const auto found = map.find(id);
  return found == map.end() ? nullptr : (*found->second)[ThreadStripe()];
}

std::vector<std::shared_ptr<Segment>> SegmentSet::All() const {
  std::vector<std::shared_ptr<Segment>> all;
  {
    const Epochs::Guard guard(&epochs_);
    for (const auto& [id, references] : *map_.load(std::memory_order_acquire)) {
      all.push_back((*references)[ThreadStripe()]);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return all;
}

}  // namespace rundlet
