#include "storage/index/index.h"

#include <algorithm>

namespace rundlet {
namespace {

// What a key costs besides its bytes and versions: its string, and its places
// in half-filled tables and tree nodes. An estimate, for operators.
constexpr uint64_t kKeyOverheadBytes = 64;

}  // namespace

const Version* Index::AsOf(const Versions& versions, Revision at) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->revision <= at) return it->deleted ? nullptr : &*it;
  }
  return nullptr;
}

void Index::CountIn(const std::string& key, const Version& version) {
  live_bytes_ += version.location.bytes;
  if (version.deleted) return;
  ++keys_;
  if (version.expiry_us != 0) expiries_.insert({version.expiry_us, key});
}

void Index::CountOut(const std::string& key, const Version& version) {
  if (version.deleted) return;
  --keys_;
  if (version.expiry_us != 0) expiries_.erase({version.expiry_us, key});
}

Index::Key& Index::AddKey(absl::string_view key, const Version& version) {
  Key& added = *map_.emplace(key, Versions{version}).first;
  order_.emplace(added.first, &added);
  key_bytes_ += key.size();
  return added;
}

void Index::EraseKey(const std::string& key) {
  key_bytes_ -= key.size();
  order_.erase(key);
  map_.erase(key);
}

bool Index::IsPinned(const Version& version, Revision next) const {
  const auto pin = pins_.lower_bound(version.revision);
  return pin != pins_.end() && pin->first < next;
}

bool Index::Trim(const std::string& key, Versions& versions) {
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
    pinned_keys_.insert(key);
    return false;
  }
  pinned_keys_.erase(key);
  if (!versions.front().deleted) return false;
  live_bytes_ -= versions.front().location.bytes;
  return true;
}

void Index::Restore(absl::string_view key, const Version& version) {
  const absl::MutexLock lock(&mu_);
  const auto found = map_.find(key);
  if (found == map_.end()) {
    CountIn(AddKey(key, version).first, version);
    return;
  }
  Version& newest = found->second.back();
  if (newest.revision >= version.revision) return;
  CountOut(found->first, newest);
  live_bytes_ -= newest.location.bytes;
  newest = version;
  CountIn(found->first, version);
}

void Index::FinishRestore(Revision visible) {
  const absl::MutexLock lock(&mu_);
  visible_ = visible;
  for (auto it = map_.begin(); it != map_.end();) {
    const auto key = it++;
    if (!key->second.back().deleted) continue;
    live_bytes_ -= key->second.back().location.bytes;
    EraseKey(key->first);
  }
}

void Index::ApplyLocked(absl::Span<const Change> changes, Revision visible) {
  for (const Change& change : changes) {
    const auto found = map_.find(change.key);
    if (found == map_.end()) {
      if (change.version.deleted) continue;
      CountIn(AddKey(change.key, change.version).first, change.version);
      continue;
    }
    Versions& versions = found->second;
    CountOut(found->first, versions.back());
    CountIn(found->first, change.version);
    if (pins_.empty() && versions.size() == 1 && !change.version.deleted) {
      live_bytes_ -= versions.back().location.bytes;
      versions.back() = change.version;
      continue;
    }
    versions.push_back(change.version);
    if (Trim(found->first, versions)) EraseKey(found->first);
  }
  visible_ = std::max(visible_, visible);
}

Revision Index::visible() const {
  const absl::ReaderMutexLock lock(&mu_);
  return visible_;
}

std::optional<Version> Index::Find(absl::string_view key) const {
  const absl::ReaderMutexLock lock(&mu_);
  const auto found = map_.find(key);
  if (found == map_.end() || found->second.back().deleted) return std::nullopt;
  return found->second.back();
}

Revision Index::FindAll(absl::Span<const std::string> keys, Revision at,
                        std::vector<std::optional<Version>>* versions) const {
  const absl::ReaderMutexLock lock(&mu_);
  const Revision revision = at == 0 ? visible_ : at;
  versions->clear();
  versions->reserve(keys.size());
  for (const std::string& key : keys) {
    const auto found = map_.find(key);
    const Version* version =
        found == map_.end() ? nullptr : AsOf(found->second, revision);
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
    absl::FunctionRef<bool(const std::string& key, const Version& version)>
        visit) const {
  const auto visit_as_of = [&visit, at](const Key& key) {
    const Version* version = AsOf(key.second, at);
    return version == nullptr || visit(key.first, *version);
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
                 absl::FunctionRef<bool(const std::string& key,
                                        absl::Span<const Version> versions)>
                     visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  for (auto it = order_.upper_bound(after); it != order_.end(); ++it) {
    if (!visit(it->second->first, it->second->second)) return;
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
    const auto it = map_.find(key);
    if (Trim(it->first, it->second)) EraseKey(it->first);
  }
}

void Index::Relocate(absl::string_view key, Revision revision,
                     const Location& location) {
  const absl::MutexLock lock(&mu_);
  const auto found = map_.find(key);
  if (found == map_.end()) return;
  for (Version& version : found->second) {
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
    expired.emplace_back(key, map_.find(key)->second.back().revision);
  }
  return expired;
}

Index::Usage Index::usage() const {
  const absl::ReaderMutexLock lock(&mu_);
  Usage usage;
  usage.keys = keys_;
  usage.live_bytes = live_bytes_;
  usage.index_bytes = key_bytes_ +
                      map_.size() * (sizeof(Versions) + kKeyOverheadBytes) +
                      expiries_.size() * kKeyOverheadBytes;
  return usage;
}

}  // namespace rundlet
