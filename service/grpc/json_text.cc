#include "service/grpc/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rapidjson/encodedstream.h"
#include "rapidjson/error/en.h"
#include "rapidjson/memorystream.h"
#include "rapidjson/reader.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"
#include "service/grpc/errors.h"

namespace rundlet {
namespace {

using ProtoValue = google::protobuf::Value;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

// Numbers come as their digits, nesting costs no stack, UTF-8 is checked.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseNumbersAsStringsFlag |
                                 rapidjson::kParseValidateEncodingFlag;

template <typename Handler>
rapidjson::ParseResult Parse(absl::string_view text, Handler& handler) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>
      stream(bytes);
  return rapidjson::Reader().Parse<kParseFlags>(stream, handler);
}

// The parser lets a lone low surrogate through, as the bytes ED A0..BF xx.
bool HasSurrogate(absl::string_view text) {
  for (size_t at = text.find('\xED'); at != absl::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() &&
        static_cast<unsigned char>(text[at + 1]) >= 0xA0) {
      return true;
    }
  }
  return false;
}

// Accepts any JSON value, down to a depth.
class Checker
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Checker> {
 public:
  bool String(const char* data, size_t size, bool /*copy*/) {
    lone_surrogate_ = HasSurrogate({data, size});
    return !lone_surrogate_;
  }
  bool StartObject() { return ++depth_ <= kJsonTextDepthMax; }
  bool EndObject(size_t /*members*/) { return --depth_, true; }
  bool StartArray() { return StartObject(); }
  bool EndArray(size_t elements) { return EndObject(elements); }

  bool lone_surrogate() const { return lone_surrogate_; }
  bool too_deep() const { return depth_ > kJsonTextDepthMax; }

 private:
  int depth_ = 0;
  bool lone_surrogate_ = false;
};

// Builds a ProtoValue; stops at the first thing that it cannot hold exactly.
class Builder
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(ProtoValue* root) : next_(root) {}

  bool Null() {
    Next()->set_null_value(google::protobuf::NULL_VALUE);
    return true;
  }
  bool Bool(bool value) {
    Next()->set_bool_value(value);
    return true;
  }
  bool RawNumber(const char* data, size_t size, bool /*copy*/) {
    double number = 0;
    const auto read = std::from_chars(data, data + size, number);
    if (read.ec != std::errc() ||
        JsonNumber(number) != absl::string_view(data, size)) {
      return false;
    }
    Next()->set_number_value(number);
    return true;
  }
  bool String(const char* data, size_t size, bool /*copy*/) {
    if (HasSurrogate({data, size})) return false;
    Next()->set_string_value(data, size);
    return true;
  }
  bool Key(const char* data, size_t size, bool /*copy*/) {
    if (HasSurrogate({data, size})) return false;
    auto* members = open_.back()->mutable_struct_value()->mutable_fields();
    const auto [member, added] =
        members->insert({std::string(data, size), ProtoValue()});
    next_ = &member->second;
    return added;
  }
  bool StartObject() {
    ProtoValue* object = Next();
    object->mutable_struct_value();
    open_.push_back(object);
    return open_.size() <= kJsonDepthMax;
  }
  bool EndObject(size_t /*members*/) { return open_.pop_back(), true; }
  bool StartArray() {
    ProtoValue* array = Next();
    array->mutable_list_value();
    open_.push_back(array);
    return open_.size() <= kJsonDepthMax;
  }
  bool EndArray(size_t elements) { return EndObject(elements); }

 private:
  // Where the value that comes now belongs.
  ProtoValue* Next() {
    if (open_.empty() || !open_.back()->has_list_value()) return next_;
    return open_.back()->mutable_list_value()->add_values();
  }

  ProtoValue* next_;               // the root, or the member named last
  std::vector<ProtoValue*> open_;  // objects and arrays, outermost first
};

absl::Status Write(const FieldPath& field, const ProtoValue& value, int depth,
                   JsonWriter* writer);

void WriteString(const std::string& text, JsonWriter* writer) {
  writer->String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

absl::Status WriteObject(const FieldPath& field,
                         const google::protobuf::Struct& object, int depth,
                         JsonWriter* writer) {
  std::vector<const std::string*> names;
  names.reserve(object.fields().size());
  for (const auto& member : object.fields()) names.push_back(&member.first);
  std::sort(names.begin(), names.end(),
            [](const auto* a, const auto* b) { return *a < *b; });
  writer->StartObject();
  for (const std::string* name : names) {
    WriteString(*name, writer);
    absl::Status status =
        Write(field, object.fields().at(*name), depth, writer);
    if (!status.ok()) return status;
  }
  writer->EndObject();
  return absl::OkStatus();
}

absl::Status Write(const FieldPath& field, const ProtoValue& value, int depth,
                   JsonWriter* writer) {
  if ((value.has_struct_value() || value.has_list_value()) &&
      ++depth > kJsonDepthMax) {
    return LimitExceeded(field, "json_depth_max", kJsonDepthMax, depth);
  }
  switch (value.kind_case()) {
    case ProtoValue::kNullValue:
      writer->Null();
      return absl::OkStatus();
    case ProtoValue::kBoolValue:
      writer->Bool(value.bool_value());
      return absl::OkStatus();
    case ProtoValue::kNumberValue: {
      if (!std::isfinite(value.number_value())) {
        return InvalidField(field, "has a number that is not finite");
      }
      const std::string digits = JsonNumber(value.number_value());
      writer->RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
      return absl::OkStatus();
    }
    case ProtoValue::kStringValue:
      WriteString(value.string_value(), writer);
      return absl::OkStatus();
    case ProtoValue::kStructValue:
      return WriteObject(field, value.struct_value(), depth, writer);
    case ProtoValue::kListValue:
      writer->StartArray();
      for (const ProtoValue& element : value.list_value().values()) {
        absl::Status status = Write(field, element, depth, writer);
        if (!status.ok()) return status;
      }
      writer->EndArray();
      return absl::OkStatus();
    case ProtoValue::KIND_NOT_SET:
      break;
  }
  return InvalidField(field, "has a google.protobuf.Value without a kind");
}

}  // namespace

absl::StatusOr<std::string> JsonTextFromValue(const FieldPath& field,
                                              const ProtoValue& value) {
  rapidjson::StringBuffer text;
  JsonWriter writer(text);
  absl::Status status = Write(field, value, 0, &writer);
  if (!status.ok()) return status;
  return std::string(text.GetString(), text.GetSize());
}

absl::Status CheckJsonText(const FieldPath& field, absl::string_view text) {
  Checker checker;
  const rapidjson::ParseResult result = Parse(text, checker);
  if (!result.IsError()) return absl::OkStatus();
  if (checker.too_deep()) {
    return LimitExceeded(field, "json_text_depth_max", kJsonTextDepthMax,
                         kJsonTextDepthMax + 1);
  }
  const char* problem = checker.lone_surrogate()
                            ? "A surrogate stands alone."
                            : rapidjson::GetParseError_En(result.Code());
  return InvalidField(field, absl::StrCat("is not JSON at byte ",
                                          result.Offset(), ": ", problem));
}

bool JsonValueFromText(absl::string_view text, ProtoValue* value) {
  Builder builder(value);
  return !Parse(text, builder).IsError();
}

std::string JsonNumber(double number) {
  if (number == 0) return "0";
  // Shortest digits as d.ddde+XX, of which only digits and exponent are used.
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(number),
                    std::chars_format::scientific)
          .ptr;
  char* const e = std::find(buffer, end, 'e');
  *end = '\0';
  std::string digits(1, buffer[0]);
  if (e > buffer + 1) digits.append(buffer + 2, e);
  const int count = static_cast<int>(digits.size());
  const int point = std::atoi(e + 1) + 1;  // digits before the decimal point

  const char* const sign = number < 0 ? "-" : "";
  if (count <= point && point <= 21) {
    return absl::StrCat(sign, digits, std::string(point - count, '0'));
  }
  if (0 < point && point <= 21) {
    return absl::StrCat(sign, digits.substr(0, point), ".",
                        digits.substr(point));
  }
  if (-6 < point && point <= 0) {
    return absl::StrCat(sign, "0.", std::string(-point, '0'), digits);
  }
  const std::string fraction =
      count == 1 ? "" : absl::StrCat(".", digits.substr(1));
  return absl::StrCat(sign, digits.substr(0, 1), fraction, "e",
                      point > 0 ? "+" : "-", std::abs(point - 1));
}

}  // namespace rundlet
