// The options of rundletd: the one place for their names, units, defaults and
// sentences.

#ifndef RUNDLET_SERVICE_OPTION_TABLE_H_
#define RUNDLET_SERVICE_OPTION_TABLE_H_

#include <vector>

#include "service/option_row.h"

namespace rundlet {

// In the order of --help.
std::vector<OptionRow> ServerOptions();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPTION_TABLE_H_
