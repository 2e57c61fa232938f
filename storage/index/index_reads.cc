// Index: its readers.

#include <algorithm>
#include <array>

#include "storage/index/index.h"

namespace rundlet {
namespace {

// Keys whose memory is fetched at a time.
constexpr size_t kKeysAtOnce = 16;

// A reader of keys that others go on deleting ends up waiting for them.
constexpr int kTriesWithoutLock = 16;

}  // namespace

bool Index::Find(const HashedKey& key, Version* version) const {
  const Epochs::Guard guard(&epochs_);
  const KeyNode* const node = NodeOf(key);
  if (node == nullptr) return false;
  Version newest = node->newest();
  if (newest.deleted) return false;
  *version = std::move(newest);
  return true;
}

std::optional<Version> Index::Find(absl::string_view key) const {
  std::optional<Version> version(std::in_place);
  if (!Find(HashedKey(key), &*version)) version.reset();
  return version;
}

bool Index::TryFindAll(absl::Span<const std::string> keys, Revision at,
                       bool is_pinned,
                       std::vector<std::optional<Version>>* versions) const {
  const Epochs::Guard guard(&epochs_);
  versions->clear();
  versions->reserve(keys.size());
  bool certain = true;
  std::array<uint64_t, kKeysAtOnce> hashes;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i % kKeysAtOnce == 0) {
      const auto group = keys.subspan(i, kKeysAtOnce);
      for (size_t j = 0; j < group.size(); ++j) {
        hashes[j] = HashedKey(group[j]).hash;
        if (keys.size() > 1) table_.PrefetchSlot(hashes[j]);
      }
      if (keys.size() > 1) {
        for (size_t j = 0; j < group.size(); ++j) {
          table_.PrefetchNode(hashes[j]);
        }
      }
    }
    const KeyNode* const node =
        table_.Find(HashedKey(keys[i], hashes[i % kKeysAtOnce]));
    if (node == nullptr) {
      certain &= erased_.load(std::memory_order_acquire) <= at;
      versions->emplace_back();
      continue;
    }
    KeyNode::AsOf as_of = node->ReadAsOf(at);
    certain &= !as_of.superseded;
    if (as_of.version.has_value() && as_of.version->deleted) {
      as_of.version.reset();
    }
    versions->push_back(std::move(as_of.version));
  }
  return is_pinned || certain || visible() == at;
}

Revision Index::FindAll(absl::Span<const std::string> keys, Revision at,
                        std::vector<std::optional<Version>>* versions) const {
  if (at != 0) {
    TryFindAll(keys, at, /*is_pinned=*/true, versions);
    return at;
  }
  for (int tries = 0; tries < kTriesWithoutLock; ++tries) {
    const Revision newest = visible();
    if (TryFindAll(keys, newest, /*is_pinned=*/false, versions)) return newest;
  }
  const absl::ReaderMutexLock lock(&mu_);
  const Revision newest = visible();
  TryFindAll(keys, newest, /*is_pinned=*/true, versions);
  return newest;
}

void Index::Scan(const KeyRange& range, absl::string_view after, bool reverse,
                 Revision at, KeyOrder::VisitVersion visit) const {
  const Epochs::Guard guard(&epochs_);
  const auto visit_as_of = [&visit, at](const KeyNode* node) {
    const KeyNode::AsOf as_of = node->ReadAsOf(at);
    return !as_of.version.has_value() || as_of.version->deleted ||
           visit(node->key(), *as_of.version);
  };
  if (reverse) {
    order_.Backwards(range, after, visit_as_of);
  } else {
    order_.Forwards(range, after, visit_as_of);
  }
}

void Index::Walk(absl::string_view after,
                 absl::FunctionRef<bool(absl::string_view key,
                                        absl::Span<const Version> versions)>
                     visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  order_.Forwards(KeyRange::All(), after, [&visit](const KeyNode* node) {
    return visit(node->key(), node->versions());
  });
}

std::vector<std::pair<std::string, Revision>> Index::Expired(int64_t time_us,
                                                             size_t max) const {
  std::vector<std::pair<std::string, Revision>> expired;
  const absl::ReaderMutexLock lock(&mu_);
  for (const Expiry& expiry : expiries_) {
    if (expiry.expiry_us > time_us || expired.size() == max) break;
    expired.emplace_back(expiry.node->key(), expiry.node->newest().revision);
  }
  return expired;
}

}  // namespace rundlet
