#include "storage/log/segment_set.h"

#include <algorithm>
#include <utility>

namespace rundlet {

SegmentSet::SegmentSet() : map_(new Map) {}

SegmentSet::~SegmentSet() { delete map_.load(std::memory_order_relaxed); }

void SegmentSet::Replace(std::unique_ptr<const Map> map) {
  epochs_.Delete(map_.exchange(map.release(), std::memory_order_acq_rel));
}

void SegmentSet::Add(const std::shared_ptr<Segment>& segment) {
  segment->set_dictionaries(dictionaries_);
  const absl::MutexLock lock(&mu_);
  auto map = std::make_unique<Map>(*map_.load(std::memory_order_relaxed));
  (*map)[segment->id()] = segment;
  Replace(std::move(map));
}

void SegmentSet::Remove(absl::Span<const uint64_t> ids) {
  const absl::MutexLock lock(&mu_);
  auto map = std::make_unique<Map>(*map_.load(std::memory_order_relaxed));
  for (const uint64_t id : ids) map->erase(id);
  Replace(std::move(map));
  epochs_.Drain();  // the maps before it have references, too
}

const Segment* SegmentSet::FindGuarded(uint64_t id) const {
  const Map& map = *map_.load(std::memory_order_acquire);
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second.get();
}

absl::Status SegmentSet::KnowDictionaries(
    const std::map<uint8_t, std::string>& by_id) {
  absl::Status known;
  for (const auto& [id, bytes] : by_id) {
    known.Update(dictionaries_->Add(id, bytes));
  }
  return known;
}

std::shared_ptr<const Segment> SegmentSet::Find(uint64_t id) const {
  const Epochs::Guard guard(&epochs_);
  const Map& map = *map_.load(std::memory_order_acquire);
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Segment>> SegmentSet::All() const {
  std::vector<std::shared_ptr<Segment>> all;
  {
    const Epochs::Guard guard(&epochs_);
    for (const auto& [id, segment] : *map_.load(std::memory_order_acquire)) {
      all.push_back(segment);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return all;
}

}  // namespace rundlet
