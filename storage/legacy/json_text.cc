#include "storage/legacy/json_text.h"

#include <cassert>
#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "storage/legacy/json_scanner.h"
#include "storage/legacy/utf8.h"

namespace rundlet {
namespace {

constexpr uint32_t kHighSurrogateFirst = 0xD800;
constexpr uint32_t kLowSurrogateFirst = 0xDC00;
constexpr uint32_t kPlaneOneFirst = 0x10000;

uint32_t HexNumber(absl::string_view digits) {
  uint32_t number = 0;
  // The scanner has seen that these are hexadecimal digits.
  const bool parsed = absl::SimpleHexAtoi(digits, &number);
  assert(parsed);
  (void)parsed;
  return number;
}

char UnescapedCharacter(char escape) {
  switch (escape) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return escape;  // a quotation mark, '/' or '\'
  }
}

// Takes what follows "\u" off *rest: four digits, or a pair of surrogates.
uint32_t TakeUnicodeEscape(absl::string_view* rest) {
  const uint32_t unit = HexNumber(rest->substr(0, 4));
  rest->remove_prefix(4);
  if (unit < kHighSurrogateFirst || unit >= kLowSurrogateFirst) return unit;
  const uint32_t low = HexNumber(rest->substr(2, 4));
  rest->remove_prefix(6);
  return kPlaneOneFirst + ((unit - kHighSurrogateFirst) << 10) +
         (low - kLowSurrogateFirst);
}

void AppendUnicodeEscape(uint32_t character, std::string* out) {
  if (character < kPlaneOneFirst) {
    absl::StrAppendFormat(out, "\\u%04x", character);
    return;
  }
  const uint32_t offset = character - kPlaneOneFirst;
  absl::StrAppendFormat(out, "\\u%04x\\u%04x",
                        kHighSurrogateFirst + (offset >> 10),
                        kLowSurrogateFirst + (offset & 0x3FF));
}

void AppendEscaped(uint32_t character, std::string* out) {
  switch (character) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  if (character < 0x20 || character > 0x7E) {
    AppendUnicodeEscape(character, out);
  } else {
    out->push_back(static_cast<char>(character));
  }
}

}  // namespace

absl::StatusOr<JsonSlice> ParseJson(absl::string_view text) {
  JsonScanner scanner(text);
  absl::StatusOr<JsonSlice> value = scanner.TakeValue();
  if (!value.ok()) return value.status();
  absl::Status end = scanner.TakeEnd();
  if (!end.ok()) return end;
  return value;
}

std::vector<JsonMember> JsonMembers(const JsonSlice& object) {
  std::vector<JsonMember> members;
  JsonScanner scanner(object.text);
  scanner.TakeIf('{');
  while (!scanner.TakeIf('}')) {
    JsonMember member;
    member.name = *scanner.TakeValue();
    scanner.TakeIf(':');
    member.value = *scanner.TakeValue();
    members.push_back(member);
    scanner.TakeIf(',');
  }
  return members;
}

std::string DecodeJsonString(const JsonSlice& string) {
  std::string decoded;
  absl::string_view rest = string.text.substr(1, string.text.size() - 2);
  while (!rest.empty()) {
    const char first = rest.front();
    rest.remove_prefix(1);
    if (first != '\\') {
      decoded.push_back(first);
      continue;
    }
    const char escape = rest.front();
    rest.remove_prefix(1);
    if (escape == 'u') {
      AppendUtf8Character(TakeUnicodeEscape(&rest), &decoded);
    } else {
      decoded.push_back(UnescapedCharacter(escape));
    }
  }
  return decoded;
}

std::string EncodeJsonString(absl::string_view text) {
  std::string encoded = "\"";
  while (const std::optional<uint32_t> character = TakeUtf8Character(&text)) {
    AppendEscaped(*character, &encoded);
  }
  encoded.push_back('"');
  return encoded;
}

std::string AsciiJsonLine(absl::string_view json) {
  std::string line;
  line.reserve(json.size());
  while (const std::optional<uint32_t> character = TakeUtf8Character(&json)) {
    if (*character > 0x7F) {
      AppendUnicodeEscape(*character, &line);
    } else if (*character == '\n' || *character == '\r') {
      line.push_back(' ');
    } else {
      line.push_back(static_cast<char>(*character));
    }
  }
  return line;
}

}  // namespace rundlet
