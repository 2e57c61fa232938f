#include "storage/scan.h"

namespace rundlet {

KeyRange KeyRange::Prefix(absl::string_view prefix) {
  KeyRange range{std::string(prefix), std::string(prefix)};
  // The end is the next string that does not begin with the prefix: the last
  // byte that can grow grows, and what follows it goes. A prefix of only 0xFF
  // bytes has no such string, and its range no end.
  while (!range.end.empty() && range.end.back() == '\xff') {
    range.end.pop_back();
  }
  if (!range.end.empty()) {
    range.end.back() = static_cast<char>(range.end.back() + 1);
  }
  return range;
}

}  // namespace rundlet
