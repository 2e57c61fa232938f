#include "service/grpc/maintenance_codec.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/field_path.h"

namespace rundlet {
namespace {

constexpr size_t kNameBytesMax = 128;
// Keys of a damaged record in one message.
constexpr uint64_t kDamageKeyBytesMax = uint64_t{256} << 10;

bool IsName(absl::string_view name) {
  return !name.empty() && absl::ascii_isalnum(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

v1::CompactionTrigger EncodeTrigger(CompactionTrigger trigger) {
  switch (trigger) {
    case CompactionTrigger::kNone:
      break;
    case CompactionTrigger::kLiveRatio:
      return v1::COMPACTION_TRIGGER_LIVE_RATIO;
    case CompactionTrigger::kDiskLow:
      return v1::COMPACTION_TRIGGER_DISK_LOW;
    case CompactionTrigger::kExpiredBytes:
      return v1::COMPACTION_TRIGGER_EXPIRED_BYTES;
    case CompactionTrigger::kAge:
      return v1::COMPACTION_TRIGGER_AGE;
    case CompactionTrigger::kSegmentCount:
      return v1::COMPACTION_TRIGGER_SEGMENT_COUNT;
  }
  return v1::COMPACTION_TRIGGER_UNSPECIFIED;
}

}  // namespace

void Encode(const CompactionReport& report, v1::CompactResponse* proto) {
  proto->set_segments_before(report.segments_before);
  proto->set_segments_after(report.segments_after);
  proto->set_bytes_before(report.bytes_before);
  proto->set_bytes_after(report.bytes_after);
  proto->set_records_kept(report.records_kept);
  proto->set_records_dropped(report.records_dropped);
  EncodeDuration(report.duration, proto->mutable_duration());
}

void Encode(const CompactionPlan& plan, v1::ExplainCompactionResponse* proto) {
  proto->set_trigger(EncodeTrigger(plan.trigger));
  proto->set_reason(plan.reason);
  proto->set_takes_everything(plan.takes_everything);
  proto->set_bytes_to_copy(plan.bytes_to_copy);
  for (const CompactionPlan::Input& input : plan.inputs) {
    v1::CompactionInput* out = proto->add_inputs();
    out->set_segment_id(input.segment_id);
    out->set_path(input.path);
    out->set_bytes(input.bytes);
    out->set_live_bytes(input.live_bytes);
    out->set_record_count(input.record_count);
    out->set_live_record_count(input.live_record_count);
    out->set_kept_bytes(input.kept_bytes);
    out->set_expired_bytes(input.expired_bytes);
    EncodeDuration(input.age, out->mutable_age());
  }
  proto->set_segments_kept(plan.segments_kept);
  proto->set_bytes_before(plan.bytes_before);
  proto->set_bytes_after(plan.bytes_after);
  proto->set_bytes_to_gain(plan.bytes_to_gain);
  proto->set_available_bytes(plan.available_bytes);
  if (plan.estimated_duration.has_value()) {
    EncodeDuration(*plan.estimated_duration,
                   proto->mutable_estimated_duration());
  }
}

void Encode(const BackupReport& report, v1::BackupResponse* proto) {
  proto->set_revision(report.revision);
  proto->set_key_count(report.key_count);
  proto->set_segment_count(report.segment_count);
  proto->set_bytes(report.bytes);
  EncodeDuration(report.duration, proto->mutable_duration());
}

void Encode(const VerifyReport& report, v1::VerifySummary* proto) {
  proto->set_segment_count(report.segment_count);
  proto->set_record_count(report.record_count);
  proto->set_read_bytes(report.read_bytes);
  proto->set_damage_count(report.damage_count);
  proto->set_key_at_risk_count(report.key_at_risk_count);
  EncodeDuration(report.duration, proto->mutable_duration());
}

size_t Encode(const DamagedRecord& record, size_t first_key,
              v1::DamagedRecord* proto) {
  proto->set_segment_id(record.segment_id);
  proto->set_path(record.path);
  proto->set_offset(record.offset);
  proto->set_bytes(record.bytes);
  proto->set_what(record.what);
  uint64_t bytes = 0;
  size_t next = first_key;
  for (; next < record.keys_at_risk.size() && bytes < kDamageKeyBytesMax;
       ++next) {
    bytes += record.keys_at_risk[next].size();
    proto->add_keys_at_risk(record.keys_at_risk[next]);
  }
  return next;
}

absl::StatusOr<std::string> BackupFolder(const v1::BackupRequest& proto,
                                         absl::string_view root) {
  if (root.empty()) {
    return MakeError(Reason::kNotConfigured,
                     "the server was started without --backup_root",
                     {{"option", "backup_root"}});
  }
  if (proto.name().size() > kNameBytesMax || !IsName(proto.name())) {
    return InvalidField(FieldPath("name"),
                        absl::StrCat("must be 1 to ", kNameBytesMax,
                                     " letters, digits, '.', '-' and '_', "
                                     "the first one a letter or digit"));
  }
  return absl::StrCat(root, "/", proto.name());
}

absl::StatusOr<LogLevel> Decode(const v1::SetLogLevelRequest& proto) {
  switch (proto.level()) {
    case v1::LOG_LEVEL_DEBUG:
      return LogLevel::kDebug;
    case v1::LOG_LEVEL_INFO:
      return LogLevel::kInfo;
    case v1::LOG_LEVEL_WARNING:
      return LogLevel::kWarning;
    case v1::LOG_LEVEL_ERROR:
      return LogLevel::kError;
    default:
      return InvalidField(
          FieldPath("level"),
          absl::StrCat(proto.level(), " is not a level of the log"));
  }
}

v1::LogLevel Encode(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return v1::LOG_LEVEL_DEBUG;
    case LogLevel::kInfo:
      return v1::LOG_LEVEL_INFO;
    case LogLevel::kWarning:
      return v1::LOG_LEVEL_WARNING;
    case LogLevel::kError:
      return v1::LOG_LEVEL_ERROR;
  }
  return v1::LOG_LEVEL_UNSPECIFIED;
}

}  // namespace rundlet
