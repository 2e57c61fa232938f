#include "tests/support/checked_backups.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/backup.h"
#include "storage/blocking_store.h"
#include "storage/open.h"

namespace rundlet {

absl::Status CheckedBackups::BackUp(const std::string& folder) {
  checked_->Wait();
  if (checked_->has_failed()) {
    return absl::UnavailableError("a commit has failed");
  }
  Content content{checked_->model().Entries(), checked_->Remembered()};
  const auto report = BlockingStore(checked_->store()).Backup(folder);
  if (report.ok()) {
    contents_[folder] = std::move(content);
    return absl::OkStatus();
  }
  EXPECT_TRUE(checked_->errors_expected()) << report.status();
  EXPECT_NE(report.status().code(), absl::StatusCode::kDataLoss)
      << report.status();
  return report.status();
}

void CheckedBackups::CheckAll(bool restore) {
  for (const auto& [folder, content] : contents_) {
    SCOPED_TRACE(folder);
    if (!restore) {
      Check(folder, content);
      continue;
    }
    RestoreRequest request;
    request.from = folder;
    request.to = absl::StrCat(folder, "-restored");
    request.segment_bytes = 1000;
    request.file_system = files_;
    const auto restored = RestoreBackup(std::move(request));
    ASSERT_TRUE(restored.ok()) << restored.status();
    Check(absl::StrCat(folder, "-restored"), content);
  }
  contents_.clear();
}

void CheckedBackups::Check(const std::string& folder, const Content& content) {
  Options options;
  options.path = folder;
  options.file_system = files_;
  options.clock = clock_;
  const auto store = Open(std::move(options));
  ASSERT_TRUE(store.ok()) << store.status();
  CheckEntries(store->get(), content);
  CheckRequests(store->get(), content);
}

void CheckedBackups::CheckEntries(Store* store, const Content& content) {
  const auto page = BlockingStore(store).Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_FALSE(page->more);
  std::map<std::string, Entry> found;
  for (const Entry& entry : page->entries) found[entry.key] = entry;
  for (const auto& [key, entry] : content.entries) {
    // Time has passed since.
    if (entry.expiry <= page->read_time) continue;
    ASSERT_EQ(found.count(key), 1u) << key;
    EXPECT_EQ(found[key].value, entry.value) << key;
    EXPECT_EQ(found[key].version, entry.version) << key;
    EXPECT_EQ(found[key].expiry, entry.expiry) << key;
    found.erase(key);
  }
  for (const auto& [key, entry] : found) {
    ADD_FAILURE() << key << " is in the backup";
  }
}

void CheckedBackups::CheckRequests(Store* store, const Content& content) {
  const auto page = BlockingStore(store).Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  for (const CheckedStore::Asked& asked : content.requests) {
    if (page->read_time - asked.time > ModelStore::kRequestWindow) continue;
    const auto again = BlockingStore(store).Commit(asked.transaction);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->replayed) << asked.transaction.request->id;
    if (!asked.receipt.has_value()) continue;
    EXPECT_EQ(again->revision, asked.receipt->revision);
    EXPECT_EQ(again->read_revision, asked.receipt->read_revision);
  }
}

}  // namespace rundlet
