// RandomHistory: snapshots, and pages that stay open.

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/conformance/random_history.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

constexpr size_t kOpenMax = 3;  // pages, and snapshots, at a time

std::string TextOf(const Entry& entry) {
  return absl::StrCat(entry.key, " version ", entry.version, ", ",
                      entry.value.bytes.size(), " B, crc ",
                      ReferenceCrc(0, entry.value.bytes));
}

std::vector<std::string> Texts(const std::vector<Entry>& entries) {
  std::vector<std::string> texts;
  for (const Entry& entry : entries) texts.push_back(TextOf(entry));
  return texts;
}

std::vector<std::string> Texts(const ReadResult& result) {
  std::vector<std::string> texts;
  for (const std::optional<Entry>& entry : result.entries) {
    texts.push_back(entry.has_value() ? TextOf(*entry) : "absent");
  }
  return texts;
}

void Continue(const ScanPage& page, ScanRequest* request) {
  request->at = page.read_revision;
  request->at_time = page.read_time;
  request->after = page.entries.back().key;
}

}  // namespace

void RandomHistory::ForgetOld() {
  const absl::Time now = checked_.model().time();
  const auto is_over = [now](const auto& each) { return each.end <= now; };
  pages_.erase(std::remove_if(pages_.begin(), pages_.end(), is_over),
               pages_.end());
  snapshots_.erase(
      std::remove_if(snapshots_.begin(), snapshots_.end(), is_over),
      snapshots_.end());
}

void RandomHistory::OpenSnapshot() {
  ForgetOld();
  if (snapshots_.size() >= kOpenMax) return;
  Note("open a snapshot");
  checked_.Wait();
  SnapshotRequest request;
  request.lease = absl::Seconds(random_.Between(1, 100));
  const auto store = BlockingStore(checked_.store()).OpenSnapshot(request);
  const auto model = BlockingStore(&checked_.model()).OpenSnapshot(request);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(store->read_time, model->read_time);
  EXPECT_EQ(store->lease_end, model->lease_end);
  // Before the first commit its revision is 0, which reads take for the newest.
  if (store->revision == 0 || model->revision == 0) return;
  snapshots_.push_back({*store, *model, store->lease_end});
}

void RandomHistory::RenewSnapshot() {
  ForgetOld();
  if (snapshots_.empty()) return;
  Note("renew a snapshot");
  Snapshots& renewed = snapshots_[random_.Below(snapshots_.size())];
  const absl::Duration lease = absl::Seconds(random_.Between(1, 100));
  const auto store =
      BlockingStore(checked_.store()).RenewSnapshot(renewed.store.id, lease);
  const auto model =
      BlockingStore(&checked_.model()).RenewSnapshot(renewed.model.id, lease);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(store->lease_end, model->lease_end);
  renewed.end = store->lease_end;
}

void RandomHistory::ReleaseSnapshot() {
  ForgetOld();
  if (snapshots_.empty()) return;
  Note("release a snapshot");
  const size_t at = random_.Below(snapshots_.size());
  const Snapshots released = snapshots_[at];
  snapshots_.erase(snapshots_.begin() + at);
  // Pages of it live on by their own leases.
  const absl::Status store =
      BlockingStore(checked_.store()).ReleaseSnapshot(released.store.id);
  EXPECT_TRUE(store.ok()) << store;
  const absl::Status model =
      BlockingStore(&checked_.model()).ReleaseSnapshot(released.model.id);
  EXPECT_TRUE(model.ok()) << model;
}

void RandomHistory::ReadSnapshot() {
  ForgetOld();
  if (snapshots_.empty()) return;
  Note("read at a snapshot");
  const Snapshots& snapshot = snapshots_[random_.Below(snapshots_.size())];
  ReadRequest request;
  for (uint64_t i = random_.Between(1, 8); i > 0; --i) {
    request.keys.push_back(RandomKey(shape_, random_));
  }
  request.at = snapshot.store.revision;
  request.at_time = snapshot.store.read_time;
  const auto store = BlockingStore(checked_.store()).Read(request);
  request.at = snapshot.model.revision;
  request.at_time = snapshot.model.read_time;
  const auto model = BlockingStore(&checked_.model()).Read(request);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(Texts(*store), Texts(*model));
}

ScanRequest RandomHistory::RandomScan() {
  ScanRequest request;
  request.entries_max = random_.Between(1, 5);
  request.bytes_max = random_.Between(1, 2000);
  request.reverse = random_.OneIn(2);
  if (random_.OneIn(2)) {
    request.range = KeyRange::Prefix(absl::StrCat("key", random_.Below(7)));
  } else if (random_.OneIn(2)) {
    request.range = {RandomKey(shape_, random_), RandomKey(shape_, random_)};
  }
  if (random_.OneIn(4)) {
    request.projection = ScanRequest::Projection::kMetadata;
  }
  return request;
}

void RandomHistory::StartPages() {
  ForgetOld();
  if (pages_.size() >= kOpenMax) return;
  const ScanRequest request = RandomScan();
  Pages pages{request, request, absl::InfiniteFuture()};
  if (!snapshots_.empty() && random_.OneIn(2)) {
    const Snapshots& of = snapshots_[random_.Below(snapshots_.size())];
    pages.store.at = of.store.revision;
    pages.store.at_time = of.store.read_time;
    pages.model.at = of.model.revision;
    pages.model.at_time = of.model.read_time;
  }
  pages_.push_back(std::move(pages));
  GoOn(pages_.size() - 1);
}

void RandomHistory::GoOnWithPages() {
  ForgetOld();
  if (!pages_.empty()) GoOn(random_.Below(pages_.size()));
}

void RandomHistory::GoOn(size_t at) {
  Note(pages_[at].store.after.empty() ? "start pages" : "go on with pages");
  checked_.Wait();
  Pages& pages = pages_[at];
  const auto store = BlockingStore(checked_.store()).Scan(pages.store);
  const auto model = BlockingStore(&checked_.model()).Scan(pages.model);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(Texts(store->entries), Texts(model->entries));
  EXPECT_EQ(store->more, model->more);
  EXPECT_EQ(store->count, model->count);
  if (!model->more || !store->more || store->entries.empty()) {
    pages_.erase(pages_.begin() + at);
    return;
  }
  Continue(*store, &pages.store);
  Continue(*model, &pages.model);
  pages.end = checked_.model().time() + checked_.model().limits().page_lease;
}

}  // namespace rundlet
