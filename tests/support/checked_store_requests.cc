// CheckedStore: requests, and the log.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/support/checked_store.h"

namespace rundlet {

std::vector<CheckedStore::Asked> CheckedStore::Remembered() {
  absl::MutexLock lock(&mutex_);
  ForgetRequests(model_.newest());
  return asked_;
}

std::vector<Transaction> CheckedStore::RememberedTransactions() {
  std::vector<Transaction> transactions;
  for (Asked& asked : Remembered()) {
    transactions.push_back(std::move(asked.transaction));
  }
  return transactions;
}

void CheckedStore::ForgetRequests() {
  absl::MutexLock lock(&mutex_);
  asked_.clear();
}

void CheckedStore::ForgetRequests(Revision revision) {
  const absl::Time now = model_.time();
  const auto is_gone = [now, revision](const Asked& asked) {
    return asked.revision > revision ||
           now - asked.time > ModelStore::kRequestWindow;
  };
  asked_.erase(std::remove_if(asked_.begin(), asked_.end(), is_gone),
               asked_.end());
}

CheckedStore::Asked* CheckedStore::FindAsked(const RequestId& request) {
  for (Asked& asked : asked_) {
    const RequestId& other = *asked.transaction.request;
    if (other.identity == request.identity && other.id == request.id) {
      return &asked;
    }
  }
  return nullptr;
}

size_t CheckedStore::StepOf(Revision revision) const {
  const auto behind = std::find_if(
      steps_.begin(), steps_.end(),
      [revision](const Step& step) { return step.revision >= revision; });
  return behind - steps_.begin();
}

void CheckedStore::NoteRequest(const Transaction& transaction,
                               Expectation* expected) {
  const Asked* const asked = FindAsked(*transaction.request);
  if (expected->is_repeat) {
    // Of an earlier life: it is in the first step.
    if (asked != nullptr) expected->step = StepOf(asked->revision);
    return;
  }
  ForgetRequests(model_.newest());
  asked_.push_back({transaction, model_.newest(), model_.time(), std::nullopt});
}

void CheckedStore::CheckReplay(const Asked& asked, const Receipt& receipt) {
  EXPECT_TRUE(receipt.replayed);
  if (!asked.receipt.has_value()) return;
  const Receipt& first = *asked.receipt;
  EXPECT_EQ(receipt.revision, first.revision);
  EXPECT_EQ(receipt.read_revision, first.read_revision);
  EXPECT_EQ(receipt.branch, first.branch);
  EXPECT_EQ(receipt.failed_condition.has_value(),
            first.failed_condition.has_value());
  ASSERT_EQ(receipt.results.size(), first.results.size());
  for (size_t i = 0; i < first.results.size(); ++i) {
    EXPECT_EQ(receipt.results[i].existed, first.results[i].existed);
    EXPECT_EQ(receipt.results[i].number, first.results[i].number);
    EXPECT_FALSE(receipt.results[i].entry.has_value());
  }
}

CheckedStore::Probe CheckedStore::ProbeRequests() {
  Probe probe;
  std::vector<Asked> asked;
  {
    absl::MutexLock lock(&mutex_);
    probe.first = floor_;
    probe.end = PossibleSteps();
    ForgetRequests(model_.newest());
    asked = asked_;
  }
  for (const Asked& each : asked) {
    const size_t step = [&] {
      absl::MutexLock lock(&mutex_);
      return StepOf(each.revision);
    }();
    // What failed for sure may be asked for again; it is not there.
    if (step >= probe.end) break;
    Transaction again = each.transaction;
    again.durability = Durability::kMemory;
    probe.receipt = BlockingStore(store_.get()).Commit(again);
    if (probe.receipt.ok() && probe.receipt->replayed) {
      CheckReplay(each, *probe.receipt);
      probe.first = std::max(probe.first, step);
      continue;
    }
    // A repeat that is remembered takes no I/O, so this one was not, whether it
    // went well or not.
    EXPECT_GT(step, probe.first) << "request " << each.transaction.request->id
                                 << " was forgotten\n  " << History();
    probe.end = step;
    probe.lost = again;
    break;
  }
  return probe;
}

void CheckedStore::CheckLog(
    const std::map<Revision, std::map<std::string, std::string>>& log,
    Revision floor) {
  std::map<Revision, Revision> known;
  {
    absl::MutexLock lock(&mutex_);
    known = revisions_;
  }
  for (const auto& [of_model, revision] : known) {
    if (revision < floor) continue;
    const auto changes = model_.ChangesOf(of_model);
    const auto logged = log.find(revision);
    for (const auto& [key, entry] : changes) {
      // What is dead at its birth may as well be deleted, or not written.
      if (entry.has_value() && entry->expiry <= entry->modified) continue;
      ASSERT_TRUE(logged != log.end())
          << "revision " << revision << " is not in the log";
      const auto change = logged->second.find(key);
      ASSERT_TRUE(change != logged->second.end())
          << "revision " << revision << " has no change of " << key;
      const std::string expected =
          entry.has_value() ? absl::StrCat("+", entry->value.bytes) : "-";
      EXPECT_TRUE(change->second == expected)
          << "revision " << revision << " changes " << key << " otherwise";
    }
  }
}

}  // namespace rundlet
