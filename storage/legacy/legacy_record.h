// LegacyRecord: the JSON of one record of a BitPyStore log, and back.

#ifndef RUNDLET_STORAGE_LEGACY_LEGACY_RECORD_H_
#define RUNDLET_STORAGE_LEGACY_LEGACY_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/limits.h"

namespace rundlet {

struct LegacyRecord {
  enum class Effect : uint8_t { kNone, kPut, kDelete };

  // A put that Rundlet cannot hold has the effect of a delete: what it
  // overwrote must not come back.
  Effect effect = Effect::kNone;
  std::string key;  // empty if the record does not tell
  Value value;      // of kPut
  absl::Time expiry = absl::InfiniteFuture();  // of kPut; it may have passed
  std::string problem;  // why the record is skipped; empty if it is not
};

// Reads the JSON of one record. Text that is no record at all gives kNone and
// a problem.
LegacyRecord ParseLegacyRecord(absl::string_view json, const Limits& limits);

// A put as BitPyStore writes it: header line and JSON line, in ASCII. The
// expiry is rounded up to a whole second; InfiniteFuture is written as 0.
// INVALID_ARGUMENT: the value is of kind kData, or key or value are not what
// their kind promises; the message names neither.
absl::StatusOr<std::string> EncodeLegacyPut(absl::string_view key,
                                            const Value& value,
                                            absl::Time expiry);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_LEGACY_RECORD_H_
