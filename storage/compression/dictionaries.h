// Dictionaries: what zstd knows of a store's values before it sees one. A short
// value repeats little of itself, but much of the values before it.

#ifndef RUNDLET_STORAGE_COMPRESSION_DICTIONARIES_H_
#define RUNDLET_STORAGE_COMPRESSION_DICTIONARIES_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// As <zstd.h> has them.
struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace rundlet {

// Dictionaries are numbered from 1; a store has no more of them (FORMAT.md 5).
constexpr uint32_t kDictionariesMax = 8;

// Thread-safe; looking one up takes no lock. Dictionaries are never taken out.
class Dictionaries {
 public:
  // One of them, ready to use.
  struct Dictionary {
    uint32_t id = 0;
    ZSTD_CDict_s* compressing = nullptr;
    ZSTD_DDict_s* decompressing = nullptr;

    Dictionary() = default;
    ~Dictionary();
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;
  };

  Dictionaries() = default;
  ~Dictionaries();
  Dictionaries(const Dictionaries&) = delete;
  Dictionaries& operator=(const Dictionaries&) = delete;

  // Makes a dictionary known, for good. One caller at a time. DATA_LOSS: the
  // id is out of range or taken, or `bytes` are no dictionary of that id.
  absl::Status Add(uint32_t id, absl::string_view bytes);

  // Null if it is not known.
  const Dictionary* Find(uint32_t id) const {
    return id == 0 || id > kDictionariesMax
               ? nullptr
               : by_id_[id - 1].load(std::memory_order_acquire);
  }

  // The one with the highest id; null if there is none.
  const Dictionary* newest() const {
    return newest_.load(std::memory_order_acquire);
  }

 private:
  std::array<std::atomic<const Dictionary*>, kDictionariesMax> by_id_{};
  std::atomic<const Dictionary*> newest_{nullptr};
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_DICTIONARIES_H_
