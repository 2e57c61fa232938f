// Utf8Check: whether bytes that come in parts are UTF-8 as a whole.

#ifndef RUNDLET_SERVICE_GRPC_UTF8_CHECK_H_
#define RUNDLET_SERVICE_GRPC_UTF8_CHECK_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace rundlet {

// One owner. A character may be cut by the end of a part anywhere.
class Utf8Check {
 public:
  // False: what came so far begins no text in UTF-8 (shortest encodings of
  // Unicode scalar values). For good.
  bool Add(absl::string_view bytes);

  // Whether the text may end here.
  bool is_whole() const { return missing_ == 0; }

 private:
  bool AddByte(uint8_t byte);

  int missing_ = 0;     // bytes of the character that has begun
  uint8_t low_ = 0x80;  // which its next byte may be
  uint8_t high_ = 0xbf;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_UTF8_CHECK_H_
