// LegacyLogReader: cuts a BitPyStore log into records and damage.
//
// A record is a header line, two decimal numbers and one space between them:
// how many characters the JSON has, and the CRC-32 of its UTF-8 bytes; then the
// JSON, on one line. Lines end in LF, or CR LF as on Windows.

#ifndef RUNDLET_STORAGE_LEGACY_LEGACY_LOG_READER_H_
#define RUNDLET_STORAGE_LEGACY_LEGACY_LOG_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/file/file_system.h"

namespace rundlet {

// Longer JSON than this is not read, but taken for damage.
inline constexpr uint64_t kLegacyRecordCharactersMax = uint64_t{256} << 20;

struct LegacyPiece {
  enum class Kind : uint8_t { kRecord, kDamage, kEnd };

  Kind kind = Kind::kEnd;
  uint64_t offset = 0;  // of the piece's first byte; for kEnd the file's size
  uint64_t bytes = 0;   // of the whole piece
  // kRecord: its JSON, checked against length and checksum but not looked into.
  uint64_t json_offset = 0;
  std::string json;
  // kDamage: why no record could be read at `offset`.
  std::string reason;
};

// Not thread-safe. Does not own the file, which must outlive it.
class LegacyLogReader {
 public:
  // Reads the first `file_bytes` bytes of the file.
  LegacyLogReader(const File* file, uint64_t file_bytes)
      : file_(file), file_bytes_(file_bytes) {}

  // The next piece. The pieces follow one another without a gap. Damage reaches
  // to the next line that looks like a header, or to the next header that
  // stands at the end of a damaged line and whose record is whole. Errors are
  // those of the file.
  absl::StatusOr<LegacyPiece> Next();

 private:
  struct Header {
    uint64_t offset = 0;       // of its first digit
    uint64_t json_offset = 0;  // behind its line
    uint64_t characters = 0;
    uint32_t checksum = 0;
  };
  // What stands behind a header: JSON, or the reason why it is none.
  struct Body {
    std::string json;
    uint64_t bytes = 0;  // of the JSON and its line end
    std::string reason;
  };

  // Up to `bytes` bytes at `offset`, fewer where the file ends. Good until the
  // next call.
  absl::StatusOr<absl::string_view> View(uint64_t offset, uint64_t bytes);
  // The offset of the first LF at or behind `offset`; file_bytes_ if none.
  absl::StatusOr<uint64_t> FindLineEnd(uint64_t offset);
  // The header that ends the line [line, line_end), if one does.
  absl::StatusOr<std::optional<Header>> FindHeader(uint64_t line,
                                                   uint64_t line_end);
  absl::StatusOr<Body> ReadBody(const Header& header);
  // Where damage that begins at `offset` ends.
  absl::StatusOr<uint64_t> FindDamageEnd(uint64_t offset);

  const File* const file_;
  const uint64_t file_bytes_;
  uint64_t position_ = 0;
  std::string window_;
  uint64_t window_offset_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_LEGACY_LOG_READER_H_
