// KeyNode: a key and its versions, in one piece of memory.
//
// A lookup that misses the processor's caches costs as many memory accesses as
// it follows pointers. So the key's bytes stand behind the versions, and the
// newest version stands in the node itself: for keys of usual length that is
// two neighbouring cache lines.

#ifndef RUNDLET_STORAGE_INDEX_KEY_NODE_H_
#define RUNDLET_STORAGE_INDEX_KEY_NODE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "storage/index/version.h"

namespace rundlet {

class KeyNode {
 public:
  // Oldest first.
  using Versions = absl::InlinedVector<Version, 1>;

  struct Free {
    void operator()(KeyNode* node) const;
  };
  using Pointer = std::unique_ptr<KeyNode, Free>;

  // REQUIRES: the key has less than 2^32 bytes.
  static Pointer Make(absl::string_view key, const Version& version);

  KeyNode(const KeyNode&) = delete;
  KeyNode& operator=(const KeyNode&) = delete;

  absl::string_view key() const { return {KeyBytes(), key_bytes_}; }

  Versions versions;

 private:
  KeyNode(absl::string_view key, const Version& version);
  ~KeyNode() = default;

  // Behind the object, in the same piece of memory.
  const char* KeyBytes() const {
    return reinterpret_cast<const char*>(this + 1);
  }

  const uint32_t key_bytes_;
};

// For sets of nodes in which keys are looked up.
struct KeyNodeHash {
  using is_transparent = void;
  size_t operator()(absl::string_view key) const {
    return absl::Hash<absl::string_view>()(key);
  }
  size_t operator()(const KeyNode::Pointer& node) const {
    return (*this)(node->key());
  }
};

struct KeyNodeEqual {
  using is_transparent = void;
  static absl::string_view KeyOf(absl::string_view key) { return key; }
  static absl::string_view KeyOf(const KeyNode::Pointer& node) {
    return node->key();
  }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return KeyOf(a) == KeyOf(b);
  }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_NODE_H_
