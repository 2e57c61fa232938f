#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/bench/engine/engine.h"

namespace rundlet {
namespace {

Transaction PutOf(absl::string_view key, absl::string_view value,
                  Durability durability) {
  Transaction transaction;
  transaction.durability = durability;
  transaction.operations.push_back(
      PutOperation{std::string(key), Value::Data(std::string(value))});
  return transaction;
}

class RundletEngine final : public Engine {
 public:
  explicit RundletEngine(std::unique_ptr<Store> store)
      : store_(std::move(store)), blocking_(store_.get()) {}

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    return blocking_.Commit(PutOf(key, value, Durability::kOs)).status();
  }

  absl::Status PutTransaction(absl::Span<const Row> rows) override {
    Transaction transaction;
    transaction.durability = Durability::kOs;
    transaction.operations.reserve(rows.size());
    for (const Row& row : rows) {
      transaction.operations.push_back(
          PutOperation{row.key, Value::Data(std::string(row.value))});
    }
    return blocking_.Commit(std::move(transaction)).status();
  }

  absl::Status PutDurably(absl::string_view key,
                          absl::string_view value) override {
    return blocking_.Commit(PutOf(key, value, Durability::kDisk)).status();
  }

  absl::Status PutAllDurably(absl::Span<const Row> rows) override {
    absl::BlockingCounter under_way(static_cast<int>(rows.size()));
    absl::Mutex mu;
    absl::Status status;
    for (const Row& row : rows) {
      store_->Commit(PutOf(row.key, row.value, Durability::kDisk),
                     [&](const absl::StatusOr<Receipt>& receipt) {
                       if (!receipt.ok()) {
                         const absl::MutexLock lock(&mu);
                         status.Update(receipt.status());
                       }
                       under_way.DecrementCount();
                     });
    }
    under_way.Wait();
    return status;
  }

  absl::StatusOr<bool> Get(absl::string_view key, std::string* value) override {
    bool found = false;
    absl::Status status;
    ReadRequest request;
    request.keys.emplace_back(key);
    // The log engine answers on the calling thread.
    store_->Read(std::move(request), [&](absl::StatusOr<ReadResult> result) {
      status = result.status();
      if (!result.ok() || !result->entries[0].has_value()) return;
      found = true;
      *value = std::move(result->entries[0]->value.bytes);
    });
    if (!status.ok()) return status;
    return found;
  }

  absl::Status GetMany(absl::Span<const std::string> keys,
                       std::vector<std::string>* values) override {
    absl::Status status;
    ReadRequest request;
    request.keys.assign(keys.begin(), keys.end());
    values->resize(keys.size());
    store_->Read(std::move(request), [&](absl::StatusOr<ReadResult> result) {
      status = result.status();
      if (!result.ok()) return;
      for (size_t i = 0; i < values->size(); ++i) {
        if (!result->entries[i].has_value()) {
          status = absl::NotFoundError("a key is missing");
          return;
        }
        (*values)[i] = std::move(result->entries[i]->value.bytes);
      }
    });
    return status;
  }

  absl::Status Scan(absl::string_view prefix, Visit visit) override {
    ScanRequest request;
    request.range = KeyRange::Prefix(prefix);
    request.entries_max = 10'000;
    while (true) {
      absl::StatusOr<ScanPage> page = blocking_.Scan(request);
      if (!page.ok()) return page.status();
      for (const Entry& entry : page->entries) {
        visit(entry.key, entry.value.bytes);
      }
      if (!page->more) return absl::OkStatus();
      request.after = page->entries.back().key;
      request.at = page->read_revision;
      request.at_time = page->read_time;
    }
  }

  absl::Status Settle() override { return blocking_.Compact().status(); }

 private:
  const std::unique_ptr<Store> store_;
  BlockingStore blocking_;
};

absl::StatusOr<std::unique_ptr<Engine>> OpenRundlet(
    const EngineSettings& settings) {
  Options options;
  options.path = settings.path;
  options.cache_entries = 0;
  if (settings.compression == "snappy") {
    options.compression = Compression::kSnappy;
  } else if (settings.compression == "zstd") {
    options.compression = Compression::kZstd;
  }
  if (settings.segment_bytes != 0) {
    options.segment_bytes = settings.segment_bytes;
  }
  absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(options));
  if (!store.ok()) return store.status();
  return std::make_unique<RundletEngine>(*std::move(store));
}

}  // namespace

EngineKind RundletKind() {
  return {"rundlet", "defaults; no record cache (segments are mapped)",
          &OpenRundlet};
}

}  // namespace rundlet
