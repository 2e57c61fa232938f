// The words of a line as Python reads them: what str.split, bytes.decode and
// int do, because the protocol was defined by a Python program.
//
// Pure functions over bytes, thread-safe. Views point into the argument.

#ifndef RUNDLET_SERVICE_GATEWAY_TEXT_SYNTAX_H_
#define RUNDLET_SERVICE_GATEWAY_TEXT_SYNTAX_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// Whether the bytes are well-formed UTF-8: no overlong form, no surrogate,
// nothing above U+10FFFF.
bool IsUtf8(absl::string_view bytes);

// The bytes of the white space character that text[at] begins; 0 if it begins
// none. White space is what str.split splits on: U+0009 to U+000D, U+001C to
// U+0020, U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F,
// U+205F, U+3000. REQUIRES at < text.size() and well-formed UTF-8.
size_t SpaceBytesAt(absl::string_view text, size_t at);

// Takes the next word off *text, which is well-formed UTF-8; empty when there
// is none left.
absl::string_view TakeWord(absl::string_view* text);

// Replaces *joined by the words of `text`, one space between each two.
void JoinWords(absl::string_view text, std::string* joined);

// Reads a whole number as int() does in base ten: an optional sign, digits,
// single underscores between digits. Numbers beyond int64_t become its smallest
// or largest. INVALID_ARGUMENT: it is no such number. Digits outside ASCII,
// which int() takes too, are no digits here.
absl::StatusOr<int64_t> ParseInteger(absl::string_view word);

// `text` cut to at most bytes_max bytes, never inside a character.
absl::string_view CutText(absl::string_view text, size_t bytes_max);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_TEXT_SYNTAX_H_
