// RequestTable: exactly once (T3). The requests that are under way, and the
// outcomes of those that committed within the window.

#ifndef RUNDLET_STORAGE_ENGINE_REQUESTS_REQUEST_TABLE_H_
#define RUNDLET_STORAGE_ENGINE_REQUESTS_REQUEST_TABLE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/engine_time.h"
#include "storage/format/record.h"
#include "storage/transaction.h"

namespace rundlet {

// A request that has committed, as a record carries it.
struct CommittedRequest {
  std::string extra;  // format/request_extra.h
  Revision revision = 0;
  int64_t time_us = 0;
};

// Appends the request that a record carries, if it does.
void NoteRequest(const Record& record, std::vector<CommittedRequest>* requests);

// Its record where it stands apart from what it changed; it points into it.
Record ReceiptRecordOf(const CommittedRequest& request);

// Thread-safe; takes no other lock.
class RequestTable {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<Receipt>)>;

  struct Settings {
    uint64_t requests_max = 0;
    absl::Duration window;
    const EngineTime* time = nullptr;
  };

  explicit RequestTable(const Settings& settings) : settings_(settings) {}

  // Begins a request: true, and the caller commits it and calls End; or false,
  // and it is answered by another: *done is taken until then, or *replay is
  // set at once. INVALID_ARGUMENT: the name was used with another payload.
  // RESOURCE_EXHAUSTED: no more names can be remembered.
  absl::StatusOr<bool> Begin(const RequestId& request, uint32_t payload_crc32,
                             Callback* done, std::optional<Receipt>* replay)
      ABSL_LOCKS_EXCLUDED(mu_);

  // What the record of a request that is under way has to carry.
  std::string ExtraFor(const RequestId& request, const Receipt& receipt) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // The request has committed, or was found in a record at open. One that is
  // older than the window is forgotten. DATA_LOSS: the record says nonsense.
  absl::Status Remember(const CommittedRequest& request)
      ABSL_LOCKS_EXCLUDED(mu_);

  // A request that was begun is over. Returns who waits for it, too; if it did
  // not commit, its name is free.
  std::vector<Callback> End(const RequestId& request) ABSL_LOCKS_EXCLUDED(mu_);

  // What a compaction has to keep of requests up to a revision.
  std::vector<CommittedRequest> Until(Revision revision) const
      ABSL_LOCKS_EXCLUDED(mu_);

  // Whether a request that committed then is within the window.
  bool Remembers(int64_t time_us) const { return !IsOld(time_us); }

  uint64_t count() const ABSL_LOCKS_EXCLUDED(mu_);
  uint64_t bytes() const ABSL_LOCKS_EXCLUDED(mu_);  // estimated

 private:
  struct Request {
    uint32_t payload_crc32 = 0;
    std::optional<CommittedRequest> committed;  // empty: under way
    bool ended = true;  // its callback has run; until then it is not forgotten
    std::vector<Callback> waiting;
  };

  static std::string KeyOf(absl::string_view identity, absl::string_view id);
  void ForgetOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsOld(int64_t time_us) const;

  const Settings settings_;

  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, Request> requests_ ABSL_GUARDED_BY(mu_);
  // By time of commit, nearly; of those that are not under way.
  std::deque<std::pair<int64_t, std::string>> order_ ABSL_GUARDED_BY(mu_);
  uint64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_REQUESTS_REQUEST_TABLE_H_
