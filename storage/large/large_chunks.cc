#include "storage/large/large_chunks.h"

#include <utility>

#include "storage/large/large_keys.h"

namespace rundlet {
namespace {

Transaction Unsynced(Operation operation) {
  Transaction transaction;
  transaction.operations.push_back(std::move(operation));
  transaction.durability = Durability::kMemory;
  return transaction;
}

}  // namespace

void LargeChunks::Delete(const std::string& upload_id, DeleteCallback done) {
  const uint64_t keys_max = store->limits().transaction_operations_max;
  store->Commit(
      Unsynced(DeleteRangeOperation{ChunksOf(upload_id), keys_max}),
      [this, upload_id, keys_max,
       done = std::move(done)](absl::StatusOr<Receipt> chunks) mutable {
        if (!chunks.ok()) return done(chunks.status());
        const int64_t deleted = chunks->results[0].number.value_or(0);
        key_count -= deleted;
        if (static_cast<uint64_t>(deleted) == keys_max) {
          return Delete(upload_id, std::move(done));
        }
        store->Commit(Unsynced(DeleteOperation{HeadKey(upload_id)}),
                      [this, done = std::move(done)](
                          const absl::StatusOr<Receipt>& head) mutable {
                        if (head.ok() && head->results[0].existed) --key_count;
                        done(head.status());
                      });
      });
}

}  // namespace rundlet
