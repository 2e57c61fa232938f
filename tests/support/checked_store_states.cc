#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/support/checked_store.h"

namespace rundlet {

std::string CheckedStore::DifferenceOf(const Entry& model, const Entry& store) {
  if (store.value != model.value) {
    return absl::StrCat("another value, of revision ", store.revision,
                        " and version ", store.version, " for ", model.version);
  }
  if (store.version != model.version) {
    return absl::StrCat("version ", store.version, " for ", model.version);
  }
  if (store.expiry != model.expiry) return "another expiry";
  if (store.created != model.created) return "another time of creation";
  if (store.modified != model.modified) return "another time of modification";
  return "";
}

void CheckedStore::Match(const Entries& found, const Probe& probe) {
  std::optional<size_t> highest;
  Revision lowest = 0;
  std::string differences;
  for (size_t i = probe.end; i-- > probe.first;) {
    const Revision revision = [&] {
      absl::MutexLock lock(&mutex_);
      return steps_[i].revision;
    }();
    const std::string difference = Difference(found, revision);
    if (difference.empty()) {
      highest = highest.value_or(i);
      lowest = revision;
    } else {
      absl::StrAppend(&differences, "\n  ", i, ": ", difference);
    }
  }
  EXPECT_TRUE(highest.has_value())
      << "the store is at none of its possible states:" << differences
      << "\nhistory:\n  " << History();
  if (highest.has_value()) GoOnFrom(*highest, lowest, found);
}

void CheckedStore::GoOnFrom(size_t step, Revision lowest,
                            const Entries& found) {
  absl::ReleasableMutexLock lock(&mutex_);
  const Revision revision = steps_[step].revision;
  model_.Rewind(revision);
  // What looks the same with and without them may be without them.
  revisions_.erase(revisions_.upper_bound(lowest), revisions_.end());
  history_ = {absl::StrCat("at step ", step)};
  steps_ = {{revision, Durability::kDisk, false}};
  ForgetRequests(revision);
  diverged_ = failed_ = false;
  floor_ = 0;
  lock.Release();
  LearnRevisions(found, revision);
}

std::string CheckedStore::History() {
  absl::MutexLock lock(&mutex_);
  return absl::StrJoin(history_, "\n  ");
}

size_t CheckedStore::PossibleSteps() const {
  const auto failed =
      std::find_if(steps_.begin(), steps_.end(),
                   [](const Step& step) { return step.failed; });
  return failed - steps_.begin();
}

void CheckedStore::Compare() {
  Wait();
  absl::Time time;
  const absl::StatusOr<Entries> found = ScanAll(&time);
  EXPECT_TRUE(found.ok()) << found.status();
  if (!found.ok()) return;
  EXPECT_EQ(Difference(*found, model_.newest()), "");
  LearnRevisions(*found, model_.newest());
  CheckReads(model_.Entries());
}

absl::StatusOr<CheckedStore::Entries> CheckedStore::ScanAll(absl::Time* time) {
  Entries found;
  ScanRequest request;
  request.entries_max = 7;
  for (bool more = true; more;) {
    const absl::StatusOr<ScanPage> page =
        BlockingStore(store_.get()).Scan(request);
    if (!page.ok()) return page.status();
    for (const Entry& entry : page->entries) found[entry.key] = entry;
    if (request.at == 0) *time = page->read_time;
    more = page->more;
    request.at = page->read_revision;
    request.at_time = page->read_time;
    if (more) request.after = page->entries.back().key;
  }
  return found;
}

void CheckedStore::LearnTime(const Entries& found, absl::Time time) {
  // A jump forward while it was closed is time that has passed.
  EXPECT_GE(time, clock_->Now());
  for (const auto& [key, entry] : found) EXPECT_LE(entry.modified, time) << key;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_cleanly_) {
      EXPECT_GE(time, model_.time());
    }
  }
  model_.SetTime(time);
}

void CheckedStore::CheckReads(const Entries& expected) {
  for (const auto& [key, entry] : expected) {
    const auto read = BlockingStore(store_.get()).Get(key);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok()) continue;
    EXPECT_TRUE(read->has_value()) << key;
    if (read->has_value()) {
      EXPECT_EQ(DifferenceOf(entry, **read), "") << key;
    }
  }
}

std::string CheckedStore::Difference(const Entries& found, Revision revision) {
  const Entries expected = model_.EntriesAt(revision);
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, entry] : expected) {
    const auto there = found.find(key);
    if (there == found.end()) return absl::StrCat(key, " is missing");
    const std::string compared = DifferenceOf(entry, there->second);
    if (!compared.empty()) return absl::StrCat(key, " has ", compared);
    const auto known = revisions_.find(entry.revision);
    if (known != revisions_.end() && known->second != there->second.revision) {
      return absl::StrCat(key, " has revision ", there->second.revision,
                          " for ", known->second);
    }
    const auto created = revisions_.find(entry.create_revision);
    if (created != revisions_.end() &&
        created->second != there->second.create_revision) {
      return absl::StrCat(key, " has create revision ",
                          there->second.create_revision, " for ",
                          created->second);
    }
  }
  for (const auto& [key, entry] : found) {
    if (expected.count(key) == 0) return absl::StrCat(key, " is there");
  }
  return "";
}

void CheckedStore::LearnRevisions(const Entries& found, Revision revision) {
  const Entries expected = model_.EntriesAt(revision);
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, entry] : found) {
    highest_ = std::max(highest_, entry.revision);
    const auto model = expected.find(key);
    if (model == expected.end()) continue;
    revisions_.emplace(model->second.revision, entry.revision);
    revisions_.emplace(model->second.create_revision, entry.create_revision);
  }
}

}  // namespace rundlet
