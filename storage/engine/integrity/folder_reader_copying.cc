// FolderReader: copying what was read into a new folder.

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/engine/integrity/folder_reader.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 128;

}  // namespace

FolderWriter::Facts FolderReader::facts() const {
  FolderWriter::Facts facts;
  const bool is_clean = state_.stopped_cleanly && report_.lost_nothing();
  // L2: what was reserved may have been seen.
  facts.next_revision =
      is_clean ? state_.clean_stop->next_revision
               : std::max(state_.revision_ceiling, revision_max_) + 1;
  facts.time_us = time_us_;
  facts.ingested = state_.ingested;
  facts.dictionaries = state_.dictionaries;
  return facts;
}

absl::Status FolderReader::CopyVersion(const std::string& key,
                                       const Version& version,
                                       FolderWriter& writer) {
  const std::shared_ptr<const Segment> segment =
      segments_.Find(version.location.segment_id);
  std::string bytes;
  const absl::StatusOr<Record> record = segment->Read(version.location, &bytes);
  if (record.ok()) {
    ++report_.key_count;
    Record copied = *record;
    copied.extra = {};  // CopyRequests has copied it
    return writer.Append(copied);
  }
  // It could be read a moment ago.
  SegmentDamage damage;
  damage.offset = version.location.offset;
  damage.bytes = version.location.bytes;
  damage.what = std::string(record.status().message());
  damage.claimed_key = key;
  damage.claimed_revision = version.revision;
  AddLoss(segment->path(), damage);
  return absl::OkStatus();
}

absl::Status FolderReader::CopyRequests(FolderWriter& writer) {
  std::sort(requests_.begin(), requests_.end(),
            [](const CommittedRequest& a, const CommittedRequest& b) {
              return std::tie(a.revision, a.extra) <
                     std::tie(b.revision, b.extra);
            });
  const CommittedRequest* last = nullptr;
  for (const CommittedRequest& request : requests_) {
    // A segment and the one that it was compacted into may both have it.
    if (last != nullptr && last->extra == request.extra) continue;
    absl::Status copied = writer.Append(ReceiptRecordOf(request));
    if (!copied.ok()) return copied;
    last = &request;
  }
  return absl::OkStatus();
}

absl::Status FolderReader::CopyTo(FolderWriter& writer) {
  absl::Status requests = CopyRequests(writer);
  if (!requests.ok()) return requests;
  std::string after;
  while (true) {
    std::vector<std::pair<std::string, Version>> batch;
    index_.Walk(after,
                [&](absl::string_view key, absl::Span<const Version> versions) {
                  batch.emplace_back(key, versions.back());
                  return batch.size() < kKeysAtOnce;
                });
    if (batch.empty()) return absl::OkStatus();
    after = batch.back().first;
    for (const auto& [key, version] : batch) {
      absl::Status copied = CopyVersion(key, version, writer);
      if (!copied.ok()) return copied;
    }
  }
}

}  // namespace rundlet
