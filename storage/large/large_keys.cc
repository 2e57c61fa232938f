#include "storage/large/large_keys.h"

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr absl::string_view kChunks =
    "\xff"
    "c";
constexpr absl::string_view kHeads =
    "\xff"
    "h";

}  // namespace

std::string ChunkKey(absl::string_view upload_id, uint64_t number) {
  std::string key = absl::StrCat(kChunks, upload_id);
  for (const int shift : {24, 16, 8, 0}) {
    key.push_back(static_cast<char>(number >> shift & 0xff));
  }
  return key;
}

std::string HeadKey(absl::string_view upload_id) {
  return absl::StrCat(kHeads, upload_id);
}

KeyRange ChunksOf(absl::string_view upload_id) {
  return KeyRange::Prefix(absl::StrCat(kChunks, upload_id));
}

KeyRange AllHeads() { return KeyRange::Prefix(kHeads); }

KeyRange AllLargeKeys() { return {std::string(kClientKeysEnd), ""}; }

absl::string_view UploadIdOf(absl::string_view head_key) {
  return head_key.substr(kHeads.size());
}

}  // namespace rundlet
