#include "service/gateway/line_buffer.h"

#include <algorithm>
#include <cstring>

namespace rundlet {
namespace {

// Enough for 32 commands with values of some hundred bytes.
constexpr size_t kFirstBytes = size_t{16} << 10;
// Above it a buffer is given back once it is empty.
constexpr size_t kKeptBytes = size_t{64} << 10;
// One connection's share of a turn: others wait while it is worked off.
constexpr size_t kSpaceBytesMax = size_t{64} << 10;

}  // namespace

LineBuffer::LineBuffer(size_t line_bytes_max)
    : line_bytes_max_(line_bytes_max),
      capacity_(std::min(kFirstBytes, line_bytes_max + 1)),
      bytes_(new char[capacity_]) {}

absl::Span<char> LineBuffer::Space() {
  if (begin_ == end_) {
    Clear();
    if (capacity_ > kKeptBytes) Reallocate(kFirstBytes);
  } else if (end_ == capacity_ && begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    searched_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  } else if (end_ == capacity_) {
    // Take has dropped what is longer than a line, so this stays below two.
    Reallocate(std::min(capacity_ * 2, line_bytes_max_ + 1));
  }
  return absl::MakeSpan(bytes_.get() + end_,
                        std::min(capacity_ - end_, kSpaceBytesMax));
}

LineBuffer::Taken LineBuffer::Take(absl::string_view* line) {
  while (searched_ < end_) {
    const char* const start = bytes_.get() + searched_;
    const auto* const newline =
        static_cast<const char*>(std::memchr(start, '\n', end_ - searched_));
    if (newline == nullptr) {
      searched_ = end_;
      break;
    }
    const size_t at = static_cast<size_t>(newline - bytes_.get());
    *line = absl::string_view(bytes_.get() + begin_, at - begin_);
    begin_ = searched_ = at + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    return line->size() > line_bytes_max_ ? Taken::kTooLong : Taken::kLine;
  }
  if (skipping_) {
    Clear();
  } else if (end_ - begin_ > line_bytes_max_) {
    SkipLine();
    return Taken::kTooLong;
  }
  return Taken::kNothing;
}

LineBuffer::Taken LineBuffer::TakeRest(absl::string_view* line) {
  if (begin_ == end_ || skipping_) return Taken::kNothing;
  *line = absl::string_view(bytes_.get() + begin_, end_ - begin_);
  begin_ = searched_ = end_;
  return Taken::kLine;
}

bool LineBuffer::needs_memory() const {
  return begin_ == 0 && end_ == capacity_ && capacity_ >= kKeptBytes;
}

void LineBuffer::SkipLine() {
  Clear();
  skipping_ = true;
}

void LineBuffer::Reallocate(size_t capacity) {
  std::unique_ptr<char[]> bytes(new char[capacity]);
  std::memcpy(bytes.get(), bytes_.get() + begin_, end_ - begin_);
  searched_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

}  // namespace rundlet
