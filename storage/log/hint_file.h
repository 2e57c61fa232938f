// Hint files: what the index needs of many records, written once, and never
// believed unread: every byte is checked before the first entry is used.

#ifndef RUNDLET_STORAGE_LOG_HINT_FILE_H_
#define RUNDLET_STORAGE_LOG_HINT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/file/file_system.h"
#include "storage/format/file_header.h"
#include "storage/format/hint.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/segment_replay.h"

namespace rundlet {

// Which file it is: the hint of a segment, or the checkpoint (segment 0).
struct HintFileName {
  std::string path;
  FileKind kind = FileKind::kHint;
  std::string store_id;
  uint64_t segment_id = 0;
};

// The digest of entries, for comparing a hint with its segment.
class HintDigest {
 public:
  void Add(const Record& record, const Location& location);
  HintEnd end() const { return end_; }

 private:
  HintEnd end_;
  std::string entry_;
};

// One owner. The file is not synced: what a crash leaves of it is found to be
// whole or is not believed. One that is not finished is removed.
class HintWriter {
 public:
  // Makes the file, in the place of one that is there. `binding` is what it
  // belongs to.
  static absl::StatusOr<std::unique_ptr<HintWriter>> Create(
      FileSystem* file_system, HintFileName name, const ManifestEdit& binding);
  ~HintWriter();

  HintWriter(const HintWriter&) = delete;
  HintWriter& operator=(const HintWriter&) = delete;

  // After an error the writer is only good for being destroyed.
  absl::Status Append(const Record& record, const Location& location);
  absl::Status Finish();

  uint64_t bytes() const { return bytes_; }

 private:
  HintWriter(FileSystem* file_system, HintFileName name,
             std::unique_ptr<File> file);

  absl::Status WriteFrame(HintFrameKind kind, uint32_t entry_count,
                          absl::string_view payload);
  absl::Status FlushEntries();

  FileSystem* const file_system_;
  const HintFileName name_;
  const uint32_t salt_;
  const std::unique_ptr<File> file_;
  uint64_t bytes_ = 0;
  std::string entries_;
  uint32_t entry_count_ = 0;  // of entries_
  HintEnd end_;
  bool finished_ = false;
};

// One owner.
class HintReader {
 public:
  // Reads the whole file once and checks it. NOT_FOUND: there is none.
  // DATA_LOSS: it is damaged, not finished, or another's.
  static absl::StatusOr<std::unique_ptr<HintReader>> Open(
      FileSystem* file_system, const HintFileName& name);

  // What the file belongs to; whether that is so the caller has to compare.
  const ManifestEdit& binding() const { return binding_; }
  const HintEnd& end() const { return end_; }

  // Visits all entries, in the order in which they were written. They have no
  // values.
  absl::Status Visit(RecordVisitor visit) const;

 private:
  HintReader(HintFileName name, std::unique_ptr<File> file,
             uint64_t file_bytes);

  absl::Status Check();
  absl::Status ReadFrames(
      absl::FunctionRef<absl::Status(const HintFrame& frame, uint64_t offset)>
          read) const;
  absl::Status VisitEntries(const HintFrame& frame, uint64_t offset,
                            RecordVisitor visit) const;
  // Whether the file belongs to a segment that may hold such a record there.
  bool IsInItsSegment(const Record& record, const Location& location) const;
  absl::Status Damage(uint64_t offset, absl::string_view what) const;

  const HintFileName name_;
  const uint32_t salt_;
  const std::unique_ptr<File> file_;
  const uint64_t file_bytes_;
  ManifestEdit binding_;
  absl::flat_hash_map<uint64_t, SegmentSeal> seals_;  // of binding_
  HintEnd end_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_HINT_FILE_H_
