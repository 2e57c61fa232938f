#include "storage/engine/commit/put_plan.h"

#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "storage/engine/expiry_micros.h"

namespace rundlet {

namespace {

// A number that looks drawn, from one that is not (SplitMix64's finalizer).
uint64_t Scatter(uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

// What is left of a ttl once a part of it, drawn by `seed`, is off.
absl::Duration Jittered(const Expiry& expiry, uint64_t seed) {
  if (expiry.jitter_percent() == 0) return expiry.ttl();
  constexpr uint64_t kSteps = 1 << 20;
  const auto drawn = static_cast<double>(Scatter(seed) % kSteps) / kSteps;
  return expiry.ttl() * (1 - drawn * expiry.jitter_percent() / 100);
}

}  // namespace

int64_t ExpiryMicros(const Expiry& expiry, const PlanInput& input,
                     size_t key_hash, int64_t kept_us) {
  switch (expiry.rule()) {
    case Expiry::Rule::kNever:
      return 0;
    case Expiry::Rule::kKeep:
      return kept_us;
    case Expiry::Rule::kAfter:
      return ToExpiryMicros(
          absl::FromUnixMicros(input.now_us) +
          Jittered(expiry, key_hash ^ Scatter(input.revision)));
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
           ExpiryMicros(put.expiry, input, hashed.hash, kept_us),
           &change.version);
  change.key_hash = hashed.hash;
  change.key = std::move(put.key);
  change.value = std::move(put.value.bytes);
}

}  // namespace rundlet
