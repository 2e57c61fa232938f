// StoreReader: Store::Read and Store::Scan on an index and its segments.

#ifndef RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_
#define RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/read/page_leases.h"
#include "storage/engine/read/record_reader.h"
#include "storage/index/index.h"
#include "storage/limits.h"
#include "storage/log/held_segments.h"
#include "storage/scan.h"
#include "storage/striped_counter.h"
#include "storage/transaction.h"

namespace rundlet {

// Thread-safe.
class StoreReader {
 public:
  StoreReader(Index* index, RecordReader* records, PageLeases* leases,
              const EngineTime* time, const Limits* limits)
      : index_(index),
        records_(records),
        leases_(leases),
        time_(time),
        limits_(limits) {}

  absl::StatusOr<ReadResult> Read(const ReadRequest& request);
  absl::StatusOr<ScanPage> Scan(const ScanRequest& request);

  uint64_t read_count() const { return read_count_.total(); }

 private:
  struct Found {
    std::vector<Entry> entries;  // of a page so far, the last without values
    std::vector<std::optional<Version>> versions;  // of those last ones
  };

  absl::Status CheckBytes(uint64_t bytes) const;
  // Has the records of the versions behind the i-th one fetched.
  void PrefetchAhead(absl::Span<const std::optional<Version>> versions,
                     size_t i, HeldSegments* held) const;
  // Sets *time_us, if a key has an expiry and it is empty. Empty: a record has
  // moved meanwhile, read again.
  absl::StatusOr<std::optional<ReadResult>> TryRead(
      const ReadRequest& request, std::optional<int64_t>* time_us);
  absl::StatusOr<ScanPage> ScanAt(const ScanRequest& request, Revision at,
                                  int64_t time_us);
  uint64_t Count(const ScanRequest& request, Revision at,
                 int64_t time_us) const;
  // Entries, with their values if the request wants them.
  absl::Status ScanInto(const ScanRequest& request, Revision at,
                        int64_t time_us, ScanPage* page);
  // The next versions behind `after`, at most `max`, that have not expired.
  void FindNext(const ScanRequest& request, absl::string_view after,
                Revision at, int64_t time_us, uint64_t max, Found* found) const;
  // Reads the entry's value.
  absl::Status ReadPinned(Revision at, Version version, HeldSegments* held,
                          Entry* entry);

  Index* const index_;
  RecordReader* const records_;
  PageLeases* const leases_;
  const EngineTime* const time_;
  const Limits* const limits_;
  StripedCounter read_count_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_
