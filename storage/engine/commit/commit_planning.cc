// CommitPipeline: what there is for a plan, and the plan of a commit.

#include <algorithm>
#include <limits>

#include "storage/engine/commit/commit_pipeline.h"
#include "storage/format/record.h"
#include "storage/limit_checks.h"

namespace rundlet {

uint64_t CommitPipeline::RecordBytes(const PendingCommit& commit) {
  uint64_t bytes = commit.extra.size();
  if (commit.plan.changes.empty()) bytes += kRecordHeaderBytes;
  for (const PlannedChange& change : commit.plan.changes) {
    bytes += kRecordHeaderBytes + change.key.size() + change.value.size();
  }
  return bytes;
}

bool CommitPipeline::FindLocked(const HashedKey& key,
                                FoundVersion* found) const {
  const auto newest = newest_.find(key);
  if (newest == newest_.end()) return index_->Find(key, &found->version);
  const PlannedChange& change = *newest->change;
  if (change.version.deleted) return false;
  found->version = change.version;
  // What is written is read from there.
  if (change.version.location.bytes == 0) found->value = &change.value;
  return true;
}

void CommitPipeline::ListLocked(const KeyRange& range, VisitKey visit) const {
  std::vector<const PlannedChange*> queued;
  for (const NewestChange& newest : newest_) {
    if (range.Contains(newest.change->key)) queued.push_back(newest.change);
  }
  std::sort(queued.begin(), queued.end(),
            [](const PlannedChange* a, const PlannedChange* b) {
              return a->key < b->key;
            });
  auto next = queued.begin();
  const auto visit_queued = [&visit, &next] {
    const PlannedChange& change = **next++;
    return change.version.deleted || visit(change.key, change.version);
  };
  bool goes_on = true;
  // Without a pin: what is visible changes under the lock only.
  index_->Scan(range, /*after=*/"", /*reverse=*/false, index_->visible(),
               [&](absl::string_view key, const Version& version) {
                 while (goes_on && next != queued.end() && (*next)->key < key) {
                   goes_on = visit_queued();
                 }
                 const bool is_queued =
                     next != queued.end() && (*next)->key == key;
                 if (goes_on && !is_queued) goes_on = visit(key, version);
                 return goes_on;
               });
  while (goes_on && next != queued.end()) goes_on = visit_queued();
}

absl::Status CommitPipeline::Plan(Transaction* transaction,
                                  const FetchedValues& values,
                                  PendingCommit* commit) {
  absl::Status accepting = CheckAccepting();
  if (!accepting.ok()) return accepting;
  const auto find = [this](const HashedKey& key, FoundVersion* found) {
    mu_.AssertHeld();
    return FindLocked(key, found);
  };
  const auto list = [this](const KeyRange& range, VisitKey visit) {
    mu_.AssertHeld();
    ListLocked(range, visit);
  };
  commit->time_us = TakeTime();
  const PlanInput input{
      next_revision_, head_, commit->time_us, &values, settings_.limits,
      find,           list};
  absl::Status planned = PlanTransaction(transaction, input, &commit->plan);
  if (!planned.ok() || !commit->plan.missing_values.empty()) return planned;
  Receipt& receipt = commit->plan.receipt;
  receipt.durability = transaction->durability == Durability::kDefault
                           ? settings_.durability
                           : transaction->durability;
  commit->durability = receipt.durability;
  if (transaction->request.has_value()) {
    commit->extra =
        settings_.requests->ExtraFor(*transaction->request, receipt);
    absl::Status fits = CheckAtMost("bytes of the receipt to be remembered",
                                    commit->extra.size(), "a record's extra",
                                    std::numeric_limits<uint16_t>::max());
    if (!fits.ok()) return fits;
  } else if (commit->plan.put_count + commit->plan.delete_count == 0) {
    // What only looked has nothing to make durable.
    commit->durability = Durability::kMemory;
  }
  commit->record_bytes = RecordBytes(*commit);
  absl::Status admitted = Admit(*commit);
  // Last of all: whoever says yes may count on it.
  if (admitted.ok() && receipt.branch == Receipt::Branch::kOperations &&
      transaction->last_check) {
    return transaction->last_check();
  }
  return admitted;
}

}  // namespace rundlet
