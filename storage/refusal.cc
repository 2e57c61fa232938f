#include "storage/refusal.h"

#include <string>

#include "absl/strings/cord.h"

namespace rundlet {
namespace {

constexpr char kRefusal[] = "rundlet/refusal";

}  // namespace

absl::Status Refused(Refusal why, absl::Status status) {
  status.SetPayload(kRefusal,
                    absl::Cord(std::string(1, static_cast<char>(why))));
  return status;
}

Refusal RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRefusal);
  if (!payload.has_value() || payload->size() != 1) return Refusal::kNone;
  return static_cast<Refusal>((*payload)[0]);
}

}  // namespace rundlet
