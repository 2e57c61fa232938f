// LogWriter: appends groups to the active segment.

#ifndef RUNDLET_STORAGE_LOG_LOG_WRITER_H_
#define RUNDLET_STORAGE_LOG_LOG_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/format/location.h"
#include "storage/format/manifest_edit.h"
#include "storage/format/record.h"
#include "storage/log/segment.h"

namespace rundlet {

// One caller at a time, but for segment(), whose file others may sync and read
// beside Append.
class LogWriter {
 public:
  // Goes on behind segment->bytes(), all of which is synced. `seal` says what
  // these bytes hold, its `bytes` apart.
  LogWriter(std::shared_ptr<Segment> segment, const SegmentSeal& seal);

  // Writes the records of whole transactions as one group and appends their
  // places to *locations; `encoded()` then holds the group's bytes. After an
  // error nothing counts as written, *locations is as it was, and the file
  // needs Repair before the next Append.
  absl::Status Append(absl::Span<const Record> records, int64_t time_us,
                      uint64_t synced_bytes, std::vector<Location>* locations);

  // Cuts off what a failed Append left, and makes that durable, so that it
  // cannot come back after a crash. After an error the store has to stop.
  absl::Status Repair();

  // Writes zeros behind the end, until the file is `bytes` longer than what
  // counts. A group that takes their place leaves the file's size alone, and a
  // sync then has nothing but the group to write. After an error the file may
  // have some of them.
  absl::Status Extend(uint64_t bytes);

  // Takes back what Extend has added and no group has used; it survives power
  // loss with the next sync. After an error it is there still.
  absl::Status Trim();

  // What Append can use without making the file longer.
  uint64_t ahead_bytes() const { return file_bytes_ - segment_->bytes(); }

  // The bytes of the last group, record by record as `locations` says: byte 0
  // stands at group_offset() in the file.
  const std::string& encoded() const { return buffer_; }
  uint64_t group_offset() const { return group_offset_; }

  const std::shared_ptr<Segment>& segment() const { return segment_; }

  // What the MANIFEST has to know when the segment is sealed here.
  SegmentSeal Seal() const;

  // The bytes that Append would add for records of this size.
  static uint64_t GroupBytes(uint64_t records_bytes);

 private:
  void Encode(absl::Span<const Record> records, int64_t time_us,
              uint64_t synced_bytes, std::vector<Location>* locations);
  absl::Status CutToEnd();

  const std::shared_ptr<Segment> segment_;
  SegmentSeal seal_;
  std::string buffer_;
  uint64_t group_offset_ = 0;
  uint64_t file_bytes_;  // zeros from segment_->bytes() on
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_LOG_WRITER_H_
