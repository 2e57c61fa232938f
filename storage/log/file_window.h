// FileWindow: a file read from front to back through one buffer.

#ifndef RUNDLET_STORAGE_LOG_FILE_WINDOW_H_
#define RUNDLET_STORAGE_LOG_FILE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/file/file_system.h"

namespace rundlet {

// One owner. `file` must outlive it and not shrink below `end`.
class FileWindow {
 public:
  FileWindow(const File& file, uint64_t end) : file_(file), end_(end) {}

  // The bytes from `offset` on: `bytes` of them, or fewer where the file ends
  // before. Valid until the next call.
  absl::StatusOr<absl::string_view> At(uint64_t offset, size_t bytes);

  uint64_t end() const { return end_; }

 private:
  const File& file_;
  const uint64_t end_;
  uint64_t start_ = 0;  // of buffer_ in the file
  std::string buffer_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_FILE_WINDOW_H_
