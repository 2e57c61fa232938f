// The options of rundletd: the one place for their names, units, defaults and
// sentences.

#ifndef RUNDLET_SERVICE_OPTION_TABLE_H_
#define RUNDLET_SERVICE_OPTION_TABLE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "service/config.h"

namespace rundlet {

struct OptionRow {
  const char* name;     // behind "--"
  const char* unit;     // of the value, as --help shows it
  const char* initial;  // the value where nothing else is said
  const char* sentence;
  // Puts the value into the configuration, or says what is wrong with it, going
  // on from "--name=value".
  absl::Status (*assign)(const std::string& text, ServerConfig* config);
};

// In the order of --help.
absl::Span<const OptionRow> ServerOptions();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPTION_TABLE_H_
