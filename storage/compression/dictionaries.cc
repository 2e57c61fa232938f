#include "storage/compression/dictionaries.h"

#include <zstd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "storage/compression/zstd_level.h"

namespace rundlet {

Dictionaries::Dictionary::~Dictionary() {
  ZSTD_freeCDict(compressing);
  ZSTD_freeDDict(decompressing);
}

Dictionaries::~Dictionaries() {
  for (const auto& dictionary : by_id_) {
    delete dictionary.load(std::memory_order_relaxed);
  }
}

absl::Status Dictionaries::Add(uint32_t id, absl::string_view bytes) {
  if (id == 0 || id > kDictionariesMax) {
    return absl::DataLossError(absl::StrCat(
        "dictionary id ", id, " is not from 1 to ", kDictionariesMax));
  }
  if (Find(id) != nullptr) {
    return absl::DataLossError(
        absl::StrCat("there is a dictionary ", id, " already"));
  }
  auto dictionary = std::make_unique<Dictionary>();
  dictionary->id = id;
  dictionary->compressing =
      ZSTD_createCDict(bytes.data(), bytes.size(), kZstdLevel);
  dictionary->decompressing = ZSTD_createDDict(bytes.data(), bytes.size());
  if (dictionary->compressing == nullptr ||
      dictionary->decompressing == nullptr ||
      ZSTD_getDictID_fromDDict(dictionary->decompressing) != id) {
    return absl::DataLossError(absl::StrCat(
        bytes.size(), " bytes are not those of a zstd dictionary ", id));
  }
  const Dictionary* const added = dictionary.release();
  by_id_[id - 1].store(added, std::memory_order_release);
  const Dictionary* const newest = this->newest();
  if (newest == nullptr || newest->id < id) {
    newest_.store(added, std::memory_order_release);
  }
  return absl::OkStatus();
}

}  // namespace rundlet
