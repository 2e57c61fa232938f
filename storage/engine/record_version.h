// From a record in a segment to what the index knows of it, and back.

#ifndef RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_
#define RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_

#include "absl/strings/string_view.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/index/version.h"

namespace rundlet {

Version VersionOf(const Record& record, const Location& location);

// A record that is a transaction of its own; its value is that of a version
// that stands in no segment yet, else empty. Points into both arguments.
Record RecordOf(absl::string_view key, const Version& version);
// The same in its place, which must be as new.
void FillRecord(absl::string_view key, const Version& version, Record* record);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECORD_VERSION_H_
