// ServerConfig: all that rundletd can be told, checked.

#ifndef RUNDLET_SERVICE_CONFIG_H_
#define RUNDLET_SERVICE_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/host_port.h"
#include "service/logging.h"
#include "storage/transaction.h"

namespace rundlet {

// The values that hold where nothing else is said stand in config.cc, beside
// the sentences of --help.
struct ServerConfig {
  std::string data;              // the store's folder
  std::optional<HostPort> grpc;  // empty: this door is off
  std::optional<HostPort> text;  // empty: this door is off; never both
  std::string import_legacy;     // path of a log; empty: none

  Durability durability = Durability::kDisk;
  uint64_t segment_bytes = 0;
  uint64_t cache_entries = 0;  // 0: the cache is off
  uint64_t cache_bytes = 0;
  absl::Duration sync_interval;

  uint64_t grpc_connections_max = 0;
  uint64_t grpc_connections_per_address_max = 0;
  uint64_t text_connections_max = 0;
  uint64_t text_connections_per_address_max = 0;
  absl::Duration text_idle_timeout;
  bool text_remote_administration = false;

  absl::Duration drain_timeout;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
};

// What a command line comes to: a configuration, or a text to print.
struct CommandLine {
  std::optional<ServerConfig> config;
  std::string help;  // if there is no config
};

// Reads the arguments that follow the program's name, the file that --config
// names, and the variables RUNDLET_* of the environment; the first of these
// that gives an option counts.
//
// INVALID_ARGUMENT: an option is unknown or out of its range, or two contradict
// each other; the message says which, and why.
absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_CONFIG_H_
