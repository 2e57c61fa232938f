#include "storage/open.h"

#include <utility>

#include "storage/engine/log_store.h"

namespace rundlet {

absl::StatusOr<std::unique_ptr<Store>> Open(Options options) {
  return LogStore::Open(std::move(options));
}

}  // namespace rundlet
