#include "storage/engine/read/store_reader.h"

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/format/record.h"
#include "storage/limit_checks.h"
#include "storage/snapshot.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr uint64_t kKeysAtOnce = 256;

absl::Status CheckNotBefore(Revision not_before, Revision newest) {
  if (not_before <= newest) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      "not_before is ", not_before, ", the newest revision is ", newest));
}

absl::Status NotKept(Revision at, Revision newest) {
  return absl::OutOfRangeError(
      absl::StrCat("revision ", at, " is not kept; the newest is ", newest));
}

// What a record may hold besides key and value: a request (FORMAT.md 3.3).
constexpr uint64_t kExtraBytesMax = UINT16_MAX;

// The least that the value of a version has, without reading it.
uint64_t ValueBytesMin(const std::string& key, const Version& version) {
  if (version.value != nullptr) return version.value->size();
  const uint64_t bytes =
      version.location.bytes - kRecordHeaderBytes - key.size();
  return bytes - std::min(bytes, kExtraBytesMax);
}

}  // namespace

absl::Status StoreReader::CheckBytes(uint64_t bytes) const {
  return CheckAtMost("entries bytes", bytes, "read_bytes_max",
                     limits_->read_bytes_max);
}

absl::StatusOr<std::optional<ReadResult>> StoreReader::TryRead(
    const ReadRequest& request, int64_t time_us) {
  std::vector<std::optional<Version>> versions;
  ReadResult result;
  if (request.at == 0 && NamesRevision(request.at, request.at_time)) {
    versions.resize(request.keys.size());  // before the first commit
  } else {
    result.read_revision = index_->FindAll(request.keys, request.at, &versions);
  }
  RUNDLET_SYNC_POINT("read: versions found");
  absl::Status status =
      CheckNotBefore(request.not_before, result.read_revision);
  if (!status.ok()) return status;
  uint64_t bytes = 0;
  result.entries.resize(versions.size());
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!versions[i].has_value() || versions[i]->ExpiredAt(time_us)) continue;
    const std::string& key = request.keys[i];
    Entry entry = EntryOf(key, *versions[i]);
    bytes += key.size();
    if (!request.metadata_only) {
      status = CheckBytes(bytes + ValueBytesMin(key, *versions[i]));
      if (!status.ok()) return status;
      absl::StatusOr<std::optional<std::string>> value =
          records_->ReadValue(key, *versions[i], RecordReader::Caching::kUse);
      if (!value.ok()) return value.status();
      if (!value->has_value()) return std::nullopt;
      entry.value.bytes = **std::move(value);
      bytes += entry.value.bytes.size();
      status = CheckBytes(bytes);
      if (!status.ok()) return status;
    }
    result.entries[i] = std::move(entry);
  }
  return result;
}

absl::StatusOr<ReadResult> StoreReader::Read(const ReadRequest& request) {
  const absl::Status checked = CheckRead(request, *limits_);
  if (!checked.ok()) return checked;
  const bool is_pinned = NamesRevision(request.at, request.at_time);
  if (is_pinned) leases_->EndOld();
  if (is_pinned && !index_->PinAgain(request.at)) {
    return NotKept(request.at, index_->visible());
  }
  const auto unpin = absl::MakeCleanup([&] {
    if (is_pinned) index_->Unpin(request.at);
  });
  read_count_.Add(1);
  const int64_t time_us =
      is_pinned ? absl::ToUnixMicros(request.at_time) : time_->now_us();
  while (true) {
    absl::StatusOr<std::optional<ReadResult>> result =
        TryRead(request, time_us);
    if (!result.ok()) return result.status();
    if (result->has_value()) return **std::move(result);
  }
}

uint64_t StoreReader::Count(const ScanRequest& request, Revision at,
                            int64_t time_us) const {
  uint64_t count = 0;
  std::string after = request.after;
  for (bool more = true; more;) {
    uint64_t seen = 0;
    more = false;
    index_->Scan(request.range, after, request.reverse, at,
                 [&](absl::string_view key, const Version& version) {
                   if (!version.ExpiredAt(time_us)) ++count;
                   more = ++seen == kKeysAtOnce;
                   if (more) after = std::string(key);
                   return !more;
                 });
  }
  return count;
}

std::vector<StoreReader::Found> StoreReader::FindNext(
    const ScanRequest& request, const std::string& after, Revision at,
    int64_t time_us, uint64_t max) const {
  std::vector<Found> found;
  index_->Scan(request.range, after, request.reverse, at,
               [&](absl::string_view key, const Version& version) {
                 if (!version.ExpiredAt(time_us)) {
                   found.emplace_back(key, version);
                 }
                 return found.size() < max;
               });
  return found;
}

absl::StatusOr<Entry> StoreReader::ReadPinned(const std::string& key,
                                              Version version, Revision at) {
  while (true) {
    absl::StatusOr<std::optional<std::string>> value =
        records_->ReadValue(key, version, RecordReader::Caching::kBypass);
    if (!value.ok()) return value.status();
    if (value->has_value()) {
      Entry entry = EntryOf(key, version);
      entry.value.bytes = **std::move(value);
      return entry;
    }
    // The revision is pinned, so the version is there, in another place.
    std::vector<std::optional<Version>> again;
    index_->FindAll({key}, at, &again);
    version = *again[0];
  }
}

absl::StatusOr<ScanPage> StoreReader::ScanAt(const ScanRequest& request,
                                             Revision at, int64_t time_us) {
  ScanPage page;
  page.read_revision = at;
  page.read_time = absl::FromUnixMicros(time_us);
  if (request.projection == ScanRequest::Projection::kCount) {
    page.count = Count(request, at, time_us);
    return page;
  }
  const bool values = request.projection == ScanRequest::Projection::kEntries;
  std::string after = request.after;
  uint64_t bytes = 0;
  while (true) {
    // One more than fits, to know whether there is more.
    const uint64_t max = 1 + std::min(kKeysAtOnce - 1, request.entries_max -
                                                           page.entries.size());
    const std::vector<Found> found = FindNext(request, after, at, time_us, max);
    RUNDLET_SYNC_POINT("scan: keys found");
    for (const auto& [key, version] : found) {
      const auto is_full = [&](uint64_t value_bytes) {
        return !page.entries.empty() &&
               bytes + key.size() + value_bytes > request.bytes_max;
      };
      page.more = page.entries.size() == request.entries_max ||
                  is_full(values ? ValueBytesMin(key, version) : 0);
      if (page.more) break;
      absl::StatusOr<Entry> entry =
          values ? ReadPinned(key, version, at) : EntryOf(key, version);
      if (!entry.ok()) return entry.status();
      page.more = is_full(entry->value.bytes.size());
      if (page.more) break;
      bytes += key.size() + entry->value.bytes.size();
      page.entries.push_back(*std::move(entry));
    }
    page.count = page.entries.size();
    if (page.more || found.size() < max) return page;
    after = found.back().first;
  }
}

absl::StatusOr<ScanPage> StoreReader::Scan(const ScanRequest& request) {
  const absl::Status checked = CheckScan(request);
  if (!checked.ok()) return checked;
  Revision at = request.at;
  const bool is_pinned = NamesRevision(request.at, request.at_time);
  if (!is_pinned) {
    at = index_->PinNewest();
  } else {
    leases_->EndOld();
    if (!index_->PinAgain(at)) return NotKept(at, index_->visible());
  }
  const auto unpin = absl::MakeCleanup([&] { index_->Unpin(at); });
  RUNDLET_SYNC_POINT("scan: revision pinned");
  const absl::Status reached = CheckNotBefore(request.not_before, at);
  if (!reached.ok()) return reached;
  read_count_.Add(1);
  const int64_t time_us =
      is_pinned ? absl::ToUnixMicros(request.at_time) : time_->now_us();
  absl::StatusOr<ScanPage> page = ScanAt(request, at, time_us);
  RUNDLET_SYNC_POINT("scan: page read");
  if (page.ok() && page->more) leases_->Renew(at);
  return page;
}

}  // namespace rundlet
