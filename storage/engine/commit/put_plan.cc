#include "storage/engine/commit/put_plan.h"

#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "storage/engine/expiry_micros.h"

namespace rundlet {

int64_t ExpiryMicros(const Expiry& expiry, int64_t now_us, int64_t kept_us) {
  switch (expiry.rule()) {
    case Expiry::Rule::kNever:
      return 0;
    case Expiry::Rule::kKeep:
      return kept_us;
    case Expiry::Rule::kAfter:
      return ToExpiryMicros(absl::FromUnixMicros(now_us) + expiry.ttl());
    case Expiry::Rule::kAt:
      return ToExpiryMicros(expiry.time());
  }
  return 0;
}

void MakeNext(const PlanInput& input, bool live, ValueKind kind,
              int64_t expiry_us, Version* version) {
  if (!live) {
    version->create_revision = input.revision;
    version->created_us = input.now_us;
    version->version = 0;
  }
  ++version->version;
  version->revision = input.revision;
  version->modified_us = input.now_us;
  version->expiry_us = expiry_us;
  version->kind = kind;
}

bool IsOnlyPut(const Transaction& transaction) {
  return transaction.operations.size() == 1 && transaction.conditions.empty() &&
         !transaction.return_previous &&
         std::holds_alternative<PutOperation>(transaction.operations[0]);
}

void PlanPut(PutOperation& put, const PlanInput& input, TransactionPlan* plan) {
  const HashedKey hashed(put.key);
  FoundVersion found;
  const bool live =
      input.find(hashed, &found) && !found.version.ExpiredAt(input.now_us);
  plan->receipt.results.emplace_back().existed = live;
  plan->receipt.revision = input.revision;
  plan->receipt.read_revision = input.revision;
  ++plan->put_count;
  PlannedChange& change = plan->changes.emplace_back();
  int64_t kept_us = 0;
  if (live) {
    change.version.create_revision = found.version.create_revision;
    change.version.created_us = found.version.created_us;
    change.version.version = found.version.version;
    kept_us = found.version.expiry_us;
  }
  MakeNext(input, live, put.value.kind,
           ExpiryMicros(put.expiry, input.now_us, kept_us), &change.version);
  change.key_hash = hashed.hash;
  change.key = std::move(put.key);
  change.value = std::move(put.value.bytes);
}

}  // namespace rundlet
