#include "service/admission/refused_write.h"

#include <cstdint>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr char kRetryDelay[] = "rundlet/retry_delay_ms";

}  // namespace

absl::Status RefusedWrite(absl::string_view reason, absl::Duration delay) {
  const int64_t delay_ms = absl::ToInt64Milliseconds(delay);
  absl::Status status = absl::UnavailableError(absl::StrCat(
      reason, "; nothing was done; try again in ", delay_ms, " ms"));
  status.SetPayload(kRetryDelay, absl::Cord(absl::StrCat(delay_ms)));
  return status;
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryDelay);
  int64_t delay_ms = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &delay_ms)) {
    return std::nullopt;
  }
  return absl::Milliseconds(delay_ms);
}

}  // namespace rundlet
