// The command line of rundletd, its configuration file and its environment.

#ifndef RUNDLET_SERVICE_COMMAND_LINE_H_
#define RUNDLET_SERVICE_COMMAND_LINE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/config.h"

namespace rundlet {

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

#endif  // RUNDLET_SERVICE_COMMAND_LINE_H_
