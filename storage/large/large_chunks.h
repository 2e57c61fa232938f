// LargeChunks: what uploads, reads and the collector of one store share: the
// store that the chunks are in, and how many keys they take.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_CHUNKS_H_
#define RUNDLET_STORAGE_LARGE_LARGE_CHUNKS_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "storage/large/large_options.h"
#include "storage/large/running_uploads.h"
#include "storage/store.h"

namespace rundlet {

class LargeChunks {
 public:
  using DeleteCallback = absl::AnyInvocable<void(absl::Status status)>;

  // The store is not owned and must outlive it.
  LargeChunks(Store* store, const LargeOptions& options)
      : store(store),
        clock(options.clock),
        value_bytes_max(options.value_bytes_max),
        chunk_bytes(std::clamp<uint64_t>(options.chunk_bytes, 1,
                                         store->limits().value_bytes_max)),
        in_flight_max(options.chunks_in_flight_max),
        running(options.uploads_max) {}

  // Deletes the chunks of an upload, then its head. Needs no sync: what a crash
  // brings back is collected again. An error leaves some, and the head.
  void Delete(const std::string& upload_id, DeleteCallback done);

  Store* const store;
  const Clock* const clock;
  const uint64_t value_bytes_max;
  const uint64_t chunk_bytes;
  const uint64_t in_flight_max;
  RunningUploads running;
  std::atomic<int64_t> key_count{0};  // of chunks and heads
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_CHUNKS_H_
