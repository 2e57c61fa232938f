#include "storage/index/key_node.h"

#include <cstring>
#include <new>

namespace rundlet {

KeyNode::KeyNode(absl::string_view key, const Version& version)
    : versions{version}, key_bytes_(static_cast<uint32_t>(key.size())) {
  std::memcpy(reinterpret_cast<char*>(this + 1), key.data(), key.size());
}

KeyNode::Pointer KeyNode::Make(absl::string_view key, const Version& version) {
  void* const memory = ::operator new(sizeof(KeyNode) + key.size());
  return Pointer(new (memory) KeyNode(key, version));
}

void KeyNode::Free::operator()(KeyNode* node) const {
  node->~KeyNode();
  ::operator delete(node);
}

}  // namespace rundlet
