#include "tests/conformance/scenario_pattern.h"

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rundlet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

absl::Status Wrong(absl::string_view what, const Json& where) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", where.dump()));
}

// A number, or the text of one: JSON of protobuf has 64 bits as text.
std::optional<absl::int128> IntegerOf(const Json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (value.is_number_integer()) return value.get<int64_t>();
  absl::int128 number = 0;
  if (value.is_string() &&
      absl::SimpleAtoi(value.get_ref<const std::string&>(), &number)) {
    return number;
  }
  return std::nullopt;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

bool IsEqual(const Json& expected, const Json& actual) {
  if (expected.is_number_integer() && actual.is_string()) {
    return IntegerOf(expected) == IntegerOf(actual);
  }
  return expected == actual;
}

absl::StatusOr<Json> Lookup(const std::string& path,
                            const ScenarioContext& context) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  const auto answer = context.answers.find(names[0]);
  if (answer == context.answers.end()) return Wrong("no such label", path);
  const Json* value = &answer->second;
  for (size_t i = 1; i < names.size(); ++i) {
    size_t index = 0;
    if (value->is_array() && absl::SimpleAtoi(names[i], &index) &&
        index < value->size()) {
      value = &(*value)[index];
    } else if (value->is_object() && value->contains(names[i])) {
      value = &(*value)[names[i]];
    } else {
      return Wrong("the answer has no such field", path);
    }
  }
  return *value;
}

absl::StatusOr<Json> FillPlus(const Json& terms,
                              const ScenarioContext& context) {
  if (!terms.is_array()) return Wrong("$plus takes a list", terms);
  absl::int128 sum = 0;
  for (const Json& term : terms) {
    const absl::StatusOr<Json> filled = Fill(term, context);
    if (!filled.ok()) return filled;
    const std::optional<absl::int128> number = IntegerOf(*filled);
    if (!number.has_value()) return Wrong("$plus takes integers", *filled);
    sum += *number;
  }
  return Json(absl::StrCat(static_cast<int64_t>(sum)));
}

absl::StatusOr<Json> FillRepeat(const Json& pair) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() ||
      !pair[1].is_number_unsigned()) {
    return Wrong("$repeat takes a text and a number", pair);
  }
  std::string text;
  for (uint64_t i = 0; i < pair[1].get<uint64_t>(); ++i) {
    text += pair[0].get_ref<const std::string&>();
  }
  return Json(std::move(text));
}

// Of an object with one member whose name begins with "$".
absl::StatusOr<Json> FillOperator(const std::string& name, const Json& operand,
                                  const ScenarioContext& context) {
  if (name == "$plus") return FillPlus(operand, context);
  if (name == "$repeat") return FillRepeat(operand);
  if (name == "$time") {
    if (!operand.is_number()) return Wrong("$time takes seconds", operand);
    return Json(TimeText(context.start + absl::Seconds(operand.get<double>())));
  }
  absl::StatusOr<Json> filled = Fill(operand, context);
  if (!filled.ok()) return filled;
  return Json::object({{name, *std::move(filled)}});
}

// The difference of a comparison of numbers, or nothing.
std::vector<std::string> Compare(const std::string& name, const Json& operand,
                                 const Json& actual) {
  const auto a = IntegerOf(actual);
  const auto b = IntegerOf(operand);
  const bool holds =
      a.has_value() && b.has_value() &&
      ((name == "$gt" && *a > *b) || (name == "$ge" && *a >= *b) ||
       (name == "$lt" && *a < *b) || (name == "$le" && *a <= *b));
  if (holds) return {};
  return {absl::StrCat("should be ", name, " ", operand.dump(), " and is ",
                       actual.dump())};
}

std::vector<std::string> CompareTimes(const Json& seconds, const Json& actual,
                                      absl::Time start) {
  absl::Time time;
  std::string error;
  const bool is_between =
      actual.is_string() && seconds.is_array() && seconds.size() == 2 &&
      absl::ParseTime(absl::RFC3339_full, actual.get<std::string>(), &time,
                      &error) &&
      time >= start + absl::Seconds(seconds[0].get<double>()) &&
      time <= start + absl::Seconds(seconds[1].get<double>());
  if (is_between) return {};
  return {absl::StrCat("should be a time between ", seconds.dump(),
                       " s and is ", actual.dump())};
}

std::vector<std::string> Apply(const std::string& name, const Json& operand,
                               const Json& actual,
                               const ScenarioContext& context) {
  if (name == "$ne") {
    if (!IsEqual(operand, actual)) return {};
    return {absl::StrCat("should not be ", operand.dump())};
  }
  if (name == "$size") {
    if (actual.is_array() && IsEqual(operand, Json(actual.size()))) return {};
    return {absl::StrCat("should have ", operand.dump(),
                         " elements: ", actual.dump())};
  }
  if (name == "$between") {
    return CompareTimes(operand, actual, context.start);
  }
  if (name == "$gt" || name == "$ge" || name == "$lt" || name == "$le") {
    return Compare(name, operand, actual);
  }
  return {absl::StrCat("no such operator: ", name)};
}

// Times may have their fraction in more than one way.
bool IsSameTime(const Json& pattern, const Json& actual) {
  absl::Time expected;
  absl::Time found;
  std::string error;
  return pattern.is_string() && actual.is_string() &&
         absl::ParseTime(absl::RFC3339_full, pattern.get<std::string>(),
                         &expected, &error) &&
         absl::ParseTime(absl::RFC3339_full, actual.get<std::string>(), &found,
                         &error) &&
         expected == found;
}

void AddBelow(absl::string_view name, std::vector<std::string> below,
              std::vector<std::string>* lines) {
  for (std::string& line : below) {
    lines->push_back(absl::StrCat(name, ": ", line));
  }
}

}  // namespace

bool IsOperator(const Json& value) {
  return value.is_object() && value.size() == 1 &&
         value.begin().key().substr(0, 1) == "$";
}

absl::StatusOr<Json> Fill(const Json& text, const ScenarioContext& context) {
  if (text.is_string()) {
    const std::string& string = text.get_ref<const std::string&>();
    if (string.substr(0, 2) == "$$") return Json(string.substr(1));
    if (string.substr(0, 1) == "$") return Lookup(string.substr(1), context);
    return text;
  }
  if (IsOperator(text)) {
    return FillOperator(text.begin().key(), text.begin().value(), context);
  }
  if (!text.is_structured()) return text;
  Json filled = text;
  for (Json& element : filled) {
    absl::StatusOr<Json> value = Fill(element, context);
    if (!value.ok()) return value;
    element = *std::move(value);
  }
  return filled;
}

std::vector<std::string> Differences(const Json& pattern, const Json& actual,
                                     const ScenarioContext& context) {
  if (IsOperator(pattern)) {
    return Apply(pattern.begin().key(), pattern.begin().value(), actual,
                 context);
  }
  std::vector<std::string> lines;
  if (pattern.is_object() && actual.is_object()) {
    for (const auto& [name, value] : pattern.items()) {
      const Json found = actual.contains(name) ? actual[name] : Json();
      AddBelow(name, Differences(value, found, context), &lines);
    }
    return lines;
  }
  if (pattern.is_array() && actual.is_array() &&
      pattern.size() == actual.size()) {
    for (size_t i = 0; i < pattern.size(); ++i) {
      AddBelow(absl::StrCat(i), Differences(pattern[i], actual[i], context),
               &lines);
    }
    return lines;
  }
  if (IsEqual(pattern, actual) || IsSameTime(pattern, actual)) return {};
  return {absl::StrCat("should be ", pattern.dump().substr(0, 200), " and is ",
                       actual.dump().substr(0, 200))};
}

absl::Status CheckNames(const Json& pattern, const Descriptor& message) {
  // Time, durations and JSON are not written as messages.
  if (message.full_name().rfind("google.protobuf.", 0) == 0 ||
      IsOperator(pattern) || !pattern.is_object()) {
    return absl::OkStatus();
  }
  for (const auto& [name, value] : pattern.items()) {
    const FieldDescriptor* const field = message.FindFieldByCamelcaseName(name);
    if (field == nullptr) {
      return Wrong(absl::StrCat(message.full_name(), " has no field ", name),
                   pattern);
    }
    if (field->message_type() == nullptr) continue;
    const bool is_list = field->is_repeated() && value.is_array();
    for (const Json& element : is_list ? value : Json::array({value})) {
      absl::Status status = CheckNames(element, *field->message_type());
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace rundlet
