// What a request may ask for, checked before anything is done.

#ifndef RUNDLET_STORAGE_ENGINE_TRANSACTION_LIMITS_H_
#define RUNDLET_STORAGE_ENGINE_TRANSACTION_LIMITS_H_

#include "absl/status/status.h"
#include "storage/limits.h"
#include "storage/scan.h"
#include "storage/transaction.h"

namespace rundlet {

// INVALID_ARGUMENT names the field, the limit and the value.
absl::Status CheckTransaction(const Transaction& transaction,
                              const Limits& limits);
absl::Status CheckRead(const ReadRequest& request, const Limits& limits);
absl::Status CheckScan(const ScanRequest& request, const Limits& limits);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_TRANSACTION_LIMITS_H_
