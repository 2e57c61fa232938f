#include "storage/legacy/utf8.h"

#include <algorithm>

namespace rundlet {
namespace {

constexpr uint32_t kSurrogateFirst = 0xD800;
constexpr uint32_t kSurrogateLast = 0xDFFF;
constexpr uint32_t kCharacterMax = 0x10FFFF;

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Bytes of the encoding that starts with `first`, or 0 if none starts so.
size_t EncodedBytes(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// The smallest character that needs `bytes` bytes.
uint32_t SmallestOf(size_t bytes) {
  switch (bytes) {
    case 2:
      return 0x80;
    case 3:
      return 0x800;
    case 4:
      return 0x10000;
    default:
      return 0;
  }
}

}  // namespace

std::optional<uint32_t> TakeUtf8Character(absl::string_view* text) {
  if (text->empty()) return std::nullopt;
  const unsigned char first = (*text)[0];
  const size_t bytes = EncodedBytes(first);
  if (bytes == 0 || bytes > text->size()) return std::nullopt;
  uint32_t character = bytes == 1 ? first : first & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (!IsContinuation((*text)[i])) return std::nullopt;
    character = character << 6 | ((*text)[i] & 0x3F);
  }
  if (character < SmallestOf(bytes) || character > kCharacterMax ||
      (character >= kSurrogateFirst && character <= kSurrogateLast)) {
    return std::nullopt;
  }
  text->remove_prefix(bytes);
  return character;
}

bool IsUnicodeText(absl::string_view text) {
  while (TakeUtf8Character(&text).has_value()) {
  }
  return text.empty();
}

size_t CountUtf8Characters(absl::string_view text) {
  return text.size() - std::count_if(text.begin(), text.end(), IsContinuation);
}

void AppendUtf8Character(uint32_t character, std::string* out) {
  if (character < 0x80) {
    out->push_back(static_cast<char>(character));
    return;
  }
  const size_t bytes = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  const uint32_t mark = 0xF00 >> bytes & 0xFF;
  out->push_back(static_cast<char>(mark | character >> (6 * (bytes - 1))));
  for (size_t i = bytes - 1; i-- > 0;) {
    out->push_back(static_cast<char>(0x80 | (character >> (6 * i) & 0x3F)));
  }
}

}  // namespace rundlet
