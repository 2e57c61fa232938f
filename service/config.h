// ServerConfig: all that rundletd can be told, checked (command_line.h).

#ifndef RUNDLET_SERVICE_CONFIG_H_
#define RUNDLET_SERVICE_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "service/host_port.h"
#include "service/logging.h"
#include "storage/compression.h"
#include "storage/transaction.h"

namespace rundlet {

// The values that hold where nothing else is said stand in option_table.cc,
// beside the sentences of --help.
struct ServerConfig {
  std::string data;              // the store's folder
  std::optional<HostPort> grpc;  // empty: this door is off
  std::optional<HostPort> text;  // empty: this door is off; never both
  std::string import_legacy;     // path of a log; empty: none

  // Folders; empty: none. At most one, and it is done instead of serving.
  std::string verify;
  std::string repair_from;   // into `data`
  std::string restore_from;  // into `data`

  std::string backup_root;  // of AdminService.Backup; empty: it is off

  Durability durability = Durability::kDisk;
  uint64_t segment_bytes = 0;
  Compression compression = Compression::kNone;  // of values
  uint64_t compaction_live_percent = 0;          // 0: only when asked for
  uint64_t compaction_dead_bytes = 0;
  uint64_t compaction_expired_bytes = 0;     // 0: not for that
  uint64_t compaction_spare_segments = 0;    // 0: not for that
  absl::Duration compaction_age;             // zero: not for that
  uint64_t compaction_bytes_per_second = 0;  // 0: no limit
  uint64_t disk_free_bytes_min = 0;
  uint64_t delete_reserve_bytes = 0;
  uint64_t memory_bytes_max = 0;  // 0: by what the system has
  absl::Duration history_window;  // 0: no history is kept for watches
  uint64_t history_bytes = 0;
  uint64_t cache_entries = 0;  // 0: the cache is off
  uint64_t cache_bytes = 0;
  uint64_t large_value_bytes_max = 0;  // 0: none are taken
  uint64_t fill_leases_max = 0;        // 0: there are none
  bool mmap = true;
  absl::Duration sync_interval;
  absl::Duration scrub_interval;  // zero: never
  uint64_t verify_bytes_per_second = 0;

  absl::Duration write_delay_max;
  uint64_t waiting_writes_max = 0;
  uint64_t waiting_bytes_max = 0;

  uint64_t grpc_connections_max = 0;
  uint64_t grpc_connections_per_address_max = 0;
  uint64_t grpc_request_bytes_max = 0;
  uint64_t grpc_transport_bytes_max = 0;
  uint64_t text_connections_max = 0;
  uint64_t text_connections_per_address_max = 0;
  uint64_t text_buffered_bytes_max = 0;
  absl::Duration text_idle_timeout;
  bool text_remote_administration = false;

  absl::Duration drain_timeout;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_CONFIG_H_
