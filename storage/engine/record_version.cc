#include "storage/engine/record_version.h"

namespace rundlet {

Version VersionOf(const Record& record, const Location& location) {
  Version version;
  version.revision = record.revision;
  version.create_revision = record.create_revision;
  version.version = record.version;
  version.created_us = record.created_us;
  version.modified_us = record.modified_us;
  version.expiry_us = record.expiry_us;
  version.kind = record.kind;
  version.deleted = record.type == RecordType::kDelete;
  version.location = location;
  return version;
}

Record RecordOf(absl::string_view key, const Version& version) {
  Record record;
  FillRecord(key, version, &record);
  return record;
}

void FillRecord(absl::string_view key, const Version& version, Record* record) {
  record->type = version.deleted ? RecordType::kDelete : RecordType::kPut;
  record->kind = version.kind;
  record->revision = version.revision;
  record->create_revision = version.create_revision;
  record->version = version.version;
  record->created_us = version.created_us;
  record->modified_us = version.modified_us;
  record->expiry_us = version.expiry_us;
  record->key = key;
  if (version.value != nullptr) record->value = *version.value;
}

}  // namespace rundlet
