// JSON as text: reading and writing it without changing a value, so that 1.0
// and 9007199254740993 stay what they are.

#ifndef RUNDLET_STORAGE_LEGACY_JSON_TEXT_H_
#define RUNDLET_STORAGE_LEGACY_JSON_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/legacy/json_scanner.h"

namespace rundlet {

struct JsonMember {
  JsonSlice name;  // a string
  JsonSlice value;
};

// The one value that `text` holds, white space around it aside.
// INVALID_ARGUMENT: `text` is not JSON; the message says why and at which byte.
absl::StatusOr<JsonSlice> ParseJson(absl::string_view text);

// The members of an object that ParseJson() found, in order, with duplicates.
// REQUIRES: object.type is kObject.
std::vector<JsonMember> JsonMembers(const JsonSlice& object);

// The characters of a string that ParseJson() found, as UTF-8. REQUIRES:
// string.type is kString and has no lone surrogate.
std::string DecodeJsonString(const JsonSlice& string);

// `text`, which must be UTF-8, as a JSON string in ASCII: exactly what Python's
// json.dumps makes of it.
std::string EncodeJsonString(absl::string_view text);

// JSON in ASCII and on one line: other characters (they stand in strings) as
// \u escapes, line breaks (they stand between tokens) as spaces; all else as it
// is. REQUIRES: `json` is UTF-8 and ParseJson() takes it.
std::string AsciiJsonLine(absl::string_view json);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_JSON_TEXT_H_
