// UTF-8, as far as the reader and the writer of legacy logs need it.

#ifndef RUNDLET_STORAGE_LEGACY_UTF8_H_
#define RUNDLET_STORAGE_LEGACY_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

// Takes the first character off *text. Empty, and *text unchanged: *text is
// empty or does not begin with a whole, shortest encoding of a Unicode scalar
// value (surrogates are none).
std::optional<uint32_t> TakeUtf8Character(absl::string_view* text);

// Whether all of `text` is UTF-8 in that sense. The empty text is.
bool IsUnicodeText(absl::string_view text);

// The number of characters in `text`, counted by their first bytes. For bytes
// that are not UTF-8 it is some number not above text.size().
size_t CountUtf8Characters(absl::string_view text);

// Appends the encoding of `character`. REQUIRES: a Unicode scalar value.
void AppendUtf8Character(uint32_t character, std::string* out);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_UTF8_H_
