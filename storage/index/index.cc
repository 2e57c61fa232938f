#include "storage/index/index.h"

#include <algorithm>

namespace rundlet {
namespace {

// What a key costs besides its node: its places in half-filled tables and tree
// nodes. An estimate, for operators.
constexpr uint64_t kKeyOverheadBytes = 48;

}  // namespace

const Version* Index::AsOf(const Versions& versions, Revision at) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->revision <= at) return it->deleted ? nullptr : &*it;
  }
  return nullptr;
}

void Index::CountIn(absl::string_view key, const Version& version) {
  live_bytes_ += version.location.bytes;
  if (version.deleted) return;
  ++keys_;
  if (version.expiry_us != 0) expiries_.emplace(version.expiry_us, key);
}

void Index::CountOut(absl::string_view key, const Version& version) {
  if (version.deleted) return;
  --keys_;
  if (version.expiry_us != 0)
    expiries_.erase({version.expiry_us, std::string(key)});
}

KeyNode* Index::NodeOf(absl::string_view key) const {
  const auto found = nodes_.find(key);
  return found == nodes_.end() ? nullptr : found->get();
}

void Index::AddKey(absl::string_view key, const Version& version) {
  KeyNode* const node = nodes_.insert(KeyNode::Make(key, version)).first->get();
  order_.emplace(node->key(), node);
  key_bytes_ += key.size();
  CountIn(key, version);
}

void Index::EraseKey(const KeyNode& node) {
  key_bytes_ -= node.key().size();
  order_.erase(node.key());
  nodes_.erase(nodes_.find(node.key()));
}

bool Index::IsPinned(const Version& version, Revision next) const {
  const auto pin = pins_.lower_bound(version.revision);
  return pin != pins_.end() && pin->first < next;
}

bool Index::Trim(KeyNode& node) {
  Versions& versions = node.versions;
  size_t kept = 0;
  for (size_t i = 0; i < versions.size(); ++i) {
    const bool is_newest = i + 1 == versions.size();
    // Without an older version beside it, a deleted one says what its absence
    // says.
    const bool says_nothing = versions[i].deleted && kept == 0;
    if (is_newest ||
        (!says_nothing && IsPinned(versions[i], versions[i + 1].revision))) {
      if (kept != i) versions[kept] = std::move(versions[i]);
      ++kept;
    } else {
      live_bytes_ -= versions[i].location.bytes;
    }
  }
  versions.erase(versions.begin() + static_cast<ptrdiff_t>(kept),
                 versions.end());
  if (versions.size() > 1) {
    pinned_keys_.emplace(node.key());
    return false;
  }
  if (!pinned_keys_.empty()) pinned_keys_.erase(std::string(node.key()));
  if (!versions.front().deleted) return false;
  live_bytes_ -= versions.front().location.bytes;
  return true;
}

void Index::Restore(absl::string_view key, const Version& version) {
  const absl::MutexLock lock(&mu_);
  RestoreLocked(key, version);
}

void Index::RestoreAll(absl::Span<const Change> changes) {
  const absl::MutexLock lock(&mu_);
  for (const Change& change : changes) {
    RestoreLocked(change.key, change.version);
  }
}

void Index::RestoreLocked(absl::string_view key, const Version& version) {
  KeyNode* const node = NodeOf(key);
  if (node == nullptr) return AddKey(key, version);
  Version& newest = node->versions.back();
  if (newest.revision >= version.revision) return;
  CountOut(key, newest);
  live_bytes_ -= newest.location.bytes;
  newest = version;
  CountIn(key, version);
}

void Index::FinishRestore(Revision visible) {
  const absl::MutexLock lock(&mu_);
  visible_ = visible;
  for (auto it = nodes_.begin(); it != nodes_.end();) {
    const KeyNode& node = **it++;
    if (!node.versions.back().deleted) continue;
    live_bytes_ -= node.versions.back().location.bytes;
    EraseKey(node);
  }
}

void Index::ApplyLocked(absl::Span<const Change> changes, Revision visible) {
  for (const Change& change : changes) {
    KeyNode* const node = NodeOf(change.key);
    if (node == nullptr) {
      if (!change.version.deleted) AddKey(change.key, change.version);
      continue;
    }
    Versions& versions = node->versions;
    CountOut(change.key, versions.back());
    CountIn(change.key, change.version);
    if (pins_.empty() && versions.size() == 1 && !change.version.deleted) {
      live_bytes_ -= versions.back().location.bytes;
      versions.back() = change.version;
      continue;
    }
    versions.push_back(change.version);
    if (Trim(*node)) EraseKey(*node);
  }
  visible_ = std::max(visible_, visible);
}

Revision Index::visible() const {
  const absl::ReaderMutexLock lock(&mu_);
  return visible_;
}

std::optional<Version> Index::Find(absl::string_view key) const {
  const absl::ReaderMutexLock lock(&mu_);
  const KeyNode* const node = NodeOf(key);
  if (node == nullptr || node->versions.back().deleted) return std::nullopt;
  return node->versions.back();
}

Revision Index::FindAll(absl::Span<const std::string> keys, Revision at,
                        std::vector<std::optional<Version>>* versions) const {
  const absl::ReaderMutexLock lock(&mu_);
  const Revision revision = at == 0 ? visible_ : at;
  versions->clear();
  versions->reserve(keys.size());
  for (const std::string& key : keys) {
    const KeyNode* const node = NodeOf(key);
    const Version* const version =
        node == nullptr ? nullptr : AsOf(node->versions, revision);
    if (version == nullptr) {
      versions->emplace_back();
    } else {
      versions->emplace_back(*version);
    }
  }
  return revision;
}

void Index::Scan(
    const KeyRange& range, absl::string_view after, bool reverse, Revision at,
    absl::FunctionRef<bool(absl::string_view key, const Version& version)>
        visit) const {
  const auto visit_as_of = [&visit, at](const KeyNode& node) {
    const Version* const version = AsOf(node.versions, at);
    return version == nullptr || visit(node.key(), *version);
  };
  const absl::ReaderMutexLock lock(&mu_);
  if (!reverse) {
    // Behind `after`, but never before the range's start.
    auto it = after.empty() || after < range.start
                  ? order_.lower_bound(range.start)
                  : order_.upper_bound(after);
    while (it != order_.end() && range.Contains(it->first) &&
           visit_as_of(*it->second)) {
      ++it;
    }
    return;
  }
  auto it = order_.end();
  if (!range.end.empty()) it = order_.lower_bound(range.end);
  if (!after.empty() && (range.end.empty() || after < range.end)) {
    it = order_.lower_bound(after);
  }
  while (it != order_.begin()) {
    --it;
    if (!range.Contains(it->first) || !visit_as_of(*it->second)) return;
  }
}

void Index::Walk(absl::string_view after,
                 absl::FunctionRef<bool(absl::string_view key,
                                        absl::Span<const Version> versions)>
                     visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  for (auto it = order_.upper_bound(after); it != order_.end(); ++it) {
    if (!visit(it->first, it->second->versions)) return;
  }
}

Revision Index::PinNewest() {
  const absl::MutexLock lock(&mu_);
  ++pins_[visible_];
  return visible_;
}

bool Index::PinAgain(Revision revision) {
  const absl::MutexLock lock(&mu_);
  const auto pin = pins_.find(revision);
  if (pin == pins_.end()) return false;
  ++pin->second;
  return true;
}

void Index::Unpin(Revision revision) {
  const absl::MutexLock lock(&mu_);
  const auto pin = pins_.find(revision);
  if (--pin->second > 0) return;
  pins_.erase(pin);
  // Trim takes keys out of pinned_keys_.
  const std::vector<std::string> keys(pinned_keys_.begin(), pinned_keys_.end());
  for (const std::string& key : keys) {
    KeyNode& node = *NodeOf(key);
    if (Trim(node)) EraseKey(node);
  }
}

void Index::Relocate(absl::string_view key, Revision revision,
                     const Location& location) {
  const absl::MutexLock lock(&mu_);
  KeyNode* const node = NodeOf(key);
  if (node == nullptr) return;
  for (Version& version : node->versions) {
    if (version.revision != revision) continue;
    live_bytes_ += location.bytes;
    live_bytes_ -= version.location.bytes;
    version.location = location;
    version.value = nullptr;
  }
}

std::vector<std::pair<std::string, Revision>> Index::Expired(int64_t time_us,
                                                             size_t max) const {
  std::vector<std::pair<std::string, Revision>> expired;
  const absl::ReaderMutexLock lock(&mu_);
  for (const auto& [expiry_us, key] : expiries_) {
    if (expiry_us > time_us || expired.size() == max) break;
    expired.emplace_back(key, NodeOf(key)->versions.back().revision);
  }
  return expired;
}

Index::Usage Index::usage() const {
  const absl::ReaderMutexLock lock(&mu_);
  Usage usage;
  usage.keys = keys_;
  usage.live_bytes = live_bytes_;
  usage.index_bytes = key_bytes_ +
                      nodes_.size() * (sizeof(KeyNode) + kKeyOverheadBytes) +
                      expiries_.size() * kKeyOverheadBytes;
  return usage;
}

}  // namespace rundlet
