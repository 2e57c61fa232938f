// What a repair has saved and lost (repair.h).

#ifndef RUNDLET_STORAGE_REPAIR_REPORT_H_
#define RUNDLET_STORAGE_REPAIR_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "storage/entry.h"

namespace rundlet {

// Bytes of which nothing could be saved.
struct LostBytes {
  enum class Outcome : uint8_t {
    kUnknown,     // nobody can say what stood there
    kSuperseded,  // a newer version of the key, or its delete, was saved
    kOlder,       // the key now shows an older version
    kGone,        // the key is not in the new store
  };

  std::string path;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  std::string what;
  // What the bytes claim to have been, where they look like one record; their
  // checksum does not vouch for it. An empty key: they do not.
  std::string key;
  Revision revision = 0;
  Outcome outcome = Outcome::kUnknown;
};

struct RepairReport {
  // More than these are counted, but not listed.
  static constexpr uint64_t kLossesListedMax = 1000;

  std::string manifest_error;  // empty: the MANIFEST was good
  uint64_t segment_count = 0;  // that were read
  uint64_t record_count = 0;   // that verified
  // What no write was acknowledged for at durability disk: recovery would have
  // cut it, too.
  uint64_t cut_bytes = 0;
  uint64_t loss_count = 0;
  uint64_t lost_bytes = 0;
  std::vector<LostBytes> losses;
  // Of the new store.
  std::string store_id;  // 32 hexadecimal digits
  uint64_t key_count = 0;
  Revision next_revision = 0;

  // Nothing was lost that was synced.
  bool lost_nothing() const {
    return loss_count == 0 && manifest_error.empty();
  }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_REPAIR_REPORT_H_
