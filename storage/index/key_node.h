// KeyNode: a key and its versions, in one piece of memory that does not move.
//
// A lookup that misses the processor's caches costs as many memory accesses as
// it follows pointers. So the key's bytes stand behind the newest version in
// the node itself, and that is packed. What most keys do not have stands aside
// (Details).
//
// Readers take no lock. The newest version is words under a sequence number: a
// reader copies them, and does so again if the number says that they were being
// written. What a node points to never changes: the writer replaces it, and
// Epochs frees it behind the readers.

#ifndef RUNDLET_STORAGE_INDEX_KEY_NODE_H_
#define RUNDLET_STORAGE_INDEX_KEY_NODE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "storage/epochs.h"
#include "storage/index/version.h"

namespace rundlet {

// Any number of readers, each under a guard of the index's Epochs or instead of
// the writer; one writer.
class KeyNode {
 public:
  struct Free {
    void operator()(KeyNode* node) const;
  };
  using Pointer = std::unique_ptr<KeyNode, Free>;

  // What a node holds of one moment.
  struct AsOf {
    // The newest version not above it; empty: none is held.
    std::optional<Version> version;
    // Whether versions above it are held.
    bool superseded = false;
  };

  // REQUIRES: the key has less than 2^32 bytes. Of a location, the segment is
  // below 2^40 and the offset below 2^48.
  static Pointer Make(absl::string_view key, const Version& version);

  KeyNode(const KeyNode&) = delete;
  KeyNode& operator=(const KeyNode&) = delete;

  absl::string_view key() const { return {KeyBytes(), key_bytes_}; }

  // Has the two lines of the cache fetched that most nodes take.
  void Prefetch() const {
    __builtin_prefetch(this, /*rw=*/0, /*locality=*/3);
    __builtin_prefetch(KeyBytes(), /*rw=*/0, /*locality=*/3);
  }

  // Readers.
  Version newest() const { return Unpack(Read()); }
  AsOf ReadAsOf(Revision at) const;
  std::vector<Version> versions() const;  // oldest first, at least one

  // The writer. Replaces all versions by `newest` and `older` ones, oldest
  // first; readers see both or none, and whatever `before` has done.
  void Set(
      const Version& newest, std::vector<Version> older, Epochs* epochs,
      absl::FunctionRef<void()> before = [] {});
  // The newest version's record stands there; its value is needed no more.
  void SetLocation(const Location& location, Epochs* epochs);

  // Of the records of all versions.
  uint64_t record_bytes() const;
  // How much memory it takes, details included.
  size_t bytes() const;

 private:
  // What does not go without saying: that the key does not expire, is in a
  // segment, and has no older version.
  struct Details {
    int64_t expiry_us = 0;
    std::shared_ptr<const std::string> value;
    std::vector<Version> older;
  };

  struct Words {
    Revision revision;
    Revision create_revision;
    uint64_t version;
    int64_t created_us;
    int64_t modified_us;
    uint64_t place;   // offset, flags, kind, high bits of the segment
    uint64_t extent;  // length, low bits of the segment
    const Details* details;
  };

  KeyNode(absl::string_view key, const Version& version);
  ~KeyNode() { delete details_.load(std::memory_order_relaxed); }

  static Words Pack(const Version& version, std::vector<Version> older);
  static Version Unpack(const Words& words);

  Words Read() const;
  void Write(const Words& words, absl::FunctionRef<void()> before);
  void Retire(const Details* details, Epochs* epochs);

  // Behind the object, in the same piece of memory.
  const char* KeyBytes() const {
    return reinterpret_cast<const char*>(this + 1);
  }

  std::atomic<uint32_t> sequence_{0};  // odd: the words are being written
  const uint32_t key_bytes_;
  std::atomic<Revision> revision_;
  std::atomic<Revision> create_revision_;
  std::atomic<uint64_t> version_;
  std::atomic<int64_t> created_us_;
  std::atomic<int64_t> modified_us_;
  std::atomic<uint64_t> place_;
  std::atomic<uint64_t> extent_;
  std::atomic<const Details*> details_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_NODE_H_
