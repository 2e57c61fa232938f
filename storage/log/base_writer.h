// BaseWriter: writes base segments, key order, rolled by size. They are not
// part of the store before the MANIFEST lists them.

#ifndef RUNDLET_STORAGE_LOG_BASE_WRITER_H_
#define RUNDLET_STORAGE_LOG_BASE_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/file/file_system.h"
#include "storage/format/manifest_edit.h"
#include "storage/format/record.h"
#include "storage/log/segment.h"

namespace rundlet {

// One owner. What was not taken by Finish is removed by the destructor.
class BaseWriter {
 public:
  struct Output {
    std::shared_ptr<Segment> segment;
    SegmentSeal seal;
  };

  // `next_id` gives each new segment its id.
  BaseWriter(FileSystem* file_system, std::string folder, std::string store_id,
             uint64_t segment_bytes, std::function<uint64_t()> next_id);
  ~BaseWriter();

  BaseWriter(const BaseWriter&) = delete;
  BaseWriter& operator=(const BaseWriter&) = delete;

  // Appends one record; `ends_transaction` is set for it. After an error, as
  // after one of Finish, the writer is only good for being destroyed.
  absl::Status Append(Record record);

  // Writes what is left, syncs every segment and the folder. The caller owns
  // the outputs then.
  absl::StatusOr<std::vector<Output>> Finish();

 private:
  absl::Status Roll();
  absl::Status Flush();

  FileSystem* const file_system_;
  const std::string folder_;
  const std::string store_id_;
  const uint64_t segment_bytes_;
  const std::function<uint64_t()> next_id_;
  std::vector<Output> outputs_;  // the last one is being written
  std::string buffer_;           // its bytes that are not in the file yet
  bool finished_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_BASE_WRITER_H_
