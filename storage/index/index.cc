// Index: its writers.

#include "storage/index/index.h"

#include <algorithm>
#include <memory>

namespace rundlet {
namespace {

// Estimates, for operators: a key's places in a table that is half full, and
// among those that expire.
constexpr uint64_t kPlaceBytes = 16;
constexpr uint64_t kExpiryBytes = 24;

bool IsOnlyDeleted(absl::Span<const Version> versions) {
  return versions.size() == 1 && versions.front().deleted;
}

}  // namespace

Index::~Index() {
  order_.Forwards(KeyRange::All(), "", [](KeyNode* node) {
    KeyNode::Free()(node);
    return true;
  });
}

void Index::CountIn(KeyNode* node, const Version& newest) {
  if (newest.deleted) return;
  ++keys_;
  if (newest.expiry_us != 0) expiries_.insert({newest.expiry_us, node});
}

void Index::CountOut(KeyNode* node, const Version& newest) {
  if (newest.deleted) return;
  --keys_;
  if (newest.expiry_us != 0) expiries_.erase({newest.expiry_us, node});
}

void Index::AddKey(absl::string_view key, const Version& version) {
  KeyNode* const node = KeyNode::Make(key, version).release();
  order_.Insert(node);
  table_.Insert(node);
  node_bytes_ += node->bytes();
  live_bytes_ += version.location.bytes;
  CountIn(node, version);
}

void Index::EraseKey(KeyNode* node, Revision deleted_at) {
  live_bytes_ -= node->record_bytes();
  node_bytes_ -= node->bytes();
  pinned_nodes_.erase(node);
  // Before a reader can miss it.
  erased_.store(std::max(erased_.load(std::memory_order_relaxed), deleted_at),
                std::memory_order_release);
  table_.Erase(node);
  order_.Erase(node);
  epochs_.Retire(
      node, [](void* free) { KeyNode::Free()(static_cast<KeyNode*>(free)); },
      node->bytes());
}

void Index::SetVersions(KeyNode* node, Versions versions,
                        absl::FunctionRef<void()> before) {
  const Version replaced = node->newest();
  const Version newest = std::move(versions.back());
  versions.pop_back();
  if (replaced.revision != newest.revision) {
    CountOut(node, replaced);
    CountIn(node, newest);
  }
  if (versions.empty()) {
    pinned_nodes_.erase(node);
  } else {
    pinned_nodes_.insert(node);
  }
  live_bytes_ -= node->record_bytes();
  node_bytes_ -= node->bytes();
  node->Set(newest, std::move(versions), &epochs_, before);
  live_bytes_ += node->record_bytes();
  node_bytes_ += node->bytes();
}

bool Index::IsPinned(const Version& version, Revision next) const {
  const auto pin = pins_.lower_bound(version.revision);
  return pin != pins_.end() && pin->first < next;
}

void Index::Trim(Versions& versions) const {
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
    }
  }
  versions.resize(kept);
}

void Index::TrimNode(KeyNode* node) {
  Versions versions = node->versions();
  const size_t held = versions.size();
  Trim(versions);
  if (IsOnlyDeleted(versions)) return EraseKey(node, versions[0].revision);
  if (versions.size() != held) SetVersions(node, std::move(versions));
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
  if (node == nullptr) {
    AddKey(key, version);
    if (version.deleted) deleted_keys_.emplace_back(key);
    return;
  }
  if (node->newest().revision >= version.revision) return;
  SetVersions(node, {version});
  if (version.deleted) deleted_keys_.emplace_back(key);
}

void Index::FinishRestore(Revision visible) {
  const absl::MutexLock lock(&mu_);
  visible_.store(visible, std::memory_order_release);
  for (const std::string& key : deleted_keys_) {
    KeyNode* const node = NodeOf(key);
    if (node == nullptr) continue;
    const Version newest = node->newest();
    if (newest.deleted) EraseKey(node, newest.revision);
  }
  std::vector<std::string>().swap(deleted_keys_);
}

void Index::MakeVisible(Revision visible) {
  if (visible > visible_.load(std::memory_order_relaxed)) {
    visible_.store(visible, std::memory_order_release);
  }
}

void Index::Replace(KeyNode* node, const Version& version, Revision visible) {
  const Version replaced = node->newest();
  CountOut(node, replaced);
  CountIn(node, version);
  live_bytes_ += version.location.bytes;
  live_bytes_ -= replaced.location.bytes;
  node_bytes_ -= node->bytes();
  node->Set(version, {}, &epochs_, [&] {
    mu_.AssertHeld();
    MakeVisible(visible);
  });
  node_bytes_ += node->bytes();
}

// A reader of the key sees the revision and what it supersedes change at once,
// so nothing superseded has to be kept meanwhile.
void Index::ApplyOne(const HashedKey& key, const Version& version,
                     Revision visible) {
  KeyNode* const node = NodeOf(key);
  if (node == nullptr) {
    if (!version.deleted) AddKey(key.key, version);
    return MakeVisible(visible);
  }
  // Most writes: nobody holds an older version, and none is to be held.
  if (pins_.empty() && !version.deleted && pinned_nodes_.empty()) {
    return Replace(node, version, visible);
  }
  Versions versions;
  if (!pins_.empty()) versions = node->versions();
  versions.push_back(version);
  Trim(versions);
  const bool erase = IsOnlyDeleted(versions);
  SetVersions(node, std::move(versions), [&] {
    mu_.AssertHeld();
    MakeVisible(visible);
  });
  if (erase) EraseKey(node, version.revision);
}

void Index::Apply(absl::Span<const Change> changes, Revision visible) {
  std::vector<KeyVersion> versions;
  versions.reserve(changes.size());
  for (const Change& change : changes) {
    versions.push_back({HashedKey(change.key), change.version});
  }
  Writer(this).Apply(versions, visible);
}

void Index::ApplyAll(absl::Span<const KeyVersion> changes, Revision visible) {
  std::vector<KeyNode*> superseding;
  for (const KeyVersion& change : changes) {
    KeyNode* const node = NodeOf(change.key);
    if (node == nullptr) {
      if (!change.version.deleted) AddKey(change.key.key, change.version);
      continue;
    }
    Versions versions = node->versions();
    versions.push_back(change.version);
    SetVersions(node, std::move(versions));
    superseding.push_back(node);
  }
  MakeVisible(visible);
  for (KeyNode* const node : superseding) TrimNode(node);
}

Revision Index::PinNewest() {
  const absl::MutexLock lock(&mu_);
  const Revision newest = visible();
  ++pins_[newest];
  return newest;
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
  // TrimNode takes nodes out of pinned_nodes_.
  const std::vector<KeyNode*> nodes(pinned_nodes_.begin(), pinned_nodes_.end());
  for (KeyNode* const node : nodes) TrimNode(node);
}

void Index::Relocate(absl::string_view key, Revision revision,
                     const Location& location) {
  const absl::MutexLock lock(&mu_);
  KeyNode* const node = NodeOf(key);
  if (node == nullptr) return;
  const Version newest = node->newest();
  if (newest.revision == revision) {
    live_bytes_ += location.bytes;
    live_bytes_ -= newest.location.bytes;
    node_bytes_ -= node->bytes();
    node->SetLocation(location, &epochs_);
    node_bytes_ += node->bytes();
    return;
  }
  Versions versions = node->versions();
  for (Version& version : versions) {
    if (version.revision != revision) continue;
    version.location = location;
    version.value = nullptr;
    return SetVersions(node, std::move(versions));
  }
}

Index::Usage Index::usage() const {
  const absl::ReaderMutexLock lock(&mu_);
  Usage usage;
  usage.keys = keys_;
  usage.live_bytes = live_bytes_;
  usage.index_bytes = node_bytes_ + order_.bytes() +
                      table_.size() * kPlaceBytes +
                      expiries_.size() * kExpiryBytes;
  return usage;
}

}  // namespace rundlet
