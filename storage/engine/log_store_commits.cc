// LogStore: from a transaction to the pipeline; exactly once (T3).

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/engine/known_failure.h"
#include "storage/engine/log_store.h"
#include "storage/engine/requests/receipt_codec.h"
#include "storage/engine/sync_point.h"
#include "storage/limit_checks.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

// What is remembered of an outcome: who waited gets what a repeat gets.
Receipt Remembered(const Receipt& receipt) {
  Receipt remembered = receipt;
  for (OperationResult& result : remembered.results) {
    result.entry.reset();
    result.entries.clear();
  }
  remembered.replayed = true;
  return remembered;
}

}  // namespace

absl::Status LogStore::StartRequests() {
  requests_ = std::make_unique<RequestTable>(RequestTable::Settings{
      options_.requests_max, options_.request_window, time_.get()});
  for (const CommittedRequest& request : recovered_.requests) {
    absl::Status remembered = requests_->Remember(request);
    if (!remembered.ok()) return remembered;
  }
  recovered_.requests.clear();
  recovered_.requests.shrink_to_fit();
  return absl::OkStatus();
}

void LogStore::Replay(Receipt receipt, Durability durability,
                      CommitCallback done) {
  RUNDLET_SYNC_POINT("request: to be answered");
  if (durability == Durability::kDefault) durability = options_.durability;
  if (durability <= receipt.durability) {
    receipt.durable_revision = pipeline_->counts().durable_revision;
    return done(std::move(receipt));
  }
  receipt.durability = durability;
  pipeline_->Sync(durability,
                  [receipt = std::move(receipt), done = std::move(done)](
                      const absl::StatusOr<Receipt>& synced) mutable {
                    if (!synced.ok()) return done(synced.status());
                    receipt.durable_revision = synced->durable_revision;
                    done(std::move(receipt));
                  });
}

bool LogStore::BeginRequest(const Transaction& transaction,
                            CommitCallback* done) {
  const Durability durability = transaction.durability;
  // A repeat may ask for more than the first has.
  CommitCallback as_repeat = [this, durability, done = std::move(*done)](
                                 absl::StatusOr<Receipt> receipt) mutable {
    if (!receipt.ok()) return done(receipt.status());
    Replay(*std::move(receipt), durability, std::move(done));
  };
  std::optional<Receipt> replay;
  const absl::StatusOr<bool> begun = requests_->Begin(
      *transaction.request, PayloadCrc32(transaction), &as_repeat, &replay);
  if (!begun.ok()) {
    as_repeat(begun.status());
    return false;
  }
  if (!*begun) {
    if (replay.has_value()) as_repeat(*std::move(replay));
    return false;
  }
  RUNDLET_SYNC_POINT("request: begun");
  *done = [this, request = *transaction.request, done = std::move(as_repeat)](
              absl::StatusOr<Receipt> receipt) mutable {
    RUNDLET_SYNC_POINT("request: to be ended");
    std::vector<RequestTable::Callback> waiting = requests_->End(request);
    for (RequestTable::Callback& waits : waiting) {
      if (receipt.ok()) {
        waits(Remembered(*receipt));
      } else {
        waits(receipt.status());
      }
    }
    // The first is at the durability that it asked for.
    done(std::move(receipt));
  };
  return true;
}

absl::Status LogStore::Fetch(const std::vector<std::string>& keys,
                             FetchedValues* values) {
  uint64_t fetched_bytes = 0;
  for (const auto& [key, fetched] : *values) {
    fetched_bytes += fetched.value->size();
  }
  for (const std::string& key : keys) {
    while (true) {
      const std::optional<Version> version = pipeline_->FindNewest(key);
      if (!version.has_value()) break;
      FetchedValue& fetched = (*values)[key];
      if (fetched.value != nullptr) {
        if (fetched.revision == version->revision) break;
        fetched_bytes -= fetched.value->size();
      }
      absl::StatusOr<std::optional<std::string>> value =
          records_.ReadValue(key, *version, RecordReader::Caching::kUse);
      if (!value.ok()) return value.status();
      fetched = FetchedValue();
      if (!value->has_value()) continue;  // it has moved
      fetched.revision = version->revision;
      fetched.kind = version->kind;
      fetched.value = std::make_shared<const std::string>(**std::move(value));
      fetched_bytes += fetched.value->size();
      absl::Status fits =
          CheckAtMost("values that the transaction reads", fetched_bytes,
                      "fetched_bytes_max", options_.limits.fetched_bytes_max);
      if (!fits.ok()) return fits;
      break;
    }
  }
  return absl::OkStatus();
}

void LogStore::AddDigests(const Transaction& transaction,
                          FetchedValues* values) {
  for (const Condition& condition : transaction.conditions) {
    if (condition.target != Condition::Target::kDigest) continue;
    const auto fetched = values->find(condition.key);
    if (fetched == values->end() || fetched->second.value == nullptr) continue;
    if (!fetched->second.digest.empty()) continue;
    fetched->second.digest =
        ValueDigest(fetched->second.kind, *fetched->second.value);
  }
}

void LogStore::Commit(Transaction transaction, CommitCallback done) {
  const absl::Status checked = CheckTransaction(transaction, options_.limits);
  if (!checked.ok()) return done(checked);
  if (transaction.request.has_value() && !BeginRequest(transaction, &done)) {
    return;
  }
  FetchedValues values;
  std::vector<std::string> needed = ValuesNeeded(transaction);
  // A round that ends with values still missing means that another commit has
  // changed them in between, so that some commit always gets on.
  do {
    if (!needed.empty()) {
      const absl::Status fetched = Fetch(needed, &values);
      if (!fetched.ok()) return done(KnownFailure(fetched));
      AddDigests(transaction, &values);
    }
    needed = pipeline_->Commit(&transaction, values, &done);
  } while (!needed.empty());
}

}  // namespace rundlet
