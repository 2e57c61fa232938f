#include "service/grpc/utf8_check.h"

#include <cstddef>
#include <cstring>

namespace rundlet {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

// The number of ASCII characters that `bytes` begins with, a multiple of eight.
size_t AsciiBytes(absl::string_view bytes) {
  size_t at = 0;
  for (uint64_t word = 0; at + sizeof(word) <= bytes.size();
       at += sizeof(word)) {
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  return at;
}

}  // namespace

bool Utf8Check::Add(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (missing_ == 0) bytes.remove_prefix(AsciiBytes(bytes));
    if (bytes.empty()) break;
    if (!AddByte(static_cast<uint8_t>(bytes[0]))) return false;
    bytes.remove_prefix(1);
  }
  return true;
}

// The Unicode Standard, table 3-7: only the second byte has bounds of its own.
bool Utf8Check::AddByte(uint8_t byte) {
  if (missing_ > 0) {
    if (byte < low_ || byte > high_) return false;
    --missing_;
    low_ = 0x80;
    high_ = 0xbf;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  if (byte == 0xe0) low_ = 0xa0;
  if (byte == 0xed) high_ = 0x9f;
  if (byte == 0xf0) low_ = 0x90;
  if (byte == 0xf4) high_ = 0x8f;
  return true;
}

}  // namespace rundlet
