// Hints as bytes: what the index needs of each record, without its value
// (FORMAT.md section 8). A hint file is a row of frames, each with a checksum.

#ifndef RUNDLET_STORAGE_FORMAT_HINT_H_
#define RUNDLET_STORAGE_FORMAT_HINT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/format/location.h"
#include "storage/format/record.h"

namespace rundlet {

constexpr size_t kHintFrameHeaderBytes = 16;

// What a frame holds; the numbers are its magic.
enum class HintFrameKind : uint32_t {
  kBinding = 0x444E4942,  // BIND: a MANIFEST edit, what the file belongs to
  kEntries = 0x52544E45,  // ENTR
  kEnd = 0x454E4F44,      // DONE: HintEnd
};

struct HintFrame {
  HintFrameKind kind = HintFrameKind::kEntries;
  uint32_t entry_count = 0;
  absl::string_view payload;  // points into the bytes decoded

  size_t EncodedBytes() const { return kHintFrameHeaderBytes + payload.size(); }
};

// Encodes a frame as it stands at the place that `seed` names (PlaceSeed).
std::string EncodeHintFrame(const HintFrame& frame, uint32_t seed);

// The length of the frame whose header begins `bytes`, not verified: good for
// asking for more bytes, no more. REQUIRES: kHintFrameHeaderBytes bytes.
size_t PeekHintFrameBytes(absl::string_view bytes);

// DATA_LOSS: `bytes` does not begin with a frame that verifies.
absl::StatusOr<HintFrame> DecodeHintFrame(absl::string_view bytes,
                                          uint32_t seed);

// What the last frame says of all before it.
struct HintEnd {
  uint64_t entry_count = 0;
  uint32_t digest = 0;  // CRC-32 of all entries, one behind the other, from 0
};

std::string EncodeHintEnd(const HintEnd& end);
absl::StatusOr<HintEnd> DecodeHintEnd(absl::string_view payload);

// Appends the entry of a record; its value is left out.
// `names_segment`: with the segment's id, which else the file's name says.
void AppendHintEntry(const Record& record, const Location& location,
                     bool names_segment, std::string* out);

// Takes the entry at the start of *payload off it. False: the bytes are no
// entry of this version. The record's value is empty, its key and extra point
// into the payload; location->segment_id stays as it is where the entry does
// not name one.
bool TakeHintEntry(absl::string_view* payload, Record* record,
                   Location* location);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_HINT_H_
