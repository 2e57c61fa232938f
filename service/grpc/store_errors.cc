#include "service/grpc/store_errors.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/admission/refused_write.h"
#include "service/grpc/errors.h"
#include "storage/refusal.h"
#include "storage/watch.h"

namespace rundlet {
namespace {

using absl::StatusCode;

// How long a client should wait when the store has too much to write, and when
// the server goes.
constexpr absl::Duration kOverloadDelay = absl::Milliseconds(100);
constexpr absl::Duration kDrainingDelay = absl::Seconds(1);

absl::Status Exhausted(const absl::Status& status) {
  switch (RefusalOf(status)) {
    case Refusal::kMemoryFull:
      return QuotaExceeded(Reason::kMemoryFull, "memory", status.message());
    case Refusal::kRequestsFull:
      return QuotaExceeded(Reason::kTooMany, "requests", status.message());
    case Refusal::kWatchesFull:
      return QuotaExceeded(Reason::kTooMany, "watches", status.message());
    case Refusal::kUploadsFull:
      return QuotaExceeded(Reason::kTooMany, "uploads", status.message());
    case Refusal::kFillsFull:
      return QuotaExceeded(Reason::kTooMany, "fill leases", status.message());
    case Refusal::kFillWaitsFull:
      return QuotaExceeded(Reason::kTooMany, "fill waiters", status.message());
    case Refusal::kSnapshotsFull:
      return QuotaExceeded(Reason::kTooMany, "snapshots", status.message());
    default:
      return QuotaExceeded(Reason::kStorageFull, "disk", status.message());
  }
}

ErrorMetadata ResumeFrom(Revision revision, absl::string_view store_id) {
  return {{"resume_revision", absl::StrCat(revision)},
          {"store_id", std::string(store_id)}};
}

absl::Status Gone(const absl::Status& status) {
  const std::optional<Revision> oldest = OldestRevisionOf(status);
  if (!oldest.has_value()) {
    return MakeError(Reason::kHistoryGone, status.message());
  }
  return MakeError(Reason::kHistoryGone, status.message(),
                   {{"oldest_revision", absl::StrCat(*oldest)}});
}

}  // namespace

absl::Status StoreError(const absl::Status& status, bool pinned) {
  if (status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo")) {
    return status;
  }
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
      if (RefusalOf(status) == Refusal::kOtherRequest) {
        return MakeError(Reason::kRequestIdReused,
                         "request_id names another write, which came before",
                         {{"field", "request_id"}});
      }
      return MakeError(Reason::kLimitExceeded, status.message());
    case StatusCode::kFailedPrecondition:
      switch (RefusalOf(status)) {
        case Refusal::kNotANumber:
          return MakeError(Reason::kNotANumber, status.message());
        case Refusal::kSumOutOfRange:
          return MakeError(Reason::kSumOutOfRange, status.message());
        default:
          return MakeError(Reason::kInternal, status.ToString());
      }
    case StatusCode::kAborted:
      if (RefusalOf(status) == Refusal::kFillLost) {
        return MakeError(Reason::kFillLeaseLost, status.message());
      }
      return MakeError(Reason::kInternal, status.ToString());
    case StatusCode::kOutOfRange:
      return MakeError(
          pinned ? Reason::kHistoryGone : Reason::kRevisionNotReached,
          status.message());
    case StatusCode::kResourceExhausted:
      return Exhausted(status);
    case StatusCode::kUnavailable:
      return RetryLater(Reason::kOverloaded, status.message(),
                        RetryDelayOf(status).value_or(kOverloadDelay));
    case StatusCode::kDeadlineExceeded:
      return MakeError(Reason::kDeadlinePassed, status.message());
    case StatusCode::kCancelled:
      return MakeError(Reason::kCallerLeft, status.message());
    case StatusCode::kUnknown:
      return MakeError(Reason::kOutcomeUnknown, status.message());
    case StatusCode::kDataLoss:
      return MakeError(Reason::kCorruptRecord, status.message());
    default:
      return MakeError(Reason::kInternal, status.ToString());
  }
}

absl::Status WatchOpenError(const absl::Status& status) {
  return OldestRevisionOf(status).has_value() ? Gone(status)
                                              : StoreError(status);
}

absl::Status WatchError(const absl::Status& status,
                        absl::string_view store_id) {
  switch (status.code()) {
    case StatusCode::kResourceExhausted: {
      const std::optional<Revision> next = ResumeRevisionOf(status);
      return MakeError(
          Reason::kSlowReader, status.message(),
          next.has_value() ? ResumeFrom(*next, store_id) : ErrorMetadata());
    }
    case StatusCode::kOutOfRange:
      return Gone(status);
    default:
      return StoreError(status);
  }
}

absl::Status StreamDrained(Revision through, absl::string_view store_id) {
  return RetryLater(
      Reason::kDraining, "the server is draining", kDrainingDelay,
      through == 0 ? ErrorMetadata() : ResumeFrom(through + 1, store_id));
}

}  // namespace rundlet
