#include "storage/log/lenient_window.h"

#include <algorithm>

#include "absl/status/status.h"

namespace rundlet {
namespace {

constexpr size_t kReadAheadBytes = 256 << 10;
// What a disk loses at a time.
constexpr size_t kBlockBytes = 4096;

}  // namespace

absl::string_view LenientWindow::At(uint64_t offset, size_t bytes) {
  if (offset >= end_) return absl::string_view();
  bytes = std::min<uint64_t>(bytes, end_ - offset);
  if (offset < start_ || offset + bytes > start_ + buffer_.size()) {
    const uint64_t want = std::max<uint64_t>(bytes, kReadAheadBytes);
    start_ = offset;
    buffer_.assign(std::min<uint64_t>(want, end_ - offset), '\0');
    const absl::Status read = file_.ReadAt(start_, buffer_.size(), &buffer_[0]);
    if (!read.ok()) ReadInBlocks();
  }
  return absl::string_view(buffer_).substr(offset - start_, bytes);
}

void LenientWindow::ReadInBlocks() {
  size_t at = 0;
  while (at < buffer_.size()) {
    const uint64_t offset = start_ + at;
    const size_t bytes = std::min<uint64_t>(kBlockBytes - offset % kBlockBytes,
                                            buffer_.size() - at);
    const absl::Status read = file_.ReadAt(offset, bytes, &buffer_[at]);
    if (!read.ok()) {
      std::fill_n(&buffer_[at], bytes, '\0');
      error_ = std::string(read.message());
      if (error_to_ != offset) error_from_ = offset;
      error_to_ = offset + bytes;
    }
    at += bytes;
  }
}

std::string LenientWindow::ErrorIn(uint64_t from, uint64_t to) const {
  return error_from_ < to && from < error_to_ ? error_ : "";
}

}  // namespace rundlet
