// PendingCommit: a transaction between its plan and its acknowledgement.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_PENDING_COMMIT_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_PENDING_COMMIT_H_

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/engine/commit/transaction_plan.h"
#include "storage/transaction.h"

namespace rundlet {

// Its changes are constant while it is unwritten; the rest is the pipeline's.
struct PendingCommit {
  // Its own, or, without changes, the one that it saw and waits for.
  Revision revision = 0;
  Durability durability = Durability::kDisk;
  TransactionPlan plan;
  // Of a commit that has a request id: what its record carries (T3).
  std::string extra;
  bool expired = false;  // its deletes are those of the sweeper
  int64_t time_us = 0;
  uint64_t record_bytes = 0;  // of its records in the log
  absl::AnyInvocable<void(absl::StatusOr<Receipt>)> done;  // may be empty
  bool unwritten = false;  // it waits to be written
  bool written = false;
  bool published = false;
  absl::Status failure;

  // Whether it has a record in the log, and so a revision of its own.
  bool writes() const { return !plan.changes.empty() || !extra.empty(); }

  // Makes it as new, to be used again.
  void Clear() {
    plan.Clear();
    extra.clear();
    record_bytes = 0;
    expired = unwritten = written = published = false;
    done = nullptr;
    failure = absl::OkStatus();
  }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_PENDING_COMMIT_H_
