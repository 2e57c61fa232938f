// LenientWindow: a file read from front to back, whatever of it can be read.

#ifndef RUNDLET_STORAGE_LOG_LENIENT_WINDOW_H_
#define RUNDLET_STORAGE_LOG_LENIENT_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/file/file_system.h"

namespace rundlet {

// One owner. `file` must outlive it.
class LenientWindow {
 public:
  LenientWindow(const File& file, uint64_t end) : file_(file), end_(end) {}

  // The bytes from `offset` on: `bytes` of them, or fewer where `end` is
  // before. Zeros stand for what cannot be read. Valid until the next call.
  absl::string_view At(uint64_t offset, size_t bytes);

  // Why bytes in [from, to) could not be read, if the last such error was
  // there; else empty.
  std::string ErrorIn(uint64_t from, uint64_t to) const;

 private:
  void ReadInBlocks();

  const File& file_;
  const uint64_t end_;
  uint64_t start_ = 0;  // of buffer_ in the file
  std::string buffer_;
  std::string error_;
  uint64_t error_from_ = 0;
  uint64_t error_to_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_LENIENT_WINDOW_H_
