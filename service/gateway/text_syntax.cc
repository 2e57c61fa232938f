#include "service/gateway/text_syntax.h"

#include <array>
#include <cstring>
#include <limits>

#include "absl/status/status.h"

namespace rundlet {
namespace {

enum class ByteClass : uint8_t { kWord, kSpace, kMayBeginSpace };

constexpr std::array<ByteClass, 256> MakeByteClasses() {
  std::array<ByteClass, 256> classes{};
  for (int byte = 0x09; byte <= 0x0d; ++byte) classes[byte] = ByteClass::kSpace;
  for (int byte = 0x1c; byte <= 0x20; ++byte) classes[byte] = ByteClass::kSpace;
  for (int byte : {0xc2, 0xe1, 0xe2, 0xe3}) {
    classes[byte] = ByteClass::kMayBeginSpace;
  }
  return classes;
}

constexpr std::array<ByteClass, 256> kByteClasses = MakeByteClasses();

ByteClass ClassOf(char byte) {
  return kByteClasses[static_cast<unsigned char>(byte)];
}

bool IsWideSpace(absl::string_view c) {
  if (c[0] == '\xc2') return c[1] == '\x85' || c[1] == '\xa0';
  if (c.substr(0, 2) == "\xe2\x80") {
    const auto last = static_cast<unsigned char>(c[2]);
    return last <= 0x8a || last == 0xa8 || last == 0xa9 || last == 0xaf;
  }
  return c == "\xe1\x9a\x80" || c == "\xe2\x81\x9f" || c == "\xe3\x80\x80";
}

// SpaceBytesAt, for the loops of this file.
inline size_t SpaceBytes(absl::string_view text, size_t at) {
  switch (ClassOf(text[at])) {
    case ByteClass::kWord:
      return 0;
    case ByteClass::kSpace:
      return 1;
    case ByteClass::kMayBeginSpace:
      break;
  }
  const size_t length = text[at] == '\xc2' ? 2 : 3;
  return IsWideSpace(text.substr(at, length)) ? length : 0;
}

// The bytes of the character that begins with `lead` and whose second byte is
// `second`; 0 if no character begins like that (Unicode 15, table 3-7).
size_t CharacterBytes(unsigned char lead, unsigned char second) {
  if (second < 0x80 || second > 0xbf) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead == 0xe0) return second >= 0xa0 ? 3 : 0;
  if (lead == 0xed) return second <= 0x9f ? 3 : 0;
  if (lead >= 0xe1 && lead <= 0xef) return 3;
  if (lead == 0xf0) return second >= 0x90 ? 4 : 0;
  if (lead >= 0xf1 && lead <= 0xf3) return 4;
  if (lead == 0xf4) return second <= 0x8f ? 4 : 0;
  return 0;
}

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

constexpr uint64_t kEachByte = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x80 * kEachByte;

// The next eight bytes; lines are mostly long words of ASCII, so they are
// looked at eight at a time. The first byte of the text is the lowest of the
// number.
uint64_t EightBytes(absl::string_view text, size_t at) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  uint64_t bytes;
  std::memcpy(&bytes, text.data() + at, sizeof(bytes));
  return bytes;
}

// The high bit of the first of eight bytes that is not ASCII, white space or
// control; of those behind it not all bits are right.
uint64_t StopBits(uint64_t bytes) {
  return (bytes | ((bytes - 0x21 * kEachByte) & ~bytes)) & kHighBits;
}

size_t AsciiPrefix(absl::string_view text) {
  size_t at = 0;
  while (text.size() - at >= 16 &&
         ((EightBytes(text, at) | EightBytes(text, at + 8)) & kHighBits) == 0) {
    at += 16;
  }
  if (text.size() - at >= 8 && (EightBytes(text, at) & kHighBits) == 0) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

// GCC and Clang make vector instructions of these, where there are any.
using SixteenBytes = signed char __attribute__((vector_size(16)));

// Whether eight bytes at a time would stop nowhere in the next 32.
bool GoesOn(absl::string_view text, size_t at) {
  SixteenBytes bytes[2];
  std::memcpy(bytes, text.data() + at, sizeof(bytes));
  // What is not ASCII is negative.
  const auto stops = (bytes[0] <= 0x20) | (bytes[1] <= 0x20);
  uint64_t halves[2];
  static_assert(sizeof(stops) == sizeof(halves));
  std::memcpy(halves, &stops, sizeof(halves));
  return (halves[0] | halves[1]) == 0;
}

// Where the word that goes on at `at` ends.
size_t WordEnd(absl::string_view text, size_t at) {
  while (text.size() - at >= 32 && GoesOn(text, at)) at += 32;
  while (text.size() - at >= 8) {
    const uint64_t stops = StopBits(EightBytes(text, at));
    if (stops == 0) {
      at += 8;
      continue;
    }
    at += static_cast<size_t>(__builtin_ctzll(stops)) / 8;
    if (SpaceBytes(text, at) != 0) return at;
    ++at;
  }
  while (at < text.size() && SpaceBytes(text, at) == 0) ++at;
  return at;
}

}  // namespace

bool IsUtf8(absl::string_view bytes) {
  for (;;) {
    bytes.remove_prefix(AsciiPrefix(bytes));
    if (bytes.empty()) return true;
    if (bytes.size() < 2) return false;
    const size_t length = CharacterBytes(bytes[0], bytes[1]);
    if (length == 0 || length > bytes.size()) return false;
    for (size_t i = 2; i < length; ++i) {
      if (!IsContinuation(bytes[i])) return false;
    }
    bytes.remove_prefix(length);
  }
}

size_t SpaceBytesAt(absl::string_view text, size_t at) {
  return SpaceBytes(text, at);
}

absl::string_view TakeWord(absl::string_view* text) {
  size_t begin = 0;
  while (begin < text->size()) {
    const size_t space = SpaceBytes(*text, begin);
    if (space == 0) break;
    begin += space;
  }
  const size_t end = WordEnd(*text, begin);
  const absl::string_view word(text->data() + begin, end - begin);
  text->remove_prefix(end);
  return word;
}

void JoinWords(absl::string_view text, std::string* joined) {
  joined->clear();
  for (absl::string_view word = TakeWord(&text); !word.empty();
       word = TakeWord(&text)) {
    if (!joined->empty()) joined->push_back(' ');
    joined->append(word.data(), word.size());
  }
}

absl::StatusOr<int64_t> ParseInteger(absl::string_view word) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  absl::string_view digits = word;
  const bool negative = !digits.empty() && digits[0] == '-';
  if (negative || (!digits.empty() && digits[0] == '+')) {
    digits.remove_prefix(1);
  }
  int64_t number = 0;  // with its sign, so that the smallest one fits
  bool after_digit = false;
  for (const char c : digits) {
    if (c == '_' && after_digit) {
      after_digit = false;
      continue;
    }
    if (c < '0' || c > '9') return absl::InvalidArgumentError("not a number");
    after_digit = true;
    const int digit = negative ? '0' - c : c - '0';
    if (__builtin_mul_overflow(number, 10, &number) ||
        __builtin_add_overflow(number, digit, &number)) {
      // Saturated; the rest must still be digits, so go on.
      number = negative ? kMin : kMax;
    }
  }
  if (!after_digit) return absl::InvalidArgumentError("not a number");
  return number;
}

absl::string_view CutText(absl::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace rundlet
