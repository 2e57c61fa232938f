// Segment: one file of records, and the checked way to read it.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/compression/dictionaries.h"
#include "storage/file/file_system.h"
#include "storage/format/file_names.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/log/mapped_file.h"

namespace rundlet {

// Thread-safe for reading; whoever appends does so alone.
class Segment {
 public:
  // Makes a new segment in `folder`: its header written and synced, its name
  // not yet (SyncDirectory is the caller's).
  static absl::StatusOr<std::shared_ptr<Segment>> Create(
      FileSystem* file_system, const std::string& folder, SegmentName name,
      absl::string_view store_id, bool recovered);

  // Opens an existing one. DATA_LOSS: its header is damaged or belongs to
  // another store or segment.
  static absl::StatusOr<std::shared_ptr<Segment>> Open(
      FileSystem* file_system, const std::string& folder, SegmentName name,
      absl::string_view store_id);

  // Opens an existing one whatever its header says, to salvage what is in it.
  static absl::StatusOr<std::shared_ptr<Segment>> OpenUnchecked(
      FileSystem* file_system, const std::string& folder, SegmentName name,
      absl::string_view store_id);

  // Whether the header is that of this segment of the store. DATA_LOSS: it is
  // not. FAILED_PRECONDITION: a newer version wrote it.
  absl::Status CheckHeader(absl::string_view store_id) const;

  uint64_t id() const { return name_.segment_id; }
  FileKind kind() const { return name_.kind; }
  bool recovered() const { return recovered_; }
  uint32_t salt() const { return salt_; }
  const std::string& path() const { return path_; }
  File& file() { return *file_; }
  const File& file() const { return *file_; }

  // How many bytes of the file count, the header included.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  void set_bytes(uint64_t bytes) {
    bytes_.store(bytes, std::memory_order_relaxed);
  }

  // Reads the record at `location` into *buffer and verifies it; the record
  // returned points into the buffer. DATA_LOSS names path and offset.
  absl::StatusOr<Record> Read(const Location& location,
                              std::string* buffer) const;

  // The bytes at `location` without a copy, for as long as the segment lives,
  // not verified; empty where the file cannot be mapped.
  absl::string_view Mapped(const Location& location) const;

  // Verifies bytes that come from `location`.
  absl::StatusOr<Record> Decode(const Location& location,
                                absl::string_view bytes) const;

  // The value as it was put, of a record that stands at `location`. DATA_LOSS
  // names path and offset; *value is undefined then.
  absl::Status DecodeValue(const Record& record, const Location& location,
                           std::string* value) const;

  // The same without giving it, which costs nothing where it is stored plain.
  absl::Status CheckValue(const Record& record, const Location& location) const;

  // What the store's values are compressed with; before others have it.
  void set_dictionaries(std::shared_ptr<const Dictionaries> dictionaries) {
    dictionaries_ = std::move(dictionaries);
  }

 private:
  Segment(std::string path, SegmentName name, uint32_t salt, bool recovered,
          std::unique_ptr<File> file);

  absl::Status Damaged(const Location& location,
                       const absl::Status& status) const;

  const std::string path_;
  const SegmentName name_;
  const uint32_t salt_;
  const bool recovered_;
  const std::unique_ptr<File> file_;
  const MappedFile mapped_;
  std::shared_ptr<const Dictionaries> dictionaries_;  // may be null
  std::atomic<uint64_t> bytes_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_H_
