// The plan of a transaction that is nothing but a put, as most are; and what it
// shares with the others.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_PUT_PLAN_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_PUT_PLAN_H_

#include <cstddef>
#include <cstdint>

#include "storage/engine/commit/transaction_plan.h"
#include "storage/index/version.h"
#include "storage/transaction.h"

namespace rundlet {

// When a key goes away by itself that went away at kept_us until now; 0: never.
// Jitter is drawn by the key's hash and the revision.
int64_t ExpiryMicros(const Expiry& expiry, const PlanInput& input,
                     size_t key_hash, int64_t kept_us);

// Makes of a key's version, or of any if it is not live, that of its next put.
// Location and value are left as they are.
void MakeNext(const PlanInput& input, bool live, ValueKind kind,
              int64_t expiry_us, Version* version);

bool IsOnlyPut(const Transaction& transaction);

// As PlanTransaction, without what only others need: it makes the change where
// it stays, and nothing can be missing.
void PlanPut(PutOperation& put, const PlanInput& input, TransactionPlan* plan);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_PUT_PLAN_H_
