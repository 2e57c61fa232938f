#include "service/option_table.h"

#include "service/door_options.h"
#include "service/store_options.h"

namespace rundlet {

std::vector<OptionRow> ServerOptions() {
  std::vector<OptionRow> options;
  for (const absl::Span<const OptionRow> rows :
       {StoreOptions(), DoorOptions()}) {
    options.insert(options.end(), rows.begin(), rows.end());
  }
  return options;
}

}  // namespace rundlet
