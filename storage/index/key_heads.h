// KeyHeads: places of sorted keys, found mostly without reading a key.
//
// The bytes that all the keys begin with are kept once; of each key, the four
// bytes behind them are kept as a number, its head. A search compares numbers
// that lie side by side, and reads keys only where heads are equal. ("Poor
// man's normalized keys": Graefe and Larson, "B-Tree Indexes and CPU Caches",
// ICDE 2001.)

#ifndef RUNDLET_STORAGE_INDEX_KEY_HEADS_H_
#define RUNDLET_STORAGE_INDEX_KEY_HEADS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// How many bytes both keys begin with.
inline size_t SharedBytes(absl::string_view a, absl::string_view b) {
  const size_t bytes = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + bytes, b.begin()).first -
         a.begin();
}

// At most kKeysMax keys, which stand elsewhere: `key_at` gives the key of a
// place, as of before the call.
template <size_t kKeysMax>
class KeyHeads {
 public:
  using KeyAt = absl::FunctionRef<absl::string_view(size_t place)>;

  size_t count() const { return count_; }
  bool is_full() const { return count_ == kKeysMax; }

  // The first place whose key is not below `key`.
  size_t LowerBound(absl::string_view key, KeyAt key_at) const {
    return Search(key, key_at,
                  [key](absl::string_view at) { return at < key; });
  }
  // The first place whose key is above `key`.
  size_t UpperBound(absl::string_view key, KeyAt key_at) const {
    return Search(key, key_at,
                  [key](absl::string_view at) { return at <= key; });
  }

  // The key goes to that place; those from there on go one place up. REQUIRES:
  // it is not full.
  void Insert(size_t place, absl::string_view key, KeyAt key_at) {
    const size_t shared = count_ == 0 ? std::min(key.size(), kPrefixBytesMax)
                                      : SharedBytes(key, prefix());
    if (count_ == 0) {
      SetPrefix(key.substr(0, shared));
    } else if (shared < prefix_bytes_) {
      SetPrefix(key.substr(0, shared));
      for (size_t i = 0; i < count_; ++i) heads_[i] = HeadOf(key_at(i));
    }
    std::copy_backward(heads_.begin() + place, heads_.begin() + count_,
                       heads_.begin() + count_ + 1);
    heads_[place] = HeadOf(key);
    ++count_;
  }

  // Those behind it go one place down.
  void Erase(size_t place) {
    std::copy(heads_.begin() + place + 1, heads_.begin() + count_,
              heads_.begin() + place);
    --count_;
  }

  // Takes these keys for what it had: their prefix becomes as long as it can.
  void Assign(size_t count, KeyAt key_at) {
    count_ = static_cast<uint16_t>(count);
    if (count == 0) return;
    const absl::string_view first = key_at(0);
    const size_t shared = SharedBytes(first, key_at(count - 1));
    SetPrefix(first.substr(0, std::min(shared, kPrefixBytesMax)));
    for (size_t i = 0; i < count; ++i) heads_[i] = HeadOf(key_at(i));
  }

 private:
  // With the two counts, a cache line.
  static constexpr size_t kPrefixBytesMax = 60;

  absl::string_view prefix() const { return {prefix_.data(), prefix_bytes_}; }

  void SetPrefix(absl::string_view prefix) {
    std::copy(prefix.begin(), prefix.end(), prefix_.begin());
    prefix_bytes_ = static_cast<uint16_t>(prefix.size());
  }

  // Of a key that has the prefix. One that ends early has zeros: its head is
  // not above that of a longer one.
  uint32_t HeadOf(absl::string_view key) const {
    uint32_t head = 0;
    for (size_t i = prefix_bytes_; i < prefix_bytes_ + sizeof(head); ++i) {
      const char byte = i < key.size() ? key[i] : '\0';
      head = head << 8 | static_cast<unsigned char>(byte);
    }
    return head;
  }

  template <typename IsBefore>
  size_t Search(absl::string_view key, KeyAt key_at, IsBefore is_before) const {
    const int order = key.substr(0, prefix_bytes_).compare(prefix());
    if (order != 0) return order < 0 ? 0 : count_;
    const uint32_t head = HeadOf(key);
    const auto end = heads_.begin() + count_;
    size_t low = std::lower_bound(heads_.begin(), end, head) - heads_.begin();
    // Equal heads, mostly none or one: their keys decide.
    size_t high = low;
    while (high < count_ && heads_[high] == head) ++high;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (is_before(key_at(middle))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  uint16_t count_ = 0;
  uint16_t prefix_bytes_ = 0;
  std::array<char, kPrefixBytesMax> prefix_;
  std::array<uint32_t, kKeysMax> heads_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_HEADS_H_
