// Verification: one reading of all that a store has on its disk, beside reads
// and writes; nothing is changed.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_VERIFICATION_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_VERIFICATION_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/index/index.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_check.h"
#include "storage/log/segment_set.h"
#include "storage/verify.h"

namespace rundlet {

// One owner; Run is called once. What a compaction adds meanwhile is not read:
// it has read that itself. What it removes meanwhile is of no interest.
class Verification {
 public:
  struct Environment {
    const Manifest* manifest = nullptr;
    const SegmentSet* segments = nullptr;
    const Index* index = nullptr;
    // So many records are remembered between two walks of the index.
    uint64_t records_at_once = uint64_t{2} << 20;
  };

  // Told how many bytes have been read since the last call; may rest. False
  // ends the verification.
  using Proceed = absl::FunctionRef<bool(uint64_t bytes)>;

  explicit Verification(const Environment& environment)
      : environment_(environment) {}

  // CANCELLED: `proceed` said so. Damage is no error.
  absl::StatusOr<VerifyReport> Run(Proceed proceed);

 private:
  // A version of a key of which no record was seen where the index says.
  struct Suspect {
    std::string key;
    Version version;
    bool newest = false;
  };

  absl::Status CheckSegment(uint64_t id,
                            const ManifestState::SegmentState& listed,
                            Proceed proceed);
  void CheckHeader(const Segment& segment);
  absl::Status CheckIndex(Proceed proceed);
  void CheckSuspect(const Suspect& suspect);
  void AddDamage(const Segment& segment, SegmentDamage damage);
  // The listed damage that a record at `location` would stand in; or null.
  DamagedRecord* FindDamage(const Location& location);

  static uint64_t Fingerprint(absl::string_view key, Revision revision,
                              const Location& location);

  const Environment environment_;
  std::string store_id_;
  VerifyReport report_;
  // Since the last CheckIndex: how far each segment was read, and which records
  // were good.
  std::map<uint64_t, uint64_t> read_to_;
  absl::flat_hash_set<uint64_t> good_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_VERIFICATION_H_
