// JsonScanner: finds where the values of a JSON text begin and end, token by
// token, without recursion.
//
// What it accepts is RFC 8259, plus what Python's json writes beyond it: NaN,
// Infinity, -Infinity and escaped lone surrogates. These pass, and are marked.

#ifndef RUNDLET_STORAGE_LEGACY_JSON_SCANNER_H_
#define RUNDLET_STORAGE_LEGACY_JSON_SCANNER_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// Objects and arrays within one another, at most. Python's own limit is near.
inline constexpr size_t kJsonDepthMax = 1000;

// One value within a text that it points into.
struct JsonSlice {
  enum class Type { kObject, kArray, kString, kNumber, kBoolean, kNull };

  Type type = Type::kNull;
  absl::string_view text;           // from its first byte to its last
  bool has_non_finite = false;      // NaN or an infinity, at any depth
  bool has_lone_surrogate = false;  // in a string or a name, at any depth
};

// Not thread-safe. Does not own the text, which must outlive it and what it
// gives out. Errors are INVALID_ARGUMENT with reason and byte; after one the
// scanner is of no further use.
class JsonScanner {
 public:
  explicit JsonScanner(absl::string_view text) : text_(text) {}

  // Takes the next value, of any type and depth.
  absl::StatusOr<JsonSlice> TakeValue();

  // Takes `byte` if it is what comes next behind white space.
  bool TakeIf(char byte);

  // Makes sure that only white space is left.
  absl::Status TakeEnd();

 private:
  void SkipSpace();
  bool AtEnd() const { return position_ == text_.size(); }
  char Current() const { return AtEnd() ? '\0' : text_[position_]; }
  bool TakeWord(absl::string_view word);
  absl::Status Error(absl::string_view reason) const;

  // Each starts at Current() and marks in *value what it met.
  absl::Status TakeScalar(JsonSlice* value);
  absl::Status TakeString(JsonSlice* value);
  absl::Status TakeEscape(JsonSlice* value);
  absl::Status TakeUnicodeEscape(JsonSlice* value);
  absl::StatusOr<unsigned> TakeHexDigits();
  absl::Status TakeNumber(JsonSlice* value);
  bool TakeDigits();

  // Steps of TakeValue() through objects and arrays: up to the next place
  // where a value stands, and behind one.
  absl::Status TakeName(JsonSlice* value);
  absl::Status TakeOpening(char opening, JsonSlice* value, bool* empty);
  absl::Status TakeBehindValue(JsonSlice* value, bool* done);

  const absl::string_view text_;
  size_t position_ = 0;
  std::string closings_;  // of the objects and arrays that are open
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_JSON_SCANNER_H_
