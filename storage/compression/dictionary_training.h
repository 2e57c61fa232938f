// Training a dictionary: from values that were put to what zstd should know
// before it sees the next.

#ifndef RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINING_H_
#define RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/compression/dictionaries.h"

namespace rundlet {

// It stands in the processor's cache beside what is decompressed.
constexpr size_t kDictionaryBytesMax = 8 << 10;

// Values one behind the other.
struct Samples {
  std::string bytes;
  std::vector<size_t> sizes;

  void Add(absl::string_view value) {
    bytes.append(value.data(), value.size());
    sizes.push_back(value.size());
  }
};

// A dictionary of id `id`. Empty: the samples are too few or have too little
// in common; or with it those that it was not trained on would not become a
// tenth shorter than with `current`, or than without one, where that is null.
// Deterministic.
std::string TrainDictionary(uint32_t id, const Samples& samples,
                            const Dictionaries::Dictionary* current);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINING_H_
