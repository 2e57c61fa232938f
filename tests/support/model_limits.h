// The checks that every store makes before it does anything, as plain rules.

#ifndef RUNDLET_TESTS_SUPPORT_MODEL_LIMITS_H_
#define RUNDLET_TESTS_SUPPORT_MODEL_LIMITS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/limits.h"
#include "storage/scan.h"
#include "storage/transaction.h"

namespace rundlet {

// INVALID_ARGUMENT with the field, the limit and the value, or OK.
absl::Status CheckKey(absl::string_view field, absl::string_view key,
                      const Limits& limits);
absl::Status CheckValue(absl::string_view field, const Value& value,
                        const Limits& limits);
absl::Status CheckAtMost(absl::string_view field, uint64_t value,
                         absl::string_view limit_name, uint64_t limit);
absl::Status CheckTransaction(const Transaction& transaction,
                              const Limits& limits);
absl::Status CheckRead(const ReadRequest& request, const Limits& limits);
absl::Status CheckScan(const ScanRequest& request);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_MODEL_LIMITS_H_
