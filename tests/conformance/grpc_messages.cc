#include "tests/conformance/grpc_messages.h"

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "storage/watch.h"

namespace rundlet {
namespace {

struct OperationSetter {
  v1::Operation* message;

  void operator()(const GetOperation& get) {
    message->mutable_get()->set_key(get.key);
  }
  void operator()(const PutOperation& put) {
    SetOperation(put, message->mutable_put());
  }
  void operator()(const DeleteOperation& remove) {
    SetOperation(remove, message->mutable_delete_());
  }
  void operator()(const SetExpiryOperation& set) {
    SetOperation(set, message->mutable_set_expiry());
  }
  void operator()(const AddOperation& add) {
    SetOperation(add, message->mutable_add());
  }
  void operator()(const DeleteRangeOperation& range) {
    v1::DeleteRangeOperation* out = message->mutable_delete_range();
    SetRange(range.range, out);
    out->set_keys_max(range.keys_max);
  }
};

void SetNumber(const Condition& condition, v1::NumberComparison* message) {
  switch (condition.comparison) {
    case Condition::Comparison::kEqual:
      return message->set_equal(condition.number);
    case Condition::Comparison::kNotEqual:
      return message->set_not_equal(condition.number);
    case Condition::Comparison::kLess:
      return message->set_less(condition.number);
    case Condition::Comparison::kGreater:
      return message->set_greater(condition.number);
  }
}

}  // namespace

void SetValue(const Value& value, v1::Value* message) {
  switch (value.kind) {
    case ValueKind::kText:
      return message->set_text(value.bytes);
    case ValueKind::kData:
      return message->set_data(value.bytes);
    case ValueKind::kJson:
      return message->set_json_text(value.bytes);
    case ValueKind::kLarge:
      return;  // no request has one
  }
}

void SetTime(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos((time - absl::FromUnixSeconds(seconds)) /
                     absl::Nanoseconds(1));
}

void SetCondition(const Condition& condition, v1::Condition* message) {
  message->set_key(condition.key);
  switch (condition.target) {
    case Condition::Target::kRevision:
      return SetNumber(condition, message->mutable_revision());
    case Condition::Target::kCreateRevision:
      return SetNumber(condition, message->mutable_create_revision());
    case Condition::Target::kVersion:
      return SetNumber(condition, message->mutable_version());
    case Condition::Target::kDigest:
      return condition.comparison == Condition::Comparison::kEqual
                 ? message->mutable_digest()->set_equal(condition.digest)
                 : message->mutable_digest()->set_not_equal(condition.digest);
    case Condition::Target::kValue:
      break;
  }
  v1::ValueComparison* value = message->mutable_value();
  SetValue(condition.value,
           condition.comparison == Condition::Comparison::kEqual
               ? value->mutable_equal()
               : value->mutable_not_equal());
}

namespace {

uint64_t NumberIn(const google::rpc::ErrorInfo& info, const char* name) {
  const auto found = info.metadata().find(name);
  uint64_t number = 0;
  if (found == info.metadata().end() ||
      !absl::SimpleAtoi(found->second, &number)) {
    return 0;
  }
  return number;
}

// What Store tells of an operation.
std::optional<int64_t> NumberOf(const Operation& operation,
                                const v1::OperationResult& result) {
  if (result.has_sum()) return result.sum();
  if (std::holds_alternative<DeleteRangeOperation>(operation)) {
    return static_cast<int64_t>(result.deleted_count());
  }
  const auto* set = std::get_if<SetExpiryOperation>(&operation);
  if (set == nullptr || set->only_if == ExpiryTest::kAny) return std::nullopt;
  return result.updated() ? 1 : 0;
}

}  // namespace

absl::Time TimeOf(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) +
         absl::Nanoseconds(message.nanos());
}

absl::Status StatusOf(const grpc::Status& status) {
  absl::Status plain(static_cast<absl::StatusCode>(status.error_code()),
                     status.error_message());
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details()) ||
      details.details().empty() || !details.details(0).UnpackTo(&info)) {
    return plain;
  }
  plain.SetPayload(details.details(0).type_url(),
                   absl::Cord(details.details(0).value()));
  const uint64_t oldest = NumberIn(info, "oldest_revision");
  const uint64_t resume = NumberIn(info, "resume_revision");
  if (oldest != 0) return HistoryGone(plain, oldest);
  return resume != 0 ? CutOff(plain, resume) : plain;
}

Entry EntryOf(const v1::Entry& message) {
  Entry entry;
  entry.key = message.key();
  if (message.value().has_data()) {
    entry.value = Value::Data(message.value().data());
  } else if (message.value().has_json_text()) {
    entry.value = Value::Json(message.value().json_text());
  } else {
    entry.value = Value::Text(message.value().text());
  }
  entry.revision = message.revision();
  entry.create_revision = message.create_revision();
  entry.version = message.version();
  entry.created = TimeOf(message.create_time());
  entry.modified = TimeOf(message.modify_time());
  if (message.has_expire_time()) entry.expiry = TimeOf(message.expire_time());
  return entry;
}

v1::CommitRequest MessageOf(const Transaction& transaction) {
  v1::CommitRequest message;
  for (const Condition& condition : transaction.conditions) {
    SetCondition(condition, message.add_conditions());
  }
  for (const Operation& operation : transaction.operations) {
    std::visit(OperationSetter{message.add_operations()}, operation);
  }
  if (transaction.has_otherwise) message.mutable_otherwise();
  for (const Operation& operation : transaction.otherwise) {
    std::visit(OperationSetter{message.mutable_otherwise()->add_operations()},
               operation);
  }
  message.set_durability(static_cast<v1::Durability>(transaction.durability));
  message.set_return_previous(transaction.return_previous);
  if (transaction.request.has_value()) {
    message.set_request_id(transaction.request->id);
  }
  message.set_json_as_text(true);
  return message;
}

Receipt ReceiptOf(const Transaction& transaction,
                  const v1::CommitResponse& message) {
  Receipt receipt;
  receipt.branch = message.branch() == v1::BRANCH_OTHERWISE
                       ? Receipt::Branch::kOtherwise
                       : Receipt::Branch::kOperations;
  receipt.revision = message.revision();
  receipt.read_revision = message.read_revision();
  receipt.durability = static_cast<Durability>(message.durability());
  receipt.durable_revision = message.durable_revision();
  receipt.replayed = message.replayed();
  for (const v1::OperationResult& result : message.results()) {
    OperationResult& out = receipt.results.emplace_back();
    out.existed = result.existed();
    if (result.has_entry()) out.entry = EntryOf(result.entry());
    for (const v1::Entry& entry : result.entries()) {
      out.entries.push_back(EntryOf(entry));
    }
    const auto& branch = receipt.branch == Receipt::Branch::kOtherwise
                             ? transaction.otherwise
                             : transaction.operations;
    out.number = NumberOf(branch[receipt.results.size() - 1], result);
  }
  if (message.has_failed_condition()) {
    const v1::FailedCondition& failed = message.failed_condition();
    receipt.failed_condition = {failed.index(), failed.exists(),
                                failed.revision(), failed.version(),
                                failed.value_crc32()};
  }
  return receipt;
}

absl::StatusOr<Receipt> ReceiptOfAborted(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (!details.ParseFromString(status.error_details()) ||
      details.details().empty() || !details.details(0).UnpackTo(&info) ||
      info.reason() != "CONDITION_FAILED") {
    return absl::InternalError("ABORTED without CONDITION_FAILED");
  }
  Receipt receipt;
  receipt.branch = Receipt::Branch::kNone;
  receipt.read_revision = NumberIn(info, "read_revision");
  receipt.replayed = info.metadata().at("replayed") == "true";
  FailedCondition failed;
  failed.index = NumberIn(info, "index");
  failed.exists = info.metadata().at("exists") == "true";
  failed.revision = NumberIn(info, "revision");
  failed.version = NumberIn(info, "version");
  failed.value_crc32 = NumberIn(info, "value_crc32");
  receipt.failed_condition = failed;
  return receipt;
}

}  // namespace rundlet
