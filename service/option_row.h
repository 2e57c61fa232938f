// The row of one option of rundletd.

#ifndef RUNDLET_SERVICE_OPTION_ROW_H_
#define RUNDLET_SERVICE_OPTION_ROW_H_

#include <string>

#include "absl/status/status.h"
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

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPTION_ROW_H_
