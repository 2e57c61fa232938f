#include "service/option_values.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace rundlet {
namespace {

struct Unit {
  absl::string_view suffix;
  uint64_t bytes;
};

constexpr Unit kUnits[] = {{"GiB", uint64_t{1} << 30},
                           {"MiB", uint64_t{1} << 20},
                           {"KiB", uint64_t{1} << 10}};

bool ParseDigits(absl::string_view text, uint64_t* number) {
  return absl::c_all_of(text, absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, number);
}

std::string FormatBytes(uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return absl::StrCat(bytes / unit.bytes, unit.suffix);
    }
  }
  return absl::StrCat(bytes);
}

absl::Status OutOfRange(absl::string_view first, absl::string_view last) {
  return absl::InvalidArgumentError(
      absl::StrCat("is not from ", first, " to ", last));
}

}  // namespace

absl::StatusOr<uint64_t> ParseCount(absl::string_view text, uint64_t first,
                                    uint64_t last) {
  uint64_t number = 0;
  if (!ParseDigits(text, &number)) {
    return absl::InvalidArgumentError("is not a decimal number");
  }
  if (number < first || number > last) {
    return OutOfRange(absl::StrCat(first), absl::StrCat(last));
  }
  return number;
}

absl::StatusOr<uint64_t> ParseBytes(absl::string_view text, uint64_t first,
                                    uint64_t last) {
  uint64_t unit_bytes = 1;
  for (const Unit& unit : kUnits) {
    if (absl::ConsumeSuffix(&text, unit.suffix)) {
      unit_bytes = unit.bytes;
      break;
    }
  }
  uint64_t number = 0;
  if (!ParseDigits(text, &number)) {
    return absl::InvalidArgumentError(
        "is not a number of bytes, such as 4096, 64KiB, 256MiB or 1GiB");
  }
  // Divided, since the product may not fit.
  if (number > last / unit_bytes || number * unit_bytes < first) {
    return OutOfRange(FormatBytes(first), FormatBytes(last));
  }
  return number * unit_bytes;
}

absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view text,
                                                   absl::Duration first,
                                                   absl::Duration last) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) {
    return absl::InvalidArgumentError(
        "is not a duration, such as 100ms, 10s or 5m");
  }
  if (duration < first || duration > last) {
    return OutOfRange(absl::FormatDuration(first), absl::FormatDuration(last));
  }
  return duration;
}

}  // namespace rundlet
