// The keys of this room, in the order in which a store has them:
//
//   0xFF 'c' upload id (16) chunk number (4, big-endian)   a chunk's bytes
//   0xFF 'h' upload id (16)                                the owner's key
//
// No text in UTF-8 has a byte 0xFF, so no client can name one of them. The
// second one is the head of an upload: it is written with the first chunk and
// deleted behind the last one, so where a chunk is, is a head.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_KEYS_H_
#define RUNDLET_STORAGE_LARGE_LARGE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/scan.h"

namespace rundlet {

// Where the keys of clients end: every key of this room is behind it.
inline constexpr absl::string_view kClientKeysEnd = "\xff";

inline bool IsClientKey(absl::string_view key) { return key < kClientKeysEnd; }

// An upload id has LargeValue::kUploadIdBytes.
std::string ChunkKey(absl::string_view upload_id, uint64_t number);
std::string HeadKey(absl::string_view upload_id);

// Every chunk of an upload; every head.
KeyRange ChunksOf(absl::string_view upload_id);
KeyRange AllHeads();
// Both, of all uploads.
KeyRange AllLargeKeys();

// The upload id of a head's key. REQUIRES that it is one.
absl::string_view UploadIdOf(absl::string_view head_key);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_KEYS_H_
