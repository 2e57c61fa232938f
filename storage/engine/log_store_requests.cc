// LogStore: exactly once (T3).

#include <memory>
#include <optional>
#include <utility>

#include "storage/engine/log_store.h"
#include "storage/engine/receipt_codec.h"

namespace rundlet {
namespace {

// What is remembered of an outcome: who waited gets what a repeat gets.
Receipt Remembered(const Receipt& receipt) {
  Receipt remembered = receipt;
  for (OperationResult& result : remembered.results) result.entry.reset();
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
  if (durability == Durability::kDefault) durability = options_.durability;
  if (durability <= receipt.durability) return done(std::move(receipt));
  receipt.durability = durability;
  pipeline_->Sync(durability,
                  [receipt = std::move(receipt), done = std::move(done)](
                      const absl::StatusOr<Receipt>& synced) mutable {
                    if (!synced.ok()) return done(synced.status());
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
  *done = [this, request = *transaction.request, done = std::move(as_repeat)](
              absl::StatusOr<Receipt> receipt) mutable {
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

}  // namespace rundlet
