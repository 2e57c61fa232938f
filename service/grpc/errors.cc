#include "service/grpc/errors.h"

#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message_lite.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"

namespace rundlet {
namespace {

using absl::StatusCode;

constexpr std::array<ErrorRow, 30> kErrorTable = {{
    {Reason::kMalformedRequest, "MALFORMED_REQUEST",
     StatusCode::kInvalidArgument},
    {Reason::kInvalidField, "INVALID_FIELD", StatusCode::kInvalidArgument},
    {Reason::kLimitExceeded, "LIMIT_EXCEEDED", StatusCode::kInvalidArgument},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED",
     StatusCode::kInvalidArgument},
    {Reason::kInvalidPageToken, "INVALID_PAGE_TOKEN",
     StatusCode::kInvalidArgument},
    {Reason::kForeignPageToken, "FOREIGN_PAGE_TOKEN",
     StatusCode::kFailedPrecondition},
    {Reason::kInvalidSnapshotToken, "INVALID_SNAPSHOT_TOKEN",
     StatusCode::kInvalidArgument},
    {Reason::kForeignStore, "FOREIGN_STORE", StatusCode::kFailedPrecondition},
    {Reason::kNotConfigured, "NOT_CONFIGURED", StatusCode::kFailedPrecondition},
    {Reason::kNotANumber, "NOT_A_NUMBER", StatusCode::kFailedPrecondition},
    {Reason::kSumOutOfRange, "SUM_OUT_OF_RANGE",
     StatusCode::kFailedPrecondition},
    {Reason::kKeyNotFound, "KEY_NOT_FOUND", StatusCode::kNotFound},
    {Reason::kSnapshotGone, "SNAPSHOT_GONE", StatusCode::kNotFound},
    {Reason::kKeyExists, "KEY_EXISTS", StatusCode::kAlreadyExists},
    {Reason::kBackupExists, "BACKUP_EXISTS", StatusCode::kAlreadyExists},
    {Reason::kConditionFailed, "CONDITION_FAILED", StatusCode::kAborted},
    {Reason::kFillLeaseLost, "FILL_LEASE_LOST", StatusCode::kAborted},
    {Reason::kHistoryGone, "HISTORY_GONE", StatusCode::kOutOfRange},
    {Reason::kRevisionNotReached, "REVISION_NOT_REACHED",
     StatusCode::kOutOfRange},
    {Reason::kStorageFull, "STORAGE_FULL", StatusCode::kResourceExhausted},
    {Reason::kMemoryFull, "MEMORY_FULL", StatusCode::kResourceExhausted},
    {Reason::kTooMany, "TOO_MANY", StatusCode::kResourceExhausted},
    {Reason::kSlowReader, "SLOW_READER", StatusCode::kResourceExhausted},
    {Reason::kOverloaded, "OVERLOADED", StatusCode::kUnavailable},
    {Reason::kDeadlinePassed, "DEADLINE_PASSED", StatusCode::kDeadlineExceeded},
    {Reason::kCallerLeft, "CALLER_LEFT", StatusCode::kCancelled},
    {Reason::kDraining, "DRAINING", StatusCode::kUnavailable},
    {Reason::kOutcomeUnknown, "OUTCOME_UNKNOWN", StatusCode::kUnknown},
    {Reason::kCorruptRecord, "CORRUPT_RECORD", StatusCode::kDataLoss},
    {Reason::kInternal, "INTERNAL", StatusCode::kInternal},
}};

void AddDetail(const google::protobuf::MessageLite& detail,
               absl::Status* status) {
  status->SetPayload(absl::StrCat("type.googleapis.com/", detail.GetTypeName()),
                     absl::Cord(detail.SerializeAsString()));
}

void AddFieldViolation(const std::string& field, absl::string_view problem,
                       absl::Status* status) {
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field(field);
  violation->set_description(std::string(problem));
  AddDetail(bad_request, status);
}

ErrorMetadata FoundMetadata(absl::string_view key, const FailedCondition& found,
                            Revision read_revision, bool replayed) {
  return {{"key", CutKey(key)},
          {"index", absl::StrCat(found.index)},
          {"exists", found.exists ? "true" : "false"},
          {"revision", absl::StrCat(found.revision)},
          {"version", absl::StrCat(found.version)},
          {"value_crc32", absl::StrCat(found.value_crc32)},
          {"read_revision", absl::StrCat(read_revision)},
          {"replayed", replayed ? "true" : "false"}};
}

std::string Describe(const FailedCondition& found) {
  if (!found.exists) return "the key is absent";
  return absl::StrCat("the key has revision ", found.revision, " and version ",
                      found.version);
}

}  // namespace

absl::Span<const ErrorRow> ErrorTable() { return kErrorTable; }

absl::Status MakeError(Reason reason, absl::string_view message,
                       const ErrorMetadata& metadata) {
  const ErrorRow& row = kErrorTable[static_cast<size_t>(reason)];
  absl::Status status(row.code, CutText(message, kErrorMessageBytesMax));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(row.name));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [name, value] : metadata) {
    (*info.mutable_metadata())[std::string(name)] = value;
  }
  AddDetail(info, &status);
  return status;
}

absl::Status InvalidField(const FieldPath& field, absl::string_view problem) {
  const std::string name = field.ToString();
  const std::string cut = CutText(problem, kErrorMessageBytesMax / 2);
  absl::Status status = MakeError(
      Reason::kInvalidField, absl::StrCat(name, " ", cut), {{"field", name}});
  AddFieldViolation(name, cut, &status);
  return status;
}

absl::Status LimitExceeded(const FieldPath& field, absl::string_view limit_name,
                           uint64_t limit, uint64_t value) {
  const std::string name = field.ToString();
  const std::string problem =
      absl::StrCat("has ", value, ", ", limit_name, " is ", limit);
  absl::Status status =
      MakeError(Reason::kLimitExceeded, absl::StrCat(name, " ", problem),
                {{"field", name},
                 {"limit_name", std::string(limit_name)},
                 {"limit", absl::StrCat(limit)},
                 {"value", absl::StrCat(value)}});
  AddFieldViolation(name, problem, &status);
  return status;
}

absl::Status KeyNotFound(absl::string_view key, Revision read_revision) {
  const std::string cut = CutKey(key);
  return MakeError(
      Reason::kKeyNotFound, absl::StrCat("key not found: ", cut),
      {{"key", cut}, {"read_revision", absl::StrCat(read_revision)}});
}

absl::Status KeyExists(absl::string_view key, const FailedCondition& found,
                       Revision read_revision, bool replayed) {
  return MakeError(Reason::kKeyExists,
                   absl::StrCat("key exists at revision ", found.revision, ": ",
                                CutKey(key)),
                   FoundMetadata(key, found, read_revision, replayed));
}

absl::Status ConditionFailed(absl::string_view key,
                             const FailedCondition& found,
                             Revision read_revision, bool replayed) {
  const std::string cut = CutKey(key);
  const std::string description = Describe(found);
  absl::Status status =
      MakeError(Reason::kConditionFailed,
                absl::StrCat("condition ", found.index, " does not hold, ",
                             description, ": ", cut),
                FoundMetadata(key, found, read_revision, replayed));
  google::rpc::PreconditionFailure failure;
  auto* violation = failure.add_violations();
  violation->set_type("CONDITION");
  violation->set_subject(cut);
  violation->set_description(description);
  AddDetail(failure, &status);
  return status;
}

absl::Status RetryLater(Reason reason, absl::string_view message,
                        absl::Duration delay, const ErrorMetadata& metadata) {
  absl::Status status = MakeError(reason, message, metadata);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay % absl::Seconds(1))));
  AddDetail(retry, &status);
  return status;
}

absl::Status QuotaExceeded(Reason reason, absl::string_view subject,
                           absl::string_view message) {
  absl::Status status = MakeError(reason, message);
  google::rpc::QuotaFailure quota;
  auto* violation = quota.add_violations();
  violation->set_subject(std::string(subject));
  violation->set_description(CutText(message, kErrorMessageBytesMax / 2));
  AddDetail(quota, &status);
  return status;
}

std::string CutText(absl::string_view text, size_t bytes_max) {
  constexpr absl::string_view kEllipsis = "...";
  if (text.size() <= bytes_max) return std::string(text);
  size_t end = bytes_max - kEllipsis.size();
  // 10xxxxxx continues a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

}  // namespace rundlet
