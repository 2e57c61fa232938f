// The errors of the wire API: each has a reason, and a reason has one status
// code. An error is an absl::Status that carries its google.rpc details as
// payloads; status_mapping.h brings it onto the wire.

#ifndef RUNDLET_SERVICE_GRPC_ERRORS_H_
#define RUNDLET_SERVICE_GRPC_ERRORS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/grpc/field_path.h"
#include "storage/transaction.h"

namespace rundlet {

// google.rpc.ErrorInfo.domain of every error.
inline constexpr absl::string_view kErrorDomain = "rundlet";

// Bytes of a key that an error shows, and of an error's message. They keep the
// trailers below 4 KiB: clients fail beyond 8 KiB.
inline constexpr size_t kErrorKeyBytesMax = 128;
inline constexpr size_t kErrorMessageBytesMax = 400;

enum class Reason {
  kMalformedRequest,
  kInvalidField,
  kLimitExceeded,
  kRequestIdReused,
  kInvalidPageToken,
  kForeignPageToken,
  kInvalidSnapshotToken,
  kForeignStore,
  kNotConfigured,
  kNotANumber,
  kSumOutOfRange,
  kKeyNotFound,
  kSnapshotGone,
  kKeyExists,
  kBackupExists,
  kConditionFailed,
  kFillLeaseLost,
  kHistoryGone,
  kRevisionNotReached,
  kStorageFull,
  kMemoryFull,
  kTooMany,
  kSlowReader,
  kOverloaded,
  kDeadlinePassed,
  kCallerLeft,
  kDraining,
  kOutcomeUnknown,
  kCorruptRecord,
  kInternal,
};

// A row of the table of errors; proto/README.md shows the same rows.
struct ErrorRow {
  Reason reason;
  absl::string_view name;  // google.rpc.ErrorInfo.reason
  absl::StatusCode code;
};

// Every reason, in the order of the enum.
absl::Span<const ErrorRow> ErrorTable();

// google.rpc.ErrorInfo.metadata.
using ErrorMetadata = std::vector<std::pair<absl::string_view, std::string>>;

// The error of a reason. The message is cut at kErrorMessageBytesMax.
absl::Status MakeError(Reason reason, absl::string_view message,
                       const ErrorMetadata& metadata = {});

// INVALID_FIELD: what is wrong with the field, as "must be positive".
absl::Status InvalidField(const FieldPath& field, absl::string_view problem);

// LIMIT_EXCEEDED: the field has `value` of what `limit_name` limits.
absl::Status LimitExceeded(const FieldPath& field, absl::string_view limit_name,
                           uint64_t limit, uint64_t value);

// KEY_NOT_FOUND.
absl::Status KeyNotFound(absl::string_view key, Revision read_revision);

// KEY_EXISTS: what a put that may only create found.
absl::Status KeyExists(absl::string_view key, const FailedCondition& found,
                       Revision read_revision, bool replayed = false);

// CONDITION_FAILED.
absl::Status ConditionFailed(absl::string_view key,
                             const FailedCondition& found,
                             Revision read_revision, bool replayed = false);

// OVERLOADED or DRAINING, with the time to wait before the next try.
absl::Status RetryLater(Reason reason, absl::string_view message,
                        absl::Duration delay,
                        const ErrorMetadata& metadata = {});

// STORAGE_FULL, MEMORY_FULL or TOO_MANY: `subject` is used up.
absl::Status QuotaExceeded(Reason reason, absl::string_view subject,
                           absl::string_view message);

// The text, or its beginning and "..." if it is longer than `bytes_max`; never
// a part of a UTF-8 character.
std::string CutText(absl::string_view text, size_t bytes_max);

// A key as errors show it.
inline std::string CutKey(absl::string_view key) {
  return CutText(key, kErrorKeyBytesMax);
}

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_ERRORS_H_
