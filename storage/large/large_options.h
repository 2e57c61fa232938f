// What a LargeStore is told.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_OPTIONS_H_
#define RUNDLET_STORAGE_LARGE_LARGE_OPTIONS_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/file/clock.h"

namespace rundlet {

struct LargeOptions {
  // Bytes of a value. 0: no uploads; what is there can be read.
  uint64_t value_bytes_max = uint64_t{1} << 30;

  // Bytes of a chunk, at least 1; a value of the store limits it, too.
  uint64_t chunk_bytes = uint64_t{256} << 10;

  // Chunks of one upload that are handed to the store and not yet written; and
  // uploads at a time.
  uint64_t chunks_in_flight_max = 4;
  uint64_t uploads_max = 16;

  // How often chunks are looked for that no value names any more. Zero: only by
  // LargeStore::Collect.
  absl::Duration collect_interval = absl::Seconds(30);

  // Not owned; outlives the store.
  const Clock* clock = Clock::System();

  // Of which upload ids are made. Empty: the system's.
  absl::AnyInvocable<uint64_t()> random;

  // Told what an operator should read in the log. Empty: nothing is said.
  absl::AnyInvocable<void(absl::string_view line)> on_event;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_OPTIONS_H_
