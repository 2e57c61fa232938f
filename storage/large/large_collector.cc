#include "storage/large/large_collector.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "storage/blocking_store.h"
#include "storage/large/large_keys.h"
#include "storage/large_value.h"

namespace rundlet {
namespace {

// Heads looked at together.
constexpr uint64_t kHeadsAtOnce = 256;

bool Names(const std::optional<Entry>& owner, absl::string_view upload_id) {
  if (!owner.has_value() || owner->value.kind != ValueKind::kLarge) {
    return false;
  }
  const absl::StatusOr<LargeValue> large = DecodeLargeValue(owner->value.bytes);
  return large.ok() && large->upload_id == upload_id;
}

}  // namespace

LargeCollector::LargeCollector(std::shared_ptr<LargeChunks> chunks,
                               absl::Duration interval, EventCallback on_event)
    : chunks_(std::move(chunks)),
      interval_(interval),
      on_event_(std::move(on_event)) {
  if (interval_ > absl::ZeroDuration()) {
    thread_ = std::thread([this] { Run(); });
  }
}

LargeCollector::~LargeCollector() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<uint64_t> LargeCollector::Collect() {
  const absl::MutexLock lock(&collecting_);
  BlockingStore store(chunks_->store);
  uint64_t collected = 0;
  ScanRequest scan;
  scan.range = AllHeads();
  scan.entries_max = kHeadsAtOnce;
  while (true) {
    // Each page at the newest revision: no page has to be kept for the next.
    absl::StatusOr<ScanPage> page = store.Scan(scan);
    if (!page.ok()) return page.status();
    std::vector<Head> idle;
    for (Entry& head : page->entries) {
      std::string upload_id(UploadIdOf(head.key));
      scan.after = std::move(head.key);
      if (chunks_->running.Has(upload_id)) continue;
      idle.push_back({std::move(upload_id), std::move(head.value.bytes)});
    }
    const absl::StatusOr<std::vector<Head>> unnamed = Unnamed(std::move(idle));
    if (!unnamed.ok()) return unnamed.status();
    for (const Head& head : *unnamed) {
      absl::Status deleted = Delete(head.upload_id);
      if (!deleted.ok()) return deleted;
      ++collected;
    }
    if (!page->more) return collected;
  }
}

absl::StatusOr<std::vector<LargeCollector::Head>> LargeCollector::Unnamed(
    std::vector<Head> heads) {
  std::vector<Head> unnamed;
  if (heads.empty()) return unnamed;
  ReadRequest owners;
  owners.metadata_only = true;  // which descriptions are
  for (const Head& head : heads) owners.keys.push_back(head.owner);
  const absl::StatusOr<ReadResult> found =
      BlockingStore(chunks_->store).Read(std::move(owners));
  if (!found.ok()) return found.status();
  for (size_t i = 0; i < heads.size(); ++i) {
    if (Names(found->entries[i], heads[i].upload_id)) continue;
    unnamed.push_back(std::move(heads[i]));
  }
  return unnamed;
}

absl::Status LargeCollector::Delete(const std::string& upload_id) {
  absl::Notification deleted;
  absl::Status status;
  chunks_->Delete(upload_id, [&](absl::Status result) {
    status = std::move(result);
    deleted.Notify();
  });
  deleted.WaitForNotification();
  return status;
}

void LargeCollector::Run() {
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) {
        return;
      }
    }
    const absl::StatusOr<uint64_t> collected = Collect();
    if (on_event_ == nullptr) continue;
    if (!collected.ok()) {
      on_event_(absl::StrCat("large values: chunks are not collected: ",
                             collected.status().message()));
    } else if (*collected > 0) {
      on_event_(absl::StrCat("large values: collected the chunks of ",
                             *collected, " that are gone"));
    }
  }
}

}  // namespace rundlet
