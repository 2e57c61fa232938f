#include "service/offline_job.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/backup.h"
#include "storage/file/file_system.h"
#include "storage/repair.h"

namespace rundlet {
namespace {

const char* Named(LostBytes::Outcome outcome) {
  switch (outcome) {
    case LostBytes::Outcome::kSuperseded:
      return "a newer version is there";
    case LostBytes::Outcome::kOlder:
      return "an older version is left";
    case LostBytes::Outcome::kGone:
      return "the key is gone";
    case LostBytes::Outcome::kUnknown:
      break;
  }
  return "unknown";
}

void LogDamage(const RepairReport& report, Logger* logger) {
  if (!report.manifest_error.empty()) {
    logger->Warning("the MANIFEST is damaged",
                    {{"reason", report.manifest_error}});
  }
  for (const LostBytes& lost : report.losses) {
    logger->Warning("damaged",
                    {{"file", lost.path},
                     {"offset", absl::StrCat(lost.offset)},
                     {"bytes", absl::StrCat(lost.bytes)},
                     {"reason", lost.what},
                     {"claimed_key", lost.key},
                     {"claimed_revision", absl::StrCat(lost.revision)},
                     {"outcome", Named(lost.outcome)}});
  }
  if (report.loss_count > report.losses.size()) {
    logger->Warning(
        "further damage",
        {{"count", absl::StrCat(report.loss_count - report.losses.size())}});
  }
}

std::vector<LogField> Figures(const RepairReport& report) {
  return {{"segments", absl::StrCat(report.segment_count)},
          {"records", absl::StrCat(report.record_count)},
          {"damaged", absl::StrCat(report.loss_count)},
          {"damaged_bytes", absl::StrCat(report.lost_bytes)},
          {"torn_tail_bytes", absl::StrCat(report.cut_bytes)}};
}

absl::StatusOr<bool> Verify(const std::string& folder, Logger* logger) {
  const absl::StatusOr<RepairReport> report =
      InspectStore(folder, FileSystem::Posix());
  if (!report.ok()) return report.status();
  LogDamage(*report, logger);
  logger->Info(report->lost_nothing() ? "verified, all is good"
                                      : "verified, something is damaged",
               Figures(*report));
  return report->lost_nothing();
}

absl::StatusOr<bool> Repair(const ServerConfig& config, Logger* logger) {
  RepairRequest request;
  request.from = config.repair_from;
  request.to = config.data;
  request.segment_bytes = config.segment_bytes;
  const absl::StatusOr<RepairReport> report = RepairStore(std::move(request));
  if (!report.ok()) return report.status();
  LogDamage(*report, logger);
  std::vector<LogField> fields = Figures(*report);
  fields.push_back({"data", config.data});
  fields.push_back({"store_id", report->store_id});
  fields.push_back({"keys", absl::StrCat(report->key_count)});
  logger->Info(report->lost_nothing() ? "repaired, nothing is lost"
                                      : "repaired, something is lost",
               fields);
  return report->lost_nothing();
}

absl::StatusOr<bool> Restore(const ServerConfig& config, Logger* logger) {
  RestoreRequest request;
  request.from = config.restore_from;
  request.to = config.data;
  request.segment_bytes = config.segment_bytes;
  const absl::StatusOr<RestoreReport> report =
      RestoreBackup(std::move(request));
  if (!report.ok()) return report.status();
  logger->Info("restored", {{"data", config.data},
                            {"store_id", report->store_id},
                            {"revision", absl::StrCat(report->revision)},
                            {"keys", absl::StrCat(report->key_count)},
                            {"bytes", absl::StrCat(report->bytes)}});
  return true;
}

}  // namespace

bool HasOfflineJob(const ServerConfig& config) {
  return !config.verify.empty() || !config.repair_from.empty() ||
         !config.restore_from.empty();
}

absl::StatusOr<bool> RunOfflineJob(const ServerConfig& config, Logger* logger) {
  if (!config.verify.empty()) return Verify(config.verify, logger);
  if (!config.repair_from.empty()) return Repair(config, logger);
  return Restore(config, logger);
}

}  // namespace rundlet
