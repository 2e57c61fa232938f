// Compactions, verifications, backups and the log's level between the wire and
// what does them.

#ifndef RUNDLET_SERVICE_GRPC_MAINTENANCE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_MAINTENANCE_CODEC_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rundlet/v1/maintenance.pb.h"
#include "service/ops/log_level.h"
#include "storage/compaction_plan.h"
#include "storage/stats.h"
#include "storage/verify.h"

namespace rundlet {

// Each fills an empty message.
void Encode(const CompactionReport& report, v1::CompactResponse* proto);
void Encode(const CompactionPlan& plan, v1::ExplainCompactionResponse* proto);
void Encode(const BackupReport& report, v1::BackupResponse* proto);
void Encode(const VerifyReport& report, v1::VerifySummary* proto);

// All but the last keys of a record that do not fit into a message; returns
// from which key on the next message has to go on.
size_t Encode(const DamagedRecord& record, size_t first_key,
              v1::DamagedRecord* proto);

// The folder of a backup, below `root`. INVALID_FIELD: the name.
// NOT_CONFIGURED: there is no root.
absl::StatusOr<std::string> BackupFolder(const v1::BackupRequest& proto,
                                         absl::string_view root);

// INVALID_FIELD: no level, or none that is known.
absl::StatusOr<LogLevel> Decode(const v1::SetLogLevelRequest& proto);
v1::LogLevel Encode(LogLevel level);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_MAINTENANCE_CODEC_H_
