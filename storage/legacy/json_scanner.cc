#include "storage/legacy/json_scanner.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

bool IsHighSurrogate(unsigned unit) { return unit >> 10 == 0xD800 >> 10; }
bool IsLowSurrogate(unsigned unit) { return unit >> 10 == 0xDC00 >> 10; }

JsonSlice::Type TypeOf(char first) {
  switch (first) {
    case '{':
      return JsonSlice::Type::kObject;
    case '[':
      return JsonSlice::Type::kArray;
    case '"':
      return JsonSlice::Type::kString;
    case 't':
    case 'f':
      return JsonSlice::Type::kBoolean;
    case 'n':
      return JsonSlice::Type::kNull;
    default:
      return JsonSlice::Type::kNumber;
  }
}

}  // namespace

absl::StatusOr<JsonSlice> JsonScanner::TakeValue() {
  SkipSpace();
  JsonSlice value;
  value.type = TypeOf(Current());
  const size_t start = position_;
  closings_.clear();
  bool done = false;
  while (!done) {
    bool empty = false;
    SkipSpace();
    const char first = Current();
    absl::Status status = first == '{' || first == '['
                              ? TakeOpening(first, &value, &empty)
                              : TakeScalar(&value);
    if (!status.ok()) return status;
    // An object or array that has just been opened goes on with its first
    // value; all else is a whole value.
    const bool opened = (first == '{' || first == '[') && !empty;
    if (opened) continue;
    status = TakeBehindValue(&value, &done);
    if (!status.ok()) return status;
  }
  value.text = text_.substr(start, position_ - start);
  return value;
}

bool JsonScanner::TakeIf(char byte) {
  SkipSpace();
  if (AtEnd() || Current() != byte) return false;
  ++position_;
  return true;
}

absl::Status JsonScanner::TakeEnd() {
  SkipSpace();
  return AtEnd() ? absl::OkStatus() : Error("something follows the value");
}

void JsonScanner::SkipSpace() {
  while (!AtEnd() && absl::StrContains(" \t\n\r", Current())) ++position_;
}

bool JsonScanner::TakeWord(absl::string_view word) {
  if (!absl::StartsWith(text_.substr(position_), word)) return false;
  position_ += word.size();
  return true;
}

absl::Status JsonScanner::Error(absl::string_view reason) const {
  return absl::InvalidArgumentError(
      absl::StrCat("not JSON at byte ", position_, ": ", reason));
}

absl::Status JsonScanner::TakeScalar(JsonSlice* value) {
  if (Current() == '"') return TakeString(value);
  if (TakeWord("true") || TakeWord("false") || TakeWord("null")) {
    return absl::OkStatus();
  }
  return TakeNumber(value);
}

absl::Status JsonScanner::TakeString(JsonSlice* value) {
  ++position_;
  while (Current() != '"') {
    if (AtEnd()) return Error("a string has no end");
    if (static_cast<unsigned char>(Current()) < 0x20) {
      return Error("a control character stands in a string");
    }
    if (Current() == '\\') {
      absl::Status status = TakeEscape(value);
      if (!status.ok()) return status;
    } else {
      ++position_;
    }
  }
  ++position_;
  return absl::OkStatus();
}

absl::Status JsonScanner::TakeEscape(JsonSlice* value) {
  ++position_;
  if (Current() == 'u') return TakeUnicodeEscape(value);
  if (AtEnd() || !absl::StrContains("\"\\/bfnrt", Current())) {
    return Error("an escape is unknown");
  }
  ++position_;
  return absl::OkStatus();
}

absl::Status JsonScanner::TakeUnicodeEscape(JsonSlice* value) {
  absl::StatusOr<unsigned> unit = TakeHexDigits();
  if (!unit.ok()) return unit.status();
  if (IsHighSurrogate(*unit) &&
      absl::StartsWith(text_.substr(position_), "\\u")) {
    // Only a low surrogate belongs to this one; any other escape is read on
    // its own.
    const size_t behind_first = position_++;
    unit = TakeHexDigits();
    if (!unit.ok()) return unit.status();
    if (IsLowSurrogate(*unit)) return absl::OkStatus();
    position_ = behind_first;
    value->has_lone_surrogate = true;
    return absl::OkStatus();
  }
  if (IsHighSurrogate(*unit) || IsLowSurrogate(*unit)) {
    value->has_lone_surrogate = true;
  }
  return absl::OkStatus();
}

absl::StatusOr<unsigned> JsonScanner::TakeHexDigits() {
  ++position_;  // the 'u'
  const absl::string_view digits =
      text_.substr(std::min(position_, text_.size()), 4);
  unsigned unit = 0;
  if (digits.size() < 4 || !absl::c_all_of(digits, absl::ascii_isxdigit) ||
      !absl::SimpleHexAtoi(digits, &unit)) {
    return Error("\\u is not followed by four hexadecimal digits");
  }
  position_ += digits.size();
  return unit;
}

absl::Status JsonScanner::TakeNumber(JsonSlice* value) {
  if (TakeWord("NaN") || TakeWord("Infinity") || TakeWord("-Infinity")) {
    value->has_non_finite = true;
    return absl::OkStatus();
  }
  TakeWord("-");
  if (!TakeWord("0") && !TakeDigits()) {
    return Error(AtEnd() ? "the text ends where a value should stand"
                         : "no value begins here");
  }
  if (TakeWord(".") && !TakeDigits()) return Error("a fraction has no digits");
  if (TakeWord("e") || TakeWord("E")) {
    if (!TakeWord("+")) TakeWord("-");
    if (!TakeDigits()) return Error("an exponent has no digits");
  }
  return absl::OkStatus();
}

bool JsonScanner::TakeDigits() {
  const size_t start = position_;
  while (!AtEnd() && absl::ascii_isdigit(Current())) ++position_;
  return position_ > start;
}

absl::Status JsonScanner::TakeName(JsonSlice* value) {
  SkipSpace();
  if (Current() != '"') return Error("a member has no name");
  absl::Status status = TakeString(value);
  if (!status.ok()) return status;
  return TakeIf(':') ? absl::OkStatus() : Error("a name has no colon");
}

absl::Status JsonScanner::TakeOpening(char opening, JsonSlice* value,
                                      bool* empty) {
  if (closings_.size() == kJsonDepthMax) {
    return Error(absl::StrCat("nested deeper than ", kJsonDepthMax));
  }
  const char closing = opening == '{' ? '}' : ']';
  ++position_;
  if (TakeIf(closing)) {
    *empty = true;
    return absl::OkStatus();
  }
  closings_.push_back(closing);
  return opening == '{' ? TakeName(value) : absl::OkStatus();
}

absl::Status JsonScanner::TakeBehindValue(JsonSlice* value, bool* done) {
  while (!closings_.empty()) {
    const char closing = closings_.back();
    if (TakeIf(',')) {
      return closing == '}' ? TakeName(value) : absl::OkStatus();
    }
    if (!TakeIf(closing)) {
      return Error(absl::StrCat("neither ',' nor '", std::string(1, closing),
                                "' follows a value"));
    }
    closings_.pop_back();
  }
  *done = true;
  return absl::OkStatus();
}

}  // namespace rundlet
