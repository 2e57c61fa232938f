#include "storage/large/large_upload.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "storage/format/checksum.h"
#include "storage/large/large_keys.h"
#include "storage/large_value.h"
#include "storage/limit_checks.h"

namespace rundlet {

LargeUpload::LargeUpload(std::shared_ptr<LargeChunks> chunks, std::string key,
                         ValueKind kind, std::string upload_id)
    : chunks_(std::move(chunks)),
      key_(std::move(key)),
      kind_(kind),
      upload_id_(std::move(upload_id)) {}

uint64_t LargeUpload::bytes() const {
  const absl::MutexLock lock(&mutex_);
  return bytes_;
}

uint32_t LargeUpload::crc32() const {
  const absl::MutexLock lock(&mutex_);
  return crc32_;
}

void LargeUpload::Append(std::string bytes, AppendCallback done) {
  {
    const absl::MutexLock lock(&mutex_);
    appended_ = std::move(done);
    if (stage_ == Stage::kOpen && error_.ok()) {
      error_ = CheckAtMost("value bytes", bytes_ + bytes.size(),
                           "large_value_bytes_max", chunks_->value_bytes_max);
    }
    if (stage_ == Stage::kOpen && error_.ok()) {
      bytes_ += bytes.size();
      crc32_ = Crc32(crc32_, bytes);
      if (gathered() == 0) {
        buffer_ = std::move(bytes);
      } else {
        buffer_.erase(0, taken_);
        buffer_.append(bytes);
      }
      taken_ = 0;
    }
  }
  Advance();
}

void LargeUpload::Finish(Transaction transaction, Store::CommitCallback done) {
  Store::CommitCallback refused;
  absl::Status abandoned;
  {
    const absl::MutexLock lock(&mutex_);
    if (stage_ == Stage::kOpen) {
      stage_ = Stage::kFinishing;
      transaction_ = std::move(transaction);
      finished_ = std::move(done);
    } else {
      refused = std::move(done);
      abandoned = error_;
    }
  }
  if (refused != nullptr) return refused(abandoned);
  Advance();
}

void LargeUpload::Abandon() {
  {
    const absl::MutexLock lock(&mutex_);
    if (stage_ != Stage::kOpen) return;
    stage_ = Stage::kAbandoned;
    if (error_.ok()) error_ = absl::CancelledError("the upload was abandoned");
  }
  Advance();
}

void LargeUpload::Advance() {
  const std::shared_ptr<LargeUpload> self = shared_from_this();
  {
    const absl::MutexLock lock(&mutex_);
    if (advancing_) return;  // who is at it looks again before it stops
    advancing_ = true;
  }
  while (Step step = NextStep()) step();
}

LargeUpload::Step LargeUpload::NextStep() {
  const absl::MutexLock lock(&mutex_);
  const bool is_full = in_flight_ >= chunks_->in_flight_max;
  if (HasChunk() && !is_full) return TakeChunk();
  if (appended_ != nullptr && !HasChunk()) {
    return [done = std::move(appended_), status = error_]() mutable {
      done(status);
    };
  }
  const bool is_ending =
      stage_ == Stage::kFinishing || stage_ == Stage::kAbandoned;
  if (is_ending && in_flight_ == 0 && !HasChunk()) return TakeEnd();
  advancing_ = false;
  return nullptr;
}

bool LargeUpload::HasChunk() const {
  if (!error_.ok() || stage_ == Stage::kEnded) return false;
  if (chunk_count_ == 0) {
    return gathered() > chunks_->store->limits().value_bytes_max;
  }
  if (gathered() == 0) return false;
  return gathered() >= chunks_->chunk_bytes || stage_ == Stage::kFinishing;
}

LargeUpload::Step LargeUpload::TakeChunk() {
  const size_t bytes = std::min<size_t>(chunks_->chunk_bytes, gathered());
  Transaction transaction;
  transaction.durability = Durability::kOs;
  if (chunk_count_ == 0) {
    transaction.operations.push_back(
        PutOperation{HeadKey(upload_id_), Value::Data(key_)});
  }
  transaction.operations.push_back(
      PutOperation{ChunkKey(upload_id_, chunk_count_),
                   Value::Data(buffer_.substr(taken_, bytes))});
  taken_ += bytes;
  if (gathered() == 0) {
    buffer_ = std::string();
    taken_ = 0;
  }
  ++chunk_count_;
  ++in_flight_;
  const auto keys = static_cast<int64_t>(transaction.operations.size());
  return [self = shared_from_this(), keys,
          transaction = std::move(transaction)]() mutable {
    Store* const store = self->chunks_->store;
    store->Commit(
        std::move(transaction),
        [self = std::move(self), keys](const absl::StatusOr<Receipt>& receipt) {
          self->OnChunk(keys, receipt.status());
        });
  };
}

void LargeUpload::OnChunk(int64_t keys, absl::Status status) {
  if (status.ok()) chunks_->key_count += keys;
  {
    const absl::MutexLock lock(&mutex_);
    --in_flight_;
    if (error_.ok()) error_ = std::move(status);
  }
  Advance();
}

LargeUpload::Step LargeUpload::TakeEnd() {
  auto self = shared_from_this();
  const bool is_abandoned = stage_ == Stage::kAbandoned;
  stage_ = Stage::kEnded;
  if (is_abandoned) return [self = std::move(self)] { self->Discard(); };
  if (!error_.ok()) {
    return [self = std::move(self), done = std::move(finished_),
            error = error_]() mutable {
      self->Discard();
      done(error);
    };
  }
  std::get<PutOperation>(transaction_.operations[0]).value = TakeValue();
  return [self = std::move(self), transaction = std::move(transaction_),
          done = std::move(finished_)]() mutable {
    Store* const store = self->chunks_->store;
    store->Commit(std::move(transaction),
                  [self = std::move(self), done = std::move(done)](
                      absl::StatusOr<Receipt> receipt) mutable {
                    self->OnCommitted(receipt);
                    done(std::move(receipt));
                  });
  };
}

Value LargeUpload::TakeValue() {
  if (chunk_count_ == 0) return {kind_, std::move(buffer_)};
  LargeValue large;
  large.kind = kind_;
  large.crc32 = crc32_;
  large.bytes = bytes_;
  large.chunk_bytes = static_cast<uint32_t>(chunks_->chunk_bytes);
  large.upload_id = upload_id_;
  return EncodeLargeValue(large);
}

void LargeUpload::OnCommitted(const absl::StatusOr<Receipt>& receipt) {
  const bool is_there = receipt.ok() && !receipt->replayed &&
                        receipt->branch == Receipt::Branch::kOperations;
  // With an unknown outcome the store has stopped; the next one looks.
  if (is_there || absl::IsUnknown(receipt.status())) {
    chunks_->running.Remove(upload_id_);
  } else {
    Discard();
  }
}

void LargeUpload::Discard() {
  bool has_written = false;
  {
    const absl::MutexLock lock(&mutex_);
    has_written = chunk_count_ > 0;
  }
  if (!has_written) return chunks_->running.Remove(upload_id_);
  // What cannot be deleted now is collected later.
  chunks_->Delete(upload_id_, [self = shared_from_this()](const absl::Status&) {
    self->chunks_->running.Remove(self->upload_id_);
  });
}

}  // namespace rundlet
