#include "tests/support/transaction_text.h"

#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rundlet {
namespace {

std::string ExpiryText(const Expiry& expiry) {
  switch (expiry.rule()) {
    case Expiry::Rule::kNever:
      return "";
    case Expiry::Rule::kKeep:
      return " keep";
    case Expiry::Rule::kAfter:
      return absl::StrCat(" for ", absl::FormatDuration(expiry.ttl()));
    case Expiry::Rule::kAt:
      return absl::StrCat(" until ", absl::FormatTime(expiry.time()));
  }
  return "";
}

struct OperationText {
  std::string operator()(const GetOperation& get) {
    return absl::StrCat("get ", absl::CEscape(get.key));
  }
  std::string operator()(const PutOperation& put) {
    return absl::StrCat("put ", absl::CEscape(put.key), " ",
                        put.value.bytes.size(), " B", ExpiryText(put.expiry));
  }
  std::string operator()(const DeleteOperation& remove) {
    return absl::StrCat("delete ", absl::CEscape(remove.key));
  }
  std::string operator()(const AddOperation& add) {
    return absl::StrCat("add ", absl::CEscape(add.key), " ", add.delta,
                        ExpiryText(add.expiry));
  }
  std::string operator()(const DeleteRangeOperation& range) {
    return absl::StrCat("delete [", absl::CEscape(range.range.start), ", ",
                        absl::CEscape(range.range.end), ") ", range.keys_max);
  }
  std::string operator()(const SetExpiryOperation& set) {
    return absl::StrCat("expire ", absl::CEscape(set.key),
                        ExpiryText(set.expiry));
  }
};

std::string BranchText(const std::vector<Operation>& operations) {
  return absl::StrJoin(
      operations, ", ", [](std::string* out, const Operation& operation) {
        absl::StrAppend(out, std::visit(OperationText(), operation));
      });
}

}  // namespace

std::string TextOf(const Transaction& transaction) {
  static constexpr const char* kDurabilities[] = {"default", "memory", "os",
                                                  "disk"};
  std::string text;
  for (const Condition& condition : transaction.conditions) {
    absl::StrAppend(&text, "if(", absl::CEscape(condition.key), ") ");
  }
  absl::StrAppend(&text, BranchText(transaction.operations));
  if (transaction.has_otherwise) {
    absl::StrAppend(&text, " else ", BranchText(transaction.otherwise));
  }
  absl::StrAppend(&text, " at ",
                  kDurabilities[static_cast<int>(transaction.durability)]);
  return text;
}

}  // namespace rundlet
