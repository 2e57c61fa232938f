// The checks that a store makes of a request before it does anything.
//
// Each returns OK, or INVALID_ARGUMENT that names the field, the limit and the
// value.

#ifndef RUNDLET_STORAGE_LIMIT_CHECKS_H_
#define RUNDLET_STORAGE_LIMIT_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/limits.h"
#include "storage/scan.h"
#include "storage/transaction.h"
#include "storage/watch.h"

namespace rundlet {

// `field` names what is checked in the message.
absl::Status CheckKey(absl::string_view field, absl::string_view key,
                      const Limits& limits);
absl::Status CheckValue(absl::string_view field, const Value& value,
                        const Limits& limits);
absl::Status AboveLimit(absl::string_view field, uint64_t value,
                        absl::string_view limit_name, uint64_t limit);
inline absl::Status CheckAtMost(absl::string_view field, uint64_t value,
                                absl::string_view limit_name, uint64_t limit) {
  if (value <= limit) return absl::OkStatus();
  return AboveLimit(field, value, limit_name, limit);
}

absl::Status CheckTransaction(const Transaction& transaction,
                              const Limits& limits);
absl::Status CheckRead(const ReadRequest& request, const Limits& limits);
absl::Status CheckScan(const ScanRequest& request);

absl::Status CheckLease(absl::Duration lease, const Limits& limits);
absl::Status CheckWatch(const WatchRequest& request, const Limits& limits);

// Of Store::Sync: os, disk or the default.
absl::Status CheckSync(Durability durability);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LIMIT_CHECKS_H_
