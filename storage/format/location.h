// Location: where a record stands.

#ifndef RUNDLET_STORAGE_FORMAT_LOCATION_H_
#define RUNDLET_STORAGE_FORMAT_LOCATION_H_

#include <cstdint>

namespace rundlet {

struct Location {
  uint64_t segment_id = 0;  // 0: the record is in no segment yet
  uint64_t offset = 0;      // of its first byte in the segment
  uint32_t bytes = 0;       // of the whole record

  friend bool operator==(const Location& a, const Location& b) {
    return a.segment_id == b.segment_id && a.offset == b.offset &&
           a.bytes == b.bytes;
  }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_LOCATION_H_
