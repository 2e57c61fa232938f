// From a record in a segment to what the index knows of it.

#ifndef RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_
#define RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_

#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/index/version.h"

namespace rundlet {

Version VersionOf(const Record& record, const Location& location);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_
