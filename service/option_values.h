// Reading the values of options. Errors are INVALID_ARGUMENT and go on from
// "--name=value": they say what the value is not, and what it may be.

#ifndef RUNDLET_SERVICE_OPTION_VALUES_H_
#define RUNDLET_SERVICE_OPTION_VALUES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rundlet {

// A decimal number from first to last.
absl::StatusOr<uint64_t> ParseCount(absl::string_view text, uint64_t first,
                                    uint64_t last);

// The same with KiB, MiB or GiB behind it, or nothing.
absl::StatusOr<uint64_t> ParseBytes(absl::string_view text, uint64_t first,
                                    uint64_t last);

// A duration such as 100ms, 10s, 5m or 1h30m, from first to last.
absl::StatusOr<absl::Duration> ParseDurationOption(absl::string_view text,
                                                   absl::Duration first,
                                                   absl::Duration last);

// One word of several.
template <typename T>
absl::StatusOr<T> ParseChoice(
    absl::string_view text,
    const std::vector<std::pair<absl::string_view, T>>& choices) {
  for (const auto& [word, value] : choices) {
    if (text == word) return value;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "is none of ",
      absl::StrJoin(choices, ", ", [](std::string* out, const auto& choice) {
        out->append(choice.first.data(), choice.first.size());
      })));
}

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPTION_VALUES_H_
