// ModelStore: exactly once.

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "storage/large_value.h"
#include "storage/limit_checks.h"
#include "storage/refusal.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat(text.size(), ":", text, " ");
}

std::string Quoted(const Value& value) {
  const std::string bytes(value.kind == ValueKind::kLarge
                              ? LargeValueContent(value.bytes)
                              : value.bytes);
  return absl::StrCat(static_cast<int>(value.kind), " ", Quoted(bytes));
}

std::string Quoted(const Expiry& expiry) {
  return absl::StrCat(static_cast<int>(expiry.rule()), " ",
                      expiry.jitter_percent(), " ",
                      absl::FormatDuration(expiry.ttl()), " ",
                      absl::FormatTime(expiry.time()), " ");
}

std::string Quoted(const Operation& operation) {
  const std::string* const key = KeyOf(operation);
  std::string text =
      absl::StrCat(operation.index(), " ", key ? Quoted(*key) : "");
  if (const auto* put = std::get_if<PutOperation>(&operation)) {
    absl::StrAppend(&text, Quoted(put->value), Quoted(put->expiry));
  } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
    absl::StrAppend(&text, Quoted(set->expiry), static_cast<int>(set->only_if),
                    " ");
  } else if (const auto* add = std::get_if<AddOperation>(&operation)) {
    absl::StrAppend(&text, add->delta, " ", add->initial, " ",
                    Quoted(add->expiry));
  } else if (const auto* range =
                 std::get_if<DeleteRangeOperation>(&operation)) {
    absl::StrAppend(&text, Quoted(range->range.start), Quoted(range->range.end),
                    range->keys_max, " ");
  }
  return text;
}

// All that decides what the transaction does.
std::string PayloadOf(const Transaction& transaction) {
  std::string text = absl::StrCat(transaction.has_otherwise, " ",
                                  transaction.return_previous, " if ");
  for (const Condition& condition : transaction.conditions) {
    absl::StrAppend(
        &text, Quoted(condition.key), static_cast<int>(condition.target), " ",
        static_cast<int>(condition.comparison), " ", condition.number, " ",
        Quoted(condition.value), Quoted(condition.digest));
  }
  absl::StrAppend(&text, "then ");
  for (const Operation& each : transaction.operations) {
    absl::StrAppend(&text, Quoted(each));
  }
  absl::StrAppend(&text, "else ");
  for (const Operation& each : transaction.otherwise) {
    absl::StrAppend(&text, Quoted(each));
  }
  return text;
}

}  // namespace

absl::StatusOr<Receipt> ModelStore::ApplyOnce(const Transaction& transaction) {
  if (!transaction.request.has_value()) return Apply(transaction);
  const absl::Status checked = CheckTransaction(transaction, limits_);
  if (!checked.ok()) return checked;
  const absl::Time now = EngineTime();
  for (auto each = requests_.begin(); each != requests_.end();) {
    const bool is_old = now - each->second.time > kRequestWindow;
    each = is_old ? requests_.erase(each) : std::next(each);
  }
  const auto name =
      std::make_pair(transaction.request->identity, transaction.request->id);
  const std::string payload = PayloadOf(transaction);
  const auto found = requests_.find(name);
  if (found != requests_.end()) {
    if (found->second.payload != payload) {
      return Refused(
          Refusal::kOtherRequest,
          absl::InvalidArgumentError("request.id names another transaction"));
    }
    Receipt receipt = found->second.receipt;
    receipt.durable_revision = newest_;
    receipt.durability = std::max(receipt.durability,
                                  transaction.durability == Durability::kDefault
                                      ? durability_
                                      : transaction.durability);
    return receipt;
  }
  absl::StatusOr<Receipt> receipt = Apply(transaction);
  if (!receipt.ok()) return receipt;
  if (receipt->revision == 0) ++newest_;
  Receipt remembered = *receipt;
  remembered.replayed = true;
  for (OperationResult& result : remembered.results) {
    result.entry.reset();
    result.entries.clear();
  }
  requests_[name] = {payload, std::move(remembered), newest_, now};
  return receipt;
}

}  // namespace rundlet
