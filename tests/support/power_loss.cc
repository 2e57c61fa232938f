#include "tests/support/power_loss.h"

#include <algorithm>
#include <utility>

namespace rundlet {

void DiskBytes::Apply(const Change& change, std::string* bytes) {
  if (change.truncate) {
    bytes->resize(change.offset);
    return;
  }
  const uint64_t end = change.offset + change.data.size();
  if (bytes->size() < end) bytes->resize(end);
  bytes->replace(change.offset, change.data.size(), change.data);
}

void DiskBytes::Write(uint64_t offset, absl::string_view data) {
  if (data.empty()) return;
  unsynced_.push_back({false, offset, std::string(data)});
  Apply(unsynced_.back(), &live_);
}

void DiskBytes::Truncate(uint64_t bytes) {
  unsynced_.push_back({true, bytes, ""});
  Apply(unsynced_.back(), &live_);
}

void DiskBytes::Sync() {
  for (const Change& change : unsynced_) Apply(change, &durable_);
  unsynced_.clear();
}

void DiskBytes::LosePower(PowerLoss loss, SeededRandom& random) {
  if (loss == PowerLoss::kNothing) return;
  live_ = loss == PowerLoss::kUnsynced ? durable_ : AnySubset(random);
  durable_ = live_;
  unsynced_.clear();
}

std::string DiskBytes::AnySubset(SeededRandom& random) const {
  // The states that the file went through, the durable one first.
  std::vector<std::string> states = {durable_};
  for (const Change& change : unsynced_) {
    states.push_back(states.back());
    Apply(change, &states.back());
  }
  // The size is written at a moment of its own, too; where no data followed,
  // the file has zeros.
  std::string result(random.Pick(states).size(), '\0');
  // Often all sectors at one moment, or at the first or last: a kernel that
  // was just idle, or just done.
  const bool together = random.OneIn(4);
  const std::string& common = random.Pick(states);
  for (uint64_t start = 0; start < result.size(); start += kSectorBytes) {
    const std::string& state = together ? common : random.Pick(states);
    if (state.size() <= start) continue;
    const uint64_t bytes = std::min<uint64_t>(
        {kSectorBytes, state.size() - start, result.size() - start});
    result.replace(start, bytes, state, start, bytes);
  }
  return result;
}

void DiskNames::Apply(const Change& change, Names* names) {
  if (!change.erase.empty()) names->erase(change.erase);
  if (!change.set.empty()) (*names)[change.set] = change.node;
}

void DiskNames::Add(Change change) {
  Apply(change, &live_);
  unsynced_.push_back(std::move(change));
}

void DiskNames::Set(const std::string& name, std::shared_ptr<DiskNode> node) {
  Add({"", name, std::move(node)});
}

void DiskNames::Erase(const std::string& name) { Add({name, "", nullptr}); }

void DiskNames::Rename(const std::string& from, const std::string& to) {
  Add({from, to, live_.at(from)});
}

void DiskNames::Sync() {
  for (const Change& change : unsynced_) Apply(change, &durable_);
  unsynced_.clear();
}

void DiskNames::LosePower(PowerLoss loss, SeededRandom& random) {
  if (loss == PowerLoss::kNothing) return;
  live_ = durable_;
  for (const Change& change : unsynced_) {
    if (loss == PowerLoss::kAnySubset && random.OneIn(2)) {
      Apply(change, &live_);
    }
  }
  durable_ = live_;
  unsynced_.clear();
  for (const auto& [name, node] : live_) {
    node->bytes.LosePower(loss, random);
    node->names.LosePower(loss, random);
  }
}

}  // namespace rundlet
