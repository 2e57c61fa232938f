// LargeReader: reads one value, a part at a time, as it was at one moment.
//
// An ordinary value is read at once and given in parts. For one in chunks the
// reader opens a snapshot, unless it was told which revision to read at, so
// that whatever is written or collected meanwhile changes nothing; it renews
// the lease as long as it is asked for parts.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_READER_H_
#define RUNDLET_STORAGE_LARGE_LARGE_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/large/large_chunks.h"
#include "storage/large_value.h"
#include "storage/store.h"

namespace rundlet {

struct LargeReadRequest {
  std::string key;
  Revision at = 0;          // 0: the newest; else one that a lease keeps
  absl::Time at_time;       // with `at`
  Revision not_before = 0;  // fail rather than answer from before this one
  uint64_t offset = 0;      // of the first byte; behind the end: none
  uint64_t bytes_max = 0;   // 0: to the end
};

// What a reader has found, without the bytes.
struct LargeReadResult {
  Revision read_revision = 0;
  std::optional<Entry> entry;  // of its value the description, if it is large
  ValueKind kind = ValueKind::kData;
  uint64_t bytes = 0;  // of the whole value
  uint32_t crc32 = 0;  // of the whole value
};

// One call at a time, the next one behind the callback of the one before; it
// keeps itself alive until then. Destroying it lets the snapshot go.
class LargeReader : public std::enable_shared_from_this<LargeReader> {
 public:
  using OpenCallback =
      absl::AnyInvocable<void(absl::StatusOr<LargeReadResult> result)>;
  using PartCallback =
      absl::AnyInvocable<void(absl::StatusOr<std::string> part)>;

  // Of LargeStore.
  LargeReader(std::shared_ptr<LargeChunks> chunks, LargeReadRequest request);
  ~LargeReader();

  LargeReader(const LargeReader&) = delete;
  LargeReader& operator=(const LargeReader&) = delete;

  // To be called once, at first. An absent key is no error. OUT_OF_RANGE as
  // Store::Read; RESOURCE_EXHAUSTED as Store::OpenSnapshot.
  void Open(OpenCallback done);

  // The next bytes, at most a chunk; none: that was all. DATA_LOSS: a chunk is
  // missing or damaged, or all of them together are not what was put.
  // OUT_OF_RANGE: for too long no part was asked for, and the lease has ended.
  void Next(PartCallback done);

 private:
  void Find(Revision not_before, OpenCallback done);
  void OnFound(absl::StatusOr<ReadResult> found, OpenCallback done);
  void Pin(Revision not_before, OpenCallback done);
  // The part of the value that was asked for.
  void SetRange(uint64_t value_bytes);
  void ReadChunk(PartCallback done);
  absl::StatusOr<std::string> CheckChunk(absl::StatusOr<ReadResult> read,
                                         uint64_t number);
  absl::Status Damage(absl::string_view what) const;

  const std::shared_ptr<LargeChunks> chunks_;
  LargeReadRequest request_;
  std::optional<Snapshot> snapshot_;  // its own
  absl::Duration renewed_;            // when, by the monotonic clock

  std::string plain_;                // an ordinary value's bytes
  std::optional<LargeValue> large_;  // a value in chunks
  uint64_t position_ = 0;            // of the next byte
  uint64_t end_ = 0;
  uint32_t crc32_ = 0;  // of what was given, from the first byte on
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_READER_H_
