// Index: key -> versions, in key order. It knows no files.
//
// It holds the newest version of each key, and older ones for as long as a pin
// needs them. A deleted key is in it only while an older version of it is.
//
// Reads of keys take no lock and wait for no writer and no compaction; they go
// through a KeyTable, under a guard of its Epochs. Ranges go through a tree of
// the same nodes, under a lock that only they and writers of new or deleted
// keys take. Writers take turns.
//
// Several keys are read at one revision like this. The newest visible revision
// is R; each key's version as of R is copied. A writer makes the versions of a
// transaction findable, then its revision visible, then drops the versions
// that these supersede. So where a version above R is found, or a key is gone
// that was deleted above R, and R is still the newest visible revision, then
// nothing that was there at R had been dropped; else the keys are read again.

#ifndef RUNDLET_STORAGE_INDEX_INDEX_H_
#define RUNDLET_STORAGE_INDEX_INDEX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/epochs.h"
#include "storage/format/hashed_key.h"
#include "storage/index/key_node.h"
#include "storage/index/key_order.h"
#include "storage/index/key_table.h"
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

  // The same where the key stands with somebody else.
  struct KeyVersion {
    HashedKey key;
    Version version;
  };

  struct Usage {
    uint64_t keys = 0;         // that are not deleted
    uint64_t live_bytes = 0;   // of the records of all versions held
    uint64_t index_bytes = 0;  // estimated
  };

  Index() = default;
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // During recovery, in any order: keeps the version with the highest revision.
  void Restore(absl::string_view key, const Version& version)
      ABSL_LOCKS_EXCLUDED(mu_);
  void RestoreAll(absl::Span<const Change> changes) ABSL_LOCKS_EXCLUDED(mu_);
  // Ends recovery: forgets deleted keys; `visible` is the newest revision.
  void FinishRestore(Revision visible) ABSL_LOCKS_EXCLUDED(mu_);

  // Makes changes visible, each transaction at once for readers. Holds other
  // writers off while it lives.
  class ABSL_SCOPED_LOCKABLE Writer {
   public:
    explicit Writer(Index* index) ABSL_EXCLUSIVE_LOCK_FUNCTION(index->mu_)
        : index_(index) {
      index_->mu_.Lock();
    }
    ~Writer() ABSL_UNLOCK_FUNCTION() { index_->mu_.Unlock(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // The changes of a transaction, each newer than what its key has; with them
    // all revisions up to `visible` are.
    void Apply(absl::Span<const KeyVersion> changes, Revision visible) {
      index_->mu_.AssertHeld();
      if (changes.size() == 1) {
        index_->ApplyOne(changes.front().key, changes.front().version, visible);
      } else {
        index_->ApplyAll(changes, visible);
      }
    }

   private:
    Index* const index_;
  };

  // The same for one transaction.
  void Apply(absl::Span<const Change> changes, Revision visible)
      ABSL_LOCKS_EXCLUDED(mu_);

  Revision visible() const { return visible_.load(std::memory_order_acquire); }

  // The newest version; empty if the key is absent or deleted.
  std::optional<Version> Find(absl::string_view key) const;
  // The same; false: there is none, and *version is as it was.
  bool Find(const HashedKey& key, Version* version) const;

  // The versions of several keys, all as of `at`, which is pinned, or 0 for the
  // newest. Returns the revision they are of.
  Revision FindAll(absl::Span<const std::string> keys, Revision at,
                   std::vector<std::optional<Version>>* versions) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // Calls `visit` for the versions as of the pinned revision `at`, in key
  // order, from behind `after` (empty: the range's first key) on, until it
  // returns false. Keeps new keys out meanwhile: short visits, short ranges.
  void Scan(const KeyRange& range, absl::string_view after, bool reverse,
            Revision at, KeyOrder::VisitVersion visit) const;

  // Calls `visit` with all versions of each key behind `after`, oldest first,
  // until it returns false. Keeps writers out meanwhile.
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
  using Versions = std::vector<Version>;
  struct Expiry {
    int64_t expiry_us;
    KeyNode* node;
    friend bool operator<(const Expiry& a, const Expiry& b) {
      return a.expiry_us != b.expiry_us ? a.expiry_us < b.expiry_us
                                        : a.node->key() < b.node->key();
    }
  };

  void ApplyAll(absl::Span<const KeyVersion> changes, Revision visible)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The only change of its transaction.
  void ApplyOne(const HashedKey& key, const Version& version, Revision visible)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Gives a key that has one version another one, which is no deletion.
  void Replace(KeyNode* node, const Version& version, Revision visible)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MakeVisible(Revision visible) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Whether a pin reads the version that `next` supersedes.
  bool IsPinned(const Version& version, Revision next) const
      ABSL_SHARED_LOCKS_REQUIRED(mu_);
  // Drops what no pin needs of a key's versions; the newest stays.
  void Trim(Versions& versions) const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  // Alike in the key's node; erases the key if only its deletion is left.
  void TrimNode(KeyNode* node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RestoreLocked(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Adds a key that is not there.
  void AddKey(absl::string_view key, const Version& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The newest version of the key is deleted and visible.
  void EraseKey(KeyNode* node, Revision deleted_at)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Gives a key these versions, oldest first, and counts the difference.
  void SetVersions(
      KeyNode* node, Versions versions, absl::FunctionRef<void()> before = [] {
      }) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CountIn(KeyNode* node, const Version& newest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CountOut(KeyNode* node, const Version& newest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  KeyNode* NodeOf(absl::string_view key) const {
    return NodeOf(HashedKey(key));
  }
  KeyNode* NodeOf(const HashedKey& key) const { return table_.Find(key); }

  // Whether these are the versions as of `at`: else they are to be read again.
  bool TryFindAll(absl::Span<const std::string> keys, Revision at,
                  bool is_pinned,
                  std::vector<std::optional<Version>>* versions) const;

  mutable absl::Mutex mu_;  // a writer's
  std::atomic<Revision> visible_{0};
  // The highest revision of a deleted key that has left the table.
  std::atomic<Revision> erased_{0};
  Epochs epochs_;
  KeyTable table_{&epochs_};                                // written under mu_
  KeyOrder order_;                                          // written under mu_
  std::map<Revision, uint64_t> pins_ ABSL_GUARDED_BY(mu_);  // -> how often
  // Keys with versions that only a pin needs.
  absl::flat_hash_set<KeyNode*> pinned_nodes_ ABSL_GUARDED_BY(mu_);
  absl::btree_set<Expiry> expiries_ ABSL_GUARDED_BY(mu_);
  // While it is restored: keys of which a version was a deletion.
  std::vector<std::string> deleted_keys_ ABSL_GUARDED_BY(mu_);
  uint64_t keys_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t live_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t node_bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_INDEX_H_
