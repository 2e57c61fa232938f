// JSON between its text, which is what a store keeps, and
// google.protobuf.Value, which is what clients like to handle.

#ifndef RUNDLET_SERVICE_GRPC_JSON_TEXT_H_
#define RUNDLET_SERVICE_GRPC_JSON_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"
#include "service/grpc/field_path.h"

namespace rundlet {

// Levels of nesting; a scalar has none. Each object costs three levels of
// messages, and Protobuf's parsers stop at 100.
inline constexpr int kJsonDepthMax = 30;
inline constexpr int kJsonTextDepthMax = 100;

// The canonical text of a value: no white space, members sorted by the bytes
// of their names, numbers as ECMAScript prints them. INVALID_FIELD: a number is
// not finite, or an inner value has no kind. LIMIT_EXCEEDED: too deep.
absl::StatusOr<std::string> JsonTextFromValue(
    const FieldPath& field, const google::protobuf::Value& value);

// Whether `text` is one JSON value that we accept. INVALID_FIELD says what is
// wrong at which byte. LIMIT_EXCEEDED: too deep.
absl::Status CheckJsonText(const FieldPath& field, absl::string_view text);

// Sets *value to what `text` says and returns true, if *value then holds it
// exactly: JsonTextFromValue(*value) differs from `text` at most in white
// space, in the order of members and in how characters are escaped. Else
// returns false and leaves *value in any state.
bool JsonValueFromText(absl::string_view text, google::protobuf::Value* value);

// As ECMAScript's Number.prototype.toString prints a finite number: the
// shortest digits that read back as it.
std::string JsonNumber(double number);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_JSON_TEXT_H_
