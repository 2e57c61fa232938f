// LineBuffer: bytes in, lines out, in bounded memory.

#ifndef RUNDLET_SERVICE_GATEWAY_LINE_BUFFER_H_
#define RUNDLET_SERVICE_GATEWAY_LINE_BUFFER_H_

#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rundlet {

// The unread input of one connection. One thread at a time.
//
// A line ends with '\n'. One that is longer than line_bytes_max, without its
// '\n', is reported once, as soon as that is known, and skipped.
class LineBuffer {
 public:
  enum class Taken {
    kLine,     // *line is one, without its '\n'
    kTooLong,  // a line is being skipped
    kNothing,  // the rest of a line has not arrived yet
  };

  explicit LineBuffer(size_t line_bytes_max);

  // Room for bytes to arrive in, at most 64 KiB, never empty. Invalidates every
  // line taken. REQUIRES that the last Take returned kNothing.
  absl::Span<char> Space();

  // Says that `bytes` bytes were written at the begin of Space().
  void Added(size_t bytes) { end_ += bytes; }

  // Takes the next line. It stays valid until Space().
  Taken Take(absl::string_view* line);

  // At the end of the input: takes what stands behind the last '\n', if
  // anything does.
  Taken TakeRest(absl::string_view* line);

  // Whether Space() needs more memory than a connection may always have: the
  // line that is arriving fills 64 KiB or more.
  bool needs_memory() const;
  // Skips the line that is arriving, up to its '\n'.
  void SkipLine();

  // Drops whatever has not been taken.
  void Clear() { begin_ = searched_ = end_ = 0; }

  // Memory held.
  size_t capacity_bytes() const { return capacity_; }

 private:
  void Reallocate(size_t capacity);

  const size_t line_bytes_max_;
  size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  // 0 <= begin_ <= searched_ <= end_ <= capacity_: lines before begin_ are
  // taken, there is no '\n' from begin_ to searched_, bytes end at end_.
  size_t begin_ = 0;
  size_t searched_ = 0;
  size_t end_ = 0;
  bool skipping_ = false;  // up to and including the next '\n'
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_LINE_BUFFER_H_
