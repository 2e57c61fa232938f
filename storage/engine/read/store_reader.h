// StoreReader: Store::Read and Store::Scan on an index and its segments.

#ifndef RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_
#define RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/read/page_leases.h"
#include "storage/engine/read/record_reader.h"
#include "storage/index/index.h"
#include "storage/limits.h"
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
  using Found = std::pair<std::string, Version>;

  absl::Status CheckBytes(uint64_t bytes) const;
  // Empty: a record has moved meanwhile, read again.
  absl::StatusOr<std::optional<ReadResult>> TryRead(const ReadRequest& request,
                                                    int64_t time_us);
  absl::StatusOr<ScanPage> ScanAt(const ScanRequest& request, Revision at,
                                  int64_t time_us);
  uint64_t Count(const ScanRequest& request, Revision at,
                 int64_t time_us) const;
  // The next versions behind `after`, at most `max`, that have not expired.
  std::vector<Found> FindNext(const ScanRequest& request,
                              const std::string& after, Revision at,
                              int64_t time_us, uint64_t max) const;
  absl::StatusOr<Entry> ReadPinned(const std::string& key, Version version,
                                   Revision at);

  Index* const index_;
  RecordReader* const records_;
  PageLeases* const leases_;
  const EngineTime* const time_;
  const Limits* const limits_;
  StripedCounter read_count_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_READ_STORE_READER_H_
