// SegmentBuilder: the bytes of a segment, made by hand: groups with any marks,
// records in any order, damage anywhere.

#ifndef RUNDLET_TESTS_STORAGE_LOG_SEGMENT_BUILDER_H_
#define RUNDLET_TESTS_STORAGE_LOG_SEGMENT_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"
#include "storage/format/group_header.h"
#include "storage/format/record.h"
#include "storage/log/segment.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {

constexpr char kTestFolder[] = "/data";
constexpr char kTestStoreId[] = "0123456789abcdef";

inline Record TestPut(Revision revision, absl::string_view key,
                      absl::string_view value, bool ends_transaction = true) {
  Record record;
  record.revision = revision;
  record.key = key;
  record.value = value;
  record.ends_transaction = ends_transaction;
  return record;
}

class SegmentBuilder {
 public:
  explicit SegmentBuilder(FileKind kind = FileKind::kLog, uint64_t id = 7)
      : name_{id, kind},
        salt_(SegmentSalt(kTestStoreId, id)),
        bytes_(EncodeFileHeader({kind, false, kTestStoreId, id})) {}

  // Returns the offset of the group.
  uint64_t AddGroup(const std::vector<Record>& records, uint64_t synced_bytes,
                    int64_t time_us = 0) {
    const uint64_t start = bytes_.size();
    bytes_.append(kGroupHeaderBytes, '\0');
    for (const Record& record : records) AddRecord(record);
    GroupHeader header;
    header.payload_bytes =
        static_cast<uint32_t>(bytes_.size() - start - kGroupHeaderBytes);
    header.record_count = static_cast<uint32_t>(records.size());
    header.synced_bytes = synced_bytes;
    header.time_us = time_us;
    if (!records.empty()) {
      header.first_revision = records.front().revision;
      header.last_revision = records.back().revision;
    }
    EncodeGroupHeader(header, PlaceSeed(salt_, start), &bytes_[start]);
    return start;
  }

  // Returns the offset of the record.
  uint64_t AddRecord(const Record& record) {
    const uint64_t start = bytes_.size();
    AppendRecord(record, PlaceSeed(salt_, start), &bytes_);
    return start;
  }

  std::string& bytes() { return bytes_; }
  uint64_t end() const { return bytes_.size(); }
  uint32_t salt() const { return salt_; }
  std::string path() const {
    return absl::StrCat(kTestFolder, "/", FormatSegmentName(name_));
  }

  // A segment of these bytes, alone on the disk.
  std::shared_ptr<Segment> Open(CrashableFileSystem* disk,
                                const std::string& bytes) const {
    disk->SetImage({{path(), bytes}});
    auto segment = Segment::Open(disk, kTestFolder, name_, kTestStoreId);
    return segment.ok() ? *std::move(segment) : nullptr;
  }
  std::shared_ptr<Segment> Open(CrashableFileSystem* disk) const {
    return Open(disk, bytes_);
  }

 private:
  const SegmentName name_;
  const uint32_t salt_;
  std::string bytes_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_LOG_SEGMENT_BUILDER_H_
