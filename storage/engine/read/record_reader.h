// RecordReader: from what the index knows of a version to its entry.

#ifndef RUNDLET_STORAGE_ENGINE_READ_RECORD_READER_H_
#define RUNDLET_STORAGE_ENGINE_READ_RECORD_READER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"
#include "storage/index/version.h"
#include "storage/log/held_segments.h"
#include "storage/log/record_cache.h"
#include "storage/log/segment_set.h"
#include "storage/striped_counter.h"

namespace rundlet {

// All of an entry but the bytes of its value.
Entry EntryOf(absl::string_view key, const Version& version);
// The same into one that has nothing but its default values.
void FillEntry(absl::string_view key, const Version& version, Entry* entry);

// Thread-safe.
class RecordReader {
 public:
  struct Counts {
    uint64_t hits = 0;
    uint64_t misses = 0;
  };

  // What a read does to the cache: a scan would only push out what is hot.
  enum class Caching { kUse, kBypass };

  // Whether segments may be read as memory: then a read costs no system call.
  enum class Mapping { kUse, kAvoid };

  RecordReader(const SegmentSet* segments, RecordCache* cache,
               Mapping mapping = Mapping::kUse)
      : segments_(segments), cache_(cache), mapping_(mapping) {}

  // The value's bytes, from memory, cache or segment; verified, and found to be
  // this key's at this revision. Empty: the segment is gone, so a compaction
  // has moved the record: look the key up again. DATA_LOSS: it is damaged.
  absl::StatusOr<std::optional<std::string>> ReadValue(absl::string_view key,
                                                       const Version& version,
                                                       Caching caching);

  // The same into *value, by a segment that the request may hold already.
  // False: it is gone, and *value undefined.
  absl::StatusOr<bool> ReadValue(absl::string_view key, const Version& version,
                                 Caching caching, HeldSegments* held,
                                 std::string* value);

  // For one request.
  HeldSegments Hold() const { return HeldSegments(segments_); }

  // Has the record's memory fetched, if it will be read as memory.
  void Prefetch(const Version& version, HeldSegments* held) const;

  Counts counts() const { return {hits_.total(), misses_.total()}; }

 private:
  // What the cache has, now in *buffer; empty: nothing.
  absl::string_view FindCached(absl::string_view key, const Location& location,
                               std::string* buffer);
  // The record points into *buffer, or, if that stays empty, into the segment.
  absl::StatusOr<Record> ReadRecord(const Segment& segment,
                                    absl::string_view key,
                                    const Version& version, Caching caching,
                                    std::string* buffer);

  const SegmentSet* const segments_;
  RecordCache* const cache_;
  const Mapping mapping_;
  StripedCounter hits_;
  StripedCounter misses_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_READ_RECORD_READER_H_
