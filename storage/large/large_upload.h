// LargeUpload: writes one value, a part at a time, that may be too large for
// one record.
//
// While it is no larger than a value of the store may be it is gathered, and
// becomes an ordinary value. Else it goes into chunks as it comes, each an
// ordinary record; the last commit gives the key a description of them, so the
// value is there as a whole or not at all. In memory there are at most the part
// that was given last, the bytes gathered before the first chunk, and
// LargeOptions::chunks_in_flight_max chunks.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_UPLOAD_H_
#define RUNDLET_STORAGE_LARGE_LARGE_UPLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "storage/entry.h"
#include "storage/large/large_chunks.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe. Ended once, by Finish or Abandon; keeps itself alive until what
// it has begun is done. No callback runs with its lock held.
class LargeUpload : public std::enable_shared_from_this<LargeUpload> {
 public:
  using AppendCallback = absl::AnyInvocable<void(absl::Status status)>;

  // Of LargeStore. `kind` is kText or kData; the bytes are not looked at.
  LargeUpload(std::shared_ptr<LargeChunks> chunks, std::string key,
              ValueKind kind, std::string upload_id);

  // Takes the next part of the value. The callback runs, possibly before the
  // call returns, when there is room for another one. INVALID_ARGUMENT: the
  // value is larger than LargeOptions::value_bytes_max. Others as Commit of the
  // store. After an error only the end is left. REQUIRES that no Append is
  // under way.
  void Append(std::string bytes, AppendCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Commits a transaction whose one operation is a PutOperation of the key: it
  // gets the value. The receipt is that of the transaction; errors as Commit of
  // the store, and those of Append. What was written is deleted unless the
  // value is there. CANCELLED: Abandon came before. REQUIRES that no Append is
  // under way.
  void Finish(Transaction transaction, Store::CommitCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Deletes what was written. An Append under way is answered CANCELLED.
  // Nothing happens behind Finish.
  void Abandon() ABSL_LOCKS_EXCLUDED(mutex_);

  // Of what was given so far: how many, and zlib's CRC-32.
  uint64_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);
  uint32_t crc32() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  enum class Stage { kOpen, kFinishing, kAbandoned, kEnded };
  using Step = absl::AnyInvocable<void()>;

  // Does one step behind the other until there is none; one thread at a time.
  void Advance() ABSL_LOCKS_EXCLUDED(mutex_);
  // Null: there is none now, and the next event calls Advance again.
  Step NextStep() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasChunk() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Step TakeChunk() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Step TakeEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Value TakeValue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t gathered() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return buffer_.size() - taken_;
  }

  void OnChunk(int64_t keys, absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCommitted(const absl::StatusOr<Receipt>& receipt);
  // Deletes what was written, and then is no longer under way.
  void Discard();

  const std::shared_ptr<LargeChunks> chunks_;
  const std::string key_;
  const ValueKind kind_;
  const std::string upload_id_;

  mutable absl::Mutex mutex_;
  Stage stage_ ABSL_GUARDED_BY(mutex_) = Stage::kOpen;
  bool advancing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);  // the first one
  AppendCallback appended_ ABSL_GUARDED_BY(mutex_);
  Transaction transaction_ ABSL_GUARDED_BY(mutex_);
  Store::CommitCallback finished_ ABSL_GUARDED_BY(mutex_);
  std::string buffer_ ABSL_GUARDED_BY(mutex_);
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;  // of buffer_, by chunks
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t crc32_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t chunk_count_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_UPLOAD_H_
