#include "storage/log/file_window.h"

#include <algorithm>

#include "absl/status/status.h"

namespace rundlet {
namespace {

constexpr size_t kReadAheadBytes = 256 << 10;

}  // namespace

absl::StatusOr<absl::string_view> FileWindow::At(uint64_t offset,
                                                 size_t bytes) {
  if (offset >= end_) return absl::string_view();
  bytes = std::min<uint64_t>(bytes, end_ - offset);
  if (offset < start_ || offset + bytes > start_ + buffer_.size()) {
    const uint64_t want = std::max<uint64_t>(bytes, kReadAheadBytes);
    start_ = offset;
    buffer_.resize(std::min<uint64_t>(want, end_ - offset));
    const absl::Status read = file_.ReadAt(start_, buffer_.size(), &buffer_[0]);
    if (!read.ok()) {
      buffer_.clear();
      return read;
    }
  }
  return absl::string_view(buffer_).substr(offset - start_, bytes);
}

}  // namespace rundlet
