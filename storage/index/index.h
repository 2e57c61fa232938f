// Index: key -> versions, in key order. It knows no files.
//
// It holds the newest version of each key, and older ones for as long as a pin
// needs them. A deleted key is in it only while an older version of it is.

#ifndef RUNDLET_STORAGE_INDEX_INDEX_H_
#define RUNDLET_STORAGE_INDEX_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/index/key_node.h"
#include "storage/index/version.h"
#include "storage/scan.h"

namespace rundlet {

// Thread-safe.
class Index {
 public:
  struct Change {
    std::string key;
    Version version;
  };

  struct Usage {
    uint64_t keys = 0;         // that are not deleted
    uint64_t live_bytes = 0;   // of the records of all versions held
    uint64_t index_bytes = 0;  // estimated
  };

  // During recovery, in any order: keeps the version with the highest revision.
  void Restore(absl::string_view key, const Version& version)
      ABSL_LOCKS_EXCLUDED(mu_);
  void RestoreAll(absl::Span<const Change> changes) ABSL_LOCKS_EXCLUDED(mu_);
  // Ends recovery: forgets deleted keys; `visible` is the newest revision.
  void FinishRestore(Revision visible) ABSL_LOCKS_EXCLUDED(mu_);

  // Makes changes visible, as many transactions as it is given, all at once for
  // readers: it holds the index's lock while it lives.
  class ABSL_SCOPED_LOCKABLE Writer {
   public:
    explicit Writer(Index* index) ABSL_EXCLUSIVE_LOCK_FUNCTION(index->mu_)
        : index_(index) {
      index_->mu_.Lock();
    }
    ~Writer() ABSL_UNLOCK_FUNCTION() { index_->mu_.Unlock(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // Each change is newer than what its key has; with them all revisions up to
    // `visible` are.
    void Apply(absl::Span<const Change> changes, Revision visible) {
      index_->mu_.AssertHeld();
      index_->ApplyLocked(changes, visible);
    }

   private:
    Index* const index_;
  };

  // The same for one transaction.
  void Apply(absl::Span<const Change> changes, Revision visible)
      ABSL_LOCKS_EXCLUDED(mu_) {
    Writer(this).Apply(changes, visible);
  }

  Revision visible() const ABSL_LOCKS_EXCLUDED(mu_);

  // The newest version; empty if the key is absent or deleted.
  std::optional<Version> Find(absl::string_view key) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // The versions of several keys, all as of `at`, which is pinned, or 0 for the
  // newest. Returns the revision they are of.
  Revision FindAll(absl::Span<const std::string> keys, Revision at,
                   std::vector<std::optional<Version>>* versions) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // Calls `visit` for the versions as of the pinned revision `at`, in key
  // order, from behind `after` (empty: the range's first key) on, until it
  // returns false. Runs under the index's lock: short visits, short ranges.
  void Scan(
      const KeyRange& range, absl::string_view after, bool reverse, Revision at,
      absl::FunctionRef<bool(absl::string_view key, const Version& version)>
          visit) const ABSL_LOCKS_EXCLUDED(mu_);

  // Calls `visit` with all versions of each key behind `after`, oldest first,
  // until it returns false.
  void Walk(absl::string_view after,
            absl::FunctionRef<bool(absl::string_view key,
                                   absl::Span<const Version> versions)>
                visit) const ABSL_LOCKS_EXCLUDED(mu_);

  // Pins the newest revision: until Unpin, it can be read. Counted.
  Revision PinNewest() ABSL_LOCKS_EXCLUDED(mu_);
  // Pins `revision`, if it is pinned already; else returns false.
  bool PinAgain(Revision revision) ABSL_LOCKS_EXCLUDED(mu_);
  // Takes back one pin. REQUIRES: `revision` is pinned.
  void Unpin(Revision revision) ABSL_LOCKS_EXCLUDED(mu_);

  // The record of that version stands elsewhere now. No effect if the version
  // is held no more.
  void Relocate(absl::string_view key, Revision revision,
                const Location& location) ABSL_LOCKS_EXCLUDED(mu_);

  // Keys whose newest version expires at or before `time_us`, with the revision
  // of that version, soonest first, at most `max`.
  std::vector<std::pair<std::string, Revision>> Expired(int64_t time_us,
                                                        size_t max) const
      ABSL_LOCKS_EXCLUDED(mu_);

  Usage usage() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Versions = KeyNode::Versions;

  void ApplyLocked(absl::Span<const Change> changes, Revision visible)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  static const Version* AsOf(const Versions& versions, Revision at);

  // Whether a pin reads the version that `next` supersedes.
  bool IsPinned(const Version& version, Revision next) const
      ABSL_SHARED_LOCKS_REQUIRED(mu_);
  // Drops what no pin needs; returns whether the key is to be erased.
  bool Trim(KeyNode& node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RestoreLocked(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Adds a key that is not there.
  void AddKey(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void EraseKey(const KeyNode& node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  KeyNode* NodeOf(absl::string_view key) const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  void CountIn(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CountOut(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  // By hash for reads and writes of a key, by order for ranges of them.
  absl::flat_hash_set<KeyNode::Pointer, KeyNodeHash, KeyNodeEqual> nodes_
      ABSL_GUARDED_BY(mu_);
  absl::btree_map<absl::string_view, KeyNode*> order_ ABSL_GUARDED_BY(mu_);
  Revision visible_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<Revision, uint64_t> pins_ ABSL_GUARDED_BY(mu_);  // -> how often
  // Keys with versions that only a pin needs.
  absl::btree_set<std::string> pinned_keys_ ABSL_GUARDED_BY(mu_);
  absl::btree_set<std::pair<int64_t, std::string>> expiries_
      ABSL_GUARDED_BY(mu_);
  uint64_t keys_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t live_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t key_bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_INDEX_H_
