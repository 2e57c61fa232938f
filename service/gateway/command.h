// One command of the text protocol, and how a line becomes one (PROTOCOL.md).

#ifndef RUNDLET_SERVICE_GATEWAY_COMMAND_H_
#define RUNDLET_SERVICE_GATEWAY_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rundlet {

struct Command {
  enum class Verb : uint8_t {
    kPut,
    kGet,
    kDelete,
    kSetExpiry,
    kStats,
    kCompact,
    kShutdown,
    kExit,
  };

  Verb verb = Verb::kGet;
  absl::string_view key;    // kPut, kGet, kDelete, kSetExpiry
  absl::string_view value;  // kPut: the words, one space between each two
  // kPut, if given, and kSetExpiry. 0: never; negative: at once.
  std::optional<int64_t> ttl_seconds;
};

// The largest number of seconds that a command may ask for, about 3,000 years.
inline constexpr int64_t kTtlSecondsMax = 100'000'000'000;

// Reads a line, given without its '\n', into *command. Its views point into
// `line` or, where white space had to be folded, into *scratch, which is
// overwritten. Allocates nothing else unless it fails.
//
// INVALID_ARGUMENT: the line is no command, and *command is unspecified; the
// message is what the client is told behind "ERROR: ".
absl::Status ParseCommand(absl::string_view line, std::string* scratch,
                          Command* command);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_COMMAND_H_
