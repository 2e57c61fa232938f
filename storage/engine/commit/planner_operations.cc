// Planner: what the operations do.

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "storage/engine/commit/planner.h"
#include "storage/engine/commit/put_plan.h"
#include "storage/limit_checks.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

bool Passes(ExpiryTest test, int64_t present_us, int64_t next_us) {
  // 0 is never, which is later than any time.
  const auto later_than = [](int64_t a, int64_t b) {
    return b != 0 && (a == 0 || a > b);
  };
  switch (test) {
    case ExpiryTest::kAny:
      return true;
    case ExpiryTest::kSooner:
      return later_than(next_us, present_us);
    case ExpiryTest::kLater:
      return later_than(present_us, next_us);
    case ExpiryTest::kNever:
      return present_us == 0;
    case ExpiryTest::kExpires:
      return present_us != 0;
  }
  return false;
}

// The number that a text is, as operation.h has it.
bool ParseNumber(const std::string& text, int64_t* number) {
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && parsed == end;
}

}  // namespace

void Planner::Refuse(absl::Status why) {
  if (refusal_.ok()) refusal_ = std::move(why);
}

int64_t Planner::Resolve(const Expiry& expiry, const Seen& seen) const {
  return ExpiryMicros(expiry, input_, seen.key_hash,
                      seen.live ? seen.found.version.expiry_us : 0);
}

void Planner::Write(Seen& seen, ValueKind kind, int64_t expiry_us) {
  MakeNext(input_, seen.live, kind, expiry_us, &seen.found.version);
  seen.found.version.location = Location();
  seen.live = true;
  seen.mutation = ++mutations_;
}

void Planner::ApplyPut(Seen& seen, PutOperation& put) {
  ++plan_.put_count;
  Write(seen, put.value.kind, Resolve(put.expiry, seen));
  seen.put_value = &put.value.bytes;
  seen.found.value = seen.put_value;
}

void Planner::ApplySetExpiry(Seen& seen, const SetExpiryOperation& set,
                             OperationResult* result) {
  if (set.only_if != ExpiryTest::kAny) result->number = 0;
  if (!seen.live) return;
  const Version& version = seen.found.version;
  const int64_t expiry_us = Resolve(set.expiry, seen);
  if (!Passes(set.only_if, version.expiry_us, expiry_us)) return;
  if (result->number.has_value()) result->number = 1;
  ++plan_.put_count;
  seen.found.value = &ValueOf(*seen.key, seen.found);
  Write(seen, version.kind, expiry_us);
}

void Planner::ApplyAdd(Seen& seen, const AddOperation& add,
                       OperationResult* result) {
  int64_t before = add.initial;
  if (seen.live) {
    const bool is_text = seen.found.version.kind == ValueKind::kText;
    if (!is_text || !ParseNumber(ValueOf(*seen.key, seen.found), &before)) {
      return Refuse(Refused(
          Refusal::kNotANumber,
          absl::FailedPreconditionError(absl::StrCat(
              "operation ", plan_.receipt.results.size() - 1,
              ": the value is no text that is an int64 in decimal digits"))));
    }
  }
  int64_t sum = 0;
  if (__builtin_add_overflow(before, add.delta, &sum)) {
    return Refuse(
        Refused(Refusal::kSumOutOfRange,
                absl::FailedPreconditionError(absl::StrCat(
                    "operation ", plan_.receipt.results.size() - 1, ": ",
                    before, " and ", add.delta, " have no sum in an int64"))));
  }
  ++plan_.put_count;
  const int64_t expiry_us =
      seen.live ? seen.found.version.expiry_us : Resolve(add.expiry, seen);
  Write(seen, ValueKind::kText, expiry_us);
  seen.put_value = &made_.emplace_front(absl::StrCat(sum));
  seen.found.value = seen.put_value;
  result->number = sum;
}

void Planner::ApplyDelete(Seen& seen) {
  ++plan_.delete_count;
  if (!seen.live) return;
  seen.live = false;
  seen.put_value = nullptr;
  seen.mutation = ++mutations_;
}

std::vector<std::string> Planner::KeysOf(const KeyRange& range, uint64_t max) {
  std::vector<std::string> keys;
  input_.list(range, [&](absl::string_view key, const Version& version) {
    // What an operation has looked at may be otherwise by now.
    if (!version.ExpiredAt(input_.now_us) && FindSeen(key) == nullptr) {
      keys.emplace_back(key);
    }
    return keys.size() <= max;
  });
  for (const Seen& seen : seen_) {
    const bool is_there =
        seen.live && !seen.found.version.ExpiredAt(input_.now_us);
    if (is_there && range.Contains(*seen.key)) keys.push_back(*seen.key);
  }
  std::sort(keys.begin(), keys.end());
  if (keys.size() > max) keys.resize(max + 1);
  return keys;
}

void Planner::ApplyDeleteRange(const DeleteRangeOperation& range,
                               OperationResult* result) {
  const uint64_t most = input_.limits->transaction_operations_max;
  const uint64_t left = most - range_keys_;
  const bool is_cut = range.keys_max != 0 && range.keys_max <= left;
  const uint64_t max = is_cut ? range.keys_max : left;
  std::vector<std::string> keys = KeysOf(range.range, max);
  if (keys.size() > max && !is_cut) {
    return Refuse(absl::InvalidArgumentError(
        absl::StrCat("operation ", plan_.receipt.results.size() - 1,
                     ": keys to be deleted by range are more than ", most,
                     ", transaction_operations_max is ", most,
                     ": delete a part at a time")));
  }
  if (keys.size() > max) keys.pop_back();
  range_keys_ += keys.size();
  result->existed = !keys.empty();
  result->number = static_cast<int64_t>(keys.size());
  for (std::string& key : keys) {
    range_key_bytes_ += key.size();
    Seen& seen = LookAgain(&made_.emplace_front(std::move(key)));
    if (transaction_.return_previous) {
      result->entries.push_back(PreviousOf(seen));
    }
    ApplyDelete(seen);
  }
  Refuse(CheckAtMost("bytes of the keys deleted by range", range_key_bytes_,
                     "transaction_bytes_max",
                     input_.limits->transaction_bytes_max));
}

void Planner::ApplyTo(Seen& seen, Operation& operation,
                      OperationResult* result) {
  if (auto* put = std::get_if<PutOperation>(&operation)) {
    ApplyPut(seen, *put);
  } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
    ApplySetExpiry(seen, *set, result);
  } else if (const auto* add = std::get_if<AddOperation>(&operation)) {
    ApplyAdd(seen, *add, result);
  } else if (std::holds_alternative<DeleteOperation>(operation)) {
    ApplyDelete(seen);
  }
}

void Planner::Apply(Operation& operation) {
  OperationResult& result = plan_.receipt.results.emplace_back();
  if (const auto* range = std::get_if<DeleteRangeOperation>(&operation)) {
    return ApplyDeleteRange(*range, &result);
  }
  Seen& seen = LookAgain(KeyOf(operation));
  result.existed = seen.live;
  if (seen.live && (transaction_.return_previous ||
                    std::holds_alternative<GetOperation>(operation))) {
    result.entry = PreviousOf(seen);
  }
  ApplyTo(seen, operation, &result);
}

}  // namespace rundlet
