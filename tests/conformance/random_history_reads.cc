// RandomHistory: pages that stay open.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/conformance/random_history.h"
#include "tests/support/checked_snapshots.h"

namespace rundlet {
namespace {

constexpr size_t kOpenMax = 3;  // pages at a time

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
  const CheckedSnapshots::Pair* const of = snapshots_.Any(random_);
  if (of != nullptr && random_.OneIn(2)) {
    pages.store.at = of->store.revision;
    pages.store.at_time = of->store.read_time;
    pages.model.at = of->model.revision;
    pages.model.at_time = of->model.read_time;
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
  EXPECT_EQ(TextsOf(store->entries), TextsOf(model->entries));
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
