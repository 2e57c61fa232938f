#include "tests/support/watch_reader.h"

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"

namespace rundlet {
namespace {

std::string LineOf(const Change& change) {
  switch (change.cause) {
    case Change::Cause::kPut:
      return absl::StrCat("+ ", change.entry.key, "=",
                          change.entry.value.bytes);
    case Change::Cause::kDelete:
      return absl::StrCat("- ", change.entry.key);
    case Change::Cause::kExpired:
      return absl::StrCat("x ", change.entry.key);
  }
  return "?";
}

}  // namespace

WatchReader::WatchReader(Store* store, WatchRequest request) {
  absl::StatusOr<std::unique_ptr<Watch>> watch =
      store->OpenWatch(std::move(request));
  status_ = watch.status();
  if (watch.ok()) watch_ = *std::move(watch);
}

absl::StatusOr<WatchBatch> WatchReader::Next() {
  if (watch_ == nullptr) return status_;
  absl::Notification come;
  absl::StatusOr<WatchBatch> kept = absl::UnknownError("no answer");
  watch_->Next([&](absl::StatusOr<WatchBatch> batch) {
    kept = std::move(batch);
    come.Notify();
  });
  come.WaitForNotification();
  status_ = kept.status();
  if (kept.ok()) through_ = kept->through;
  return kept;
}

std::vector<std::string> WatchReader::Lines(size_t count) {
  while (lines_.size() < count) {
    const absl::StatusOr<WatchBatch> batch = Next();
    if (!batch.ok()) {
      lines_.push_back(absl::StrCat("! ", batch.status().ToString()));
      break;
    }
    for (const Entry& entry : batch->entries) {
      lines_.push_back(absl::StrCat("= ", entry.key, "=", entry.value.bytes));
    }
    if (batch->kind == WatchBatch::Kind::kMarker) lines_.push_back("|");
    for (const Change& change : batch->changes) {
      lines_.push_back(LineOf(change));
    }
  }
  return std::exchange(lines_, {});
}

WatchRequest WatchAll(Revision from) {
  WatchRequest request;
  request.ranges = {KeyRange::All()};
  request.from = from;
  return request;
}

std::string TextOf(const Change& change) {
  switch (change.cause) {
    case Change::Cause::kPut:
      return absl::StrCat("+", change.entry.value.bytes);
    case Change::Cause::kDelete:
      return "-";
    case Change::Cause::kExpired:
      return "x";
  }
  return "?";
}

}  // namespace rundlet
