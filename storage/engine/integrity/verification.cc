#include "storage/engine/integrity/verification.h"

#include <memory>
#include <string>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_walk.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 128;
// How often a rest is thought of.
constexpr uint64_t kPaceBytes = 256 << 10;

}  // namespace

uint64_t Verification::Fingerprint(absl::string_view key, Revision revision,
                                   const Location& location) {
  return absl::HashOf(key, revision, location.segment_id, location.offset,
                      location.bytes);
}

void Verification::AddDamage(const Segment& segment, SegmentDamage damage) {
  ++report_.damage_count;
  if (report_.damage.size() >= VerifyReport::kDamageListedMax) return;
  DamagedRecord record;
  record.segment_id = segment.id();
  record.path = segment.path();
  record.offset = damage.offset;
  record.bytes = damage.bytes;
  record.what = std::move(damage.what);
  report_.damage.push_back(std::move(record));
}

DamagedRecord* Verification::FindDamage(const Location& location) {
  for (DamagedRecord& damaged : report_.damage) {
    if (damaged.segment_id == location.segment_id &&
        location.offset < damaged.offset + damaged.bytes &&
        damaged.offset < location.offset + location.bytes) {
      return &damaged;
    }
  }
  return nullptr;
}

void Verification::CheckHeader(const Segment& segment) {
  const absl::Status status = segment.CheckHeader(store_id_);
  if (status.ok()) return;
  SegmentDamage damage;
  damage.bytes = kFileHeaderBytes;
  damage.what = std::string(status.message());
  AddDamage(segment, std::move(damage));
}

absl::Status Verification::CheckSegment(
    uint64_t id, const ManifestState::SegmentState& listed, Proceed proceed) {
  const std::shared_ptr<const Segment> segment =
      environment_.segments->Find(id);
  if (segment == nullptr) return absl::OkStatus();
  RUNDLET_SYNC_POINT("verify: segment found");
  const uint64_t to =
      listed.seal.has_value() ? listed.seal->bytes : segment->bytes();
  uint64_t unpaced = kFileHeaderBytes;
  const auto on_bytes = [&unpaced, proceed](uint64_t bytes) {
    unpaced += bytes;
    if (unpaced < kPaceBytes) return absl::OkStatus();
    const bool go_on = proceed(unpaced);
    unpaced = 0;
    return go_on ? absl::OkStatus() : absl::CancelledError("cancelled");
  };
  const auto on_record = [this](const Record& record,
                                const Location& location) {
    if (record.type != RecordType::kReceipt) {
      good_.insert(Fingerprint(record.key, record.revision, location));
    }
    return absl::OkStatus();
  };
  SegmentCheck check(segment->kind(), VerifyReport::kDamageListedMax, on_record,
                     on_bytes);
  absl::Status walked = WalkSegment(*segment, to, check);
  if (!walked.ok()) return walked;
  if (!proceed(unpaced)) return absl::CancelledError("cancelled");
  check.Finish(to, listed.seal.has_value() ? &*listed.seal : nullptr);
  RUNDLET_SYNC_POINT("verify: segment read");
  // Compacted away meanwhile: the store no longer relies on it.
  if (environment_.segments->Find(id) == nullptr) return absl::OkStatus();
  read_to_[id] = to;
  ++report_.segment_count;
  report_.record_count += check.record_count();
  report_.read_bytes += to;
  CheckHeader(*segment);
  const uint64_t unlisted = check.damage_count() - check.damage().size();
  for (SegmentDamage& damage : check.damage()) {
    AddDamage(*segment, std::move(damage));
  }
  report_.damage_count += unlisted;
  return absl::OkStatus();
}

// A version may be suspected because its record has moved since it was read, or
// because the index has changed; what stands where it leads decides.
void Verification::CheckSuspect(const Suspect& suspect) {
  const Location& location = suspect.version.location;
  const std::shared_ptr<const Segment> segment =
      environment_.segments->Find(location.segment_id);
  if (segment == nullptr) return;
  std::string bytes;
  const absl::StatusOr<Record> record = segment->Read(location, &bytes);
  if (record.ok() && record->key == suspect.key &&
      record->revision == suspect.version.revision &&
      segment->CheckValue(*record, location).ok()) {
    return;
  }
  const bool all_listed = report_.damage.size() == report_.damage_count;
  if (FindDamage(location) == nullptr && all_listed) {
    SegmentDamage damage;
    damage.offset = location.offset;
    damage.bytes = location.bytes;
    damage.what = record.ok() ? "the index leads to this record for another "
                                "key or revision"
                              : absl::StrCat("the index leads here, but: ",
                                             record.status().message());
    AddDamage(*segment, std::move(damage));
  }
  if (!suspect.newest) return;
  if (++report_.key_at_risk_count > VerifyReport::kKeysListedMax) return;
  DamagedRecord* const damaged = FindDamage(location);
  if (damaged != nullptr) damaged->keys_at_risk.push_back(suspect.key);
}

absl::Status Verification::CheckIndex(Proceed proceed) {
  std::string after;
  while (true) {
    std::vector<Suspect> suspects;
    size_t keys = 0;
    environment_.index->Walk(
        after, [&](absl::string_view key, absl::Span<const Version> versions) {
          for (const Version& version : versions) {
            const Location& location = version.location;
            const auto read = read_to_.find(location.segment_id);
            if (read == read_to_.end() || location.offset >= read->second ||
                good_.contains(Fingerprint(key, version.revision, location))) {
              continue;
            }
            suspects.push_back(
                {std::string(key), version, &version == &versions.back()});
          }
          after = std::string(key);
          return ++keys < kKeysAtOnce;
        });
    RUNDLET_SYNC_POINT("verify: keys walked");
    for (const Suspect& suspect : suspects) CheckSuspect(suspect);
    if (keys == 0) break;
    if (!proceed(0)) return absl::CancelledError("cancelled");
  }
  read_to_.clear();
  good_.clear();
  return absl::OkStatus();
}

absl::StatusOr<VerifyReport> Verification::Run(Proceed proceed) {
  const ManifestState state = environment_.manifest->state();
  store_id_ = state.store_id;
  for (const auto& [id, listed] : state.segments) {
    absl::Status checked = CheckSegment(id, listed, proceed);
    if (checked.ok() && good_.size() >= environment_.records_at_once) {
      checked = CheckIndex(proceed);
    }
    if (!checked.ok()) return checked;
  }
  const absl::Status checked = CheckIndex(proceed);
  if (!checked.ok()) return checked;
  const absl::Status manifest = environment_.manifest->Verify();
  if (!manifest.ok()) {
    ++report_.damage_count;
    DamagedRecord damaged;
    damaged.path = environment_.manifest->path();
    damaged.what = std::string(manifest.message());
    report_.damage.push_back(std::move(damaged));
  }
  return std::move(report_);
}

}  // namespace rundlet
