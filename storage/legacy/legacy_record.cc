#include "storage/legacy/legacy_record.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/legacy/json_text.h"
#include "storage/legacy/utf8.h"

namespace rundlet {
namespace {

// The last second of the year 9999, beyond which no API of ours can say a time:
// such a key never expires, which nobody will be there to tell apart.
constexpr double kLastUnixSecond = 253402300799;

// The members that a record is made of; of duplicates the last one counts, as
// in Python.
struct Members {
  std::optional<JsonSlice> op;
  std::optional<JsonSlice> key;
  std::optional<JsonSlice> value;
  std::optional<JsonSlice> expiry;
};

Members PickMembers(const JsonSlice& object) {
  Members members;
  for (const JsonMember& member : JsonMembers(object)) {
    if (member.name.has_lone_surrogate) continue;
    const std::string name = DecodeJsonString(member.name);
    if (name == "op") members.op = member.value;
    if (name == "key") members.key = member.value;
    if (name == "value") members.value = member.value;
    if (name == "expiry") members.expiry = member.value;
  }
  return members;
}

// Gives back the problem, or an empty string and *text.
std::string ReadText(const std::optional<JsonSlice>& slice,
                     absl::string_view name, std::string* text) {
  if (!slice.has_value()) return absl::StrCat("there is no ", name);
  if (slice->type != JsonSlice::Type::kString) {
    return absl::StrCat(name, " is not a string");
  }
  if (slice->has_lone_surrogate) {
    return absl::StrCat(name,
                        " holds a lone surrogate, which UTF-8 cannot say");
  }
  *text = DecodeJsonString(*slice);
  return "";
}

std::string ReadKey(const std::optional<JsonSlice>& slice, const Limits& limits,
                    std::string* key) {
  std::string text;
  std::string problem = ReadText(slice, "key", &text);
  if (!problem.empty()) return problem;
  if (text.empty()) return "key is empty";
  if (text.size() > limits.key_bytes_max) {
    return absl::StrCat("key has ", text.size(), " bytes, at most ",
                        limits.key_bytes_max, " are possible");
  }
  *key = std::move(text);
  return "";
}

std::string ReadValue(const std::optional<JsonSlice>& slice,
                      const Limits& limits, Value* value) {
  if (slice.has_value() && slice->type != JsonSlice::Type::kString) {
    if (slice->has_non_finite) {
      return "value holds NaN or Infinity, which JSON cannot say";
    }
    if (slice->has_lone_surrogate) {
      return "value holds a lone surrogate, which UTF-8 cannot say";
    }
    *value = Value::Json(std::string(slice->text));
  } else {
    std::string problem = ReadText(slice, "value", &value->bytes);
    if (!problem.empty()) return problem;
    value->kind = ValueKind::kText;
  }
  if (value->bytes.size() > limits.value_bytes_max) {
    return absl::StrCat("value has ", value->bytes.size(), " bytes, at most ",
                        limits.value_bytes_max, " are possible");
  }
  return "";
}

// Seconds since 1970, with or without fraction; 0 means never.
std::string ReadExpiry(const std::optional<JsonSlice>& slice,
                       absl::Time* expiry) {
  *expiry = absl::InfiniteFuture();
  if (!slice.has_value()) return "";
  double seconds = 0;
  if (slice->type != JsonSlice::Type::kNumber || slice->has_non_finite ||
      !absl::SimpleAtod(slice->text, &seconds)) {
    return "expiry is not a number";
  }
  if (seconds < 0) {
    *expiry = absl::InfinitePast();
  } else if (seconds > 0 && seconds <= kLastUnixSecond) {
    *expiry = absl::FromUnixMicros(std::llround(seconds * 1e6));
  }
  return "";
}

void ReadPut(const Members& members, const Limits& limits,
             LegacyRecord* record) {
  record->problem = ReadValue(members.value, limits, &record->value);
  if (record->problem.empty()) {
    record->problem = ReadExpiry(members.expiry, &record->expiry);
  }
  record->effect = record->problem.empty() ? LegacyRecord::Effect::kPut
                                           : LegacyRecord::Effect::kDelete;
}

int64_t WholeSecondsUp(absl::Time time) {
  if (time == absl::InfiniteFuture()) return 0;
  const int64_t seconds = absl::ToUnixSeconds(time);
  return absl::FromUnixSeconds(seconds) < time ? seconds + 1 : seconds;
}

absl::StatusOr<std::string> EncodeValue(const Value& value) {
  if (value.kind == ValueKind::kData) {
    return absl::InvalidArgumentError("the value is bytes, not text or JSON");
  }
  if (value.kind == ValueKind::kLarge) {
    return absl::InvalidArgumentError("the value is a large one");
  }
  if (!IsUnicodeText(value.bytes)) {
    return absl::InvalidArgumentError("the value is not UTF-8");
  }
  if (value.kind == ValueKind::kText) return EncodeJsonString(value.bytes);
  const absl::StatusOr<JsonSlice> parsed = ParseJson(value.bytes);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value is ", parsed.status().message()));
  }
  return AsciiJsonLine(parsed->text);
}

}  // namespace

LegacyRecord ParseLegacyRecord(absl::string_view json, const Limits& limits) {
  LegacyRecord record;
  if (!IsUnicodeText(json)) {
    record.problem = "the record is not UTF-8";
    return record;
  }
  const absl::StatusOr<JsonSlice> object = ParseJson(json);
  if (!object.ok()) {
    record.problem = absl::StrCat("the record is ", object.status().message());
    return record;
  }
  if (object->type != JsonSlice::Type::kObject) {
    record.problem = "the record is not a JSON object";
    return record;
  }
  const Members members = PickMembers(*object);
  std::string op;
  record.problem = ReadText(members.op, "op", &op);
  if (record.problem.empty() && op != "put" && op != "delete") {
    record.problem = "op is neither put nor delete";
  }
  if (record.problem.empty()) {
    record.problem = ReadKey(members.key, limits, &record.key);
  }
  if (!record.problem.empty()) return record;
  if (op == "put") {
    ReadPut(members, limits, &record);
  } else {
    record.effect = LegacyRecord::Effect::kDelete;
  }
  return record;
}

absl::StatusOr<std::string> EncodeLegacyPut(absl::string_view key,
                                            const Value& value,
                                            absl::Time expiry) {
  if (!IsUnicodeText(key))
    return absl::InvalidArgumentError("the key is not UTF-8");
  const absl::StatusOr<std::string> encoded = EncodeValue(value);
  if (!encoded.ok()) return encoded.status();
  const std::string json = absl::StrCat(
      R"({"op": "put", "key": )", EncodeJsonString(key), R"(, "value": )",
      *encoded, R"(, "expiry": )", WholeSecondsUp(expiry), "}");
  const uint32_t checksum = Crc32(0, json);
  return absl::StrCat(json.size(), " ", checksum, "\n", json, "\n");
}

}  // namespace rundlet
