// SegmentCheck: whether a segment's records make sense together: their order,
// their transactions, and what the MANIFEST says of them.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_CHECK_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/format/file_header.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/segment_walk.h"

namespace rundlet {

// The visitor of one walk. Keeps at most `damage_max` pieces of damage; the
// rest is counted.
class SegmentCheck final : public SegmentVisitor {
 public:
  // Told each record that verifies; another status than OK ends the walk.
  using OnGoodRecord = absl::FunctionRef<absl::Status(
      const Record& record, const Location& location)>;
  // Told how many bytes have been passed; the same.
  using OnBytes = absl::FunctionRef<absl::Status(uint64_t bytes)>;

  // Both functions must outlive the check.
  SegmentCheck(FileKind kind, uint64_t damage_max, OnGoodRecord on_record,
               OnBytes on_bytes)
      : kind_(kind),
        damage_max_(damage_max),
        on_record_(on_record),
        on_bytes_(on_bytes) {}

  absl::Status OnGroup(const GroupHeader& header, uint64_t offset) override;
  absl::Status OnRecord(const Record& record,
                        const Location& location) override;
  absl::Status OnDamage(const SegmentDamage& damage) override;

  // Behind the last byte: `seal` is what the MANIFEST says, null for the active
  // segment.
  void Finish(uint64_t end, const SegmentSeal* seal);

  uint64_t record_count() const { return seen_.record_count; }
  uint64_t damage_count() const { return damage_count_; }
  std::vector<SegmentDamage>& damage() { return damage_; }

 private:
  void Flaw(uint64_t offset, uint64_t bytes, std::string what);
  void CheckLogOrder(const Record& record, const Location& location);
  void CheckBaseOrder(const Record& record, const Location& location);
  // The group before has ended at `end`.
  void EndGroup(uint64_t end);

  const FileKind kind_;
  const uint64_t damage_max_;
  const OnGoodRecord on_record_;
  const OnBytes on_bytes_;

  std::vector<SegmentDamage> damage_;
  uint64_t damage_count_ = 0;
  SegmentSeal seen_;  // its counts and revisions alone

  // Of what was passed without damage in between.
  bool connected_ = true;
  bool whole_ = true;  // the last record ended its transaction
  Revision revision_ = 0;
  std::string key_;
  bool in_group_ = false;  // whose records were all seen so far
  GroupHeader group_;
  uint64_t group_offset_ = 0;
  uint64_t group_records_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_CHECK_H_
