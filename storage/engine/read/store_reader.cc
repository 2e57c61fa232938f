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

// How much room a page of many keys takes at a time, where a vector by itself
// doubles: an entry is large to be moved. What one look at the index finds is
// given no more than it needs.
constexpr size_t kGrowth = 4;

// Records that are on their way to the cache while one is read.
constexpr size_t kRecordsAhead = 8;

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

void StoreReader::PrefetchAhead(
    absl::Span<const std::optional<Version>> versions, size_t i,
    HeldSegments* held) const {
  const size_t end = std::min(i + kRecordsAhead + 1, versions.size());
  for (size_t ahead = i == 0 ? 1 : i + kRecordsAhead; ahead < end; ++ahead) {
    if (versions[ahead].has_value()) {
      records_->Prefetch(*versions[ahead], held);
    }
  }
}

absl::StatusOr<std::optional<ReadResult>> StoreReader::TryRead(
    const ReadRequest& request, std::optional<int64_t>* time_us) {
  // Most keys have no expiry, and then a look at the clock is a cost.
  const auto is_expired = [this, time_us](const Version& version) {
    if (version.expiry_us == 0) return false;
    if (!time_us->has_value()) *time_us = time_->now_us();
    return version.ExpiredAt(**time_us);
  };
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
  const auto wants_value = [&request](const Version& version) {
    return !request.metadata_only || version.kind == ValueKind::kLarge;
  };
  const auto caching = request.fill_cache ? RecordReader::Caching::kUse
                                          : RecordReader::Caching::kBypass;
  HeldSegments held = records_->Hold();
  uint64_t bytes = 0;
  result.entries.resize(versions.size());
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!request.metadata_only) PrefetchAhead(versions, i, &held);
    if (!versions[i].has_value() || is_expired(*versions[i])) continue;
    const std::string& key = request.keys[i];
    Entry& entry = result.entries[i].emplace();
    FillEntry(key, *versions[i], &entry);
    if (!wants_value(*versions[i])) continue;
    bytes += key.size();
    status = CheckBytes(bytes + ValueBytesMin(key, *versions[i]));
    if (!status.ok()) return status;
    const absl::StatusOr<bool> found = records_->ReadValue(
        key, *versions[i], caching, &held, &entry.value.bytes);
    if (!found.ok()) return found.status();
    if (!*found) return std::nullopt;
    bytes += entry.value.bytes.size();
    status = CheckBytes(bytes);
    if (!status.ok()) return status;
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
  std::optional<int64_t> time_us;
  if (is_pinned) time_us = absl::ToUnixMicros(request.at_time);
  while (true) {
    absl::StatusOr<std::optional<ReadResult>> result =
        TryRead(request, &time_us);
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

void StoreReader::FindNext(const ScanRequest& request, absl::string_view after,
                           Revision at, int64_t time_us, uint64_t max,
                           Found* found) const {
  found->versions.clear();
  index_->Scan(request.range, after, request.reverse, at,
               [&](absl::string_view key, const Version& version) {
                 if (version.ExpiredAt(time_us)) return true;
                 FillEntry(key, version, &found->entries.emplace_back());
                 found->versions.emplace_back(version);
                 return found->versions.size() < max;
               });
}

absl::Status StoreReader::ReadPinned(Revision at, Version version,
                                     HeldSegments* held, Entry* entry) {
  while (true) {
    const absl::StatusOr<bool> found =
        records_->ReadValue(entry->key, version, RecordReader::Caching::kBypass,
                            held, &entry->value.bytes);
    if (!found.ok()) return found.status();
    if (*found) return absl::OkStatus();
    // The revision is pinned, so the version is there, in another place.
    std::vector<std::optional<Version>> again;
    index_->FindAll({entry->key}, at, &again);
    version = *again[0];
  }
}

absl::Status StoreReader::ScanInto(const ScanRequest& request, Revision at,
                                   int64_t time_us, ScanPage* page) {
  const bool all = request.projection == ScanRequest::Projection::kEntries;
  HeldSegments held = records_->Hold();
  Found found;
  std::string after = request.after;
  uint64_t bytes = 0;
  for (bool more = true; more;) {
    const size_t first = found.entries.size();
    // One more than fits, to know whether there is more.
    const uint64_t max =
        1 + std::min(kKeysAtOnce - 1, request.entries_max - first);
    if (first > 0 && found.entries.capacity() < first + max) {
      found.entries.reserve((first + max) * kGrowth);
    }
    FindNext(request, after, at, time_us, max, &found);
    RUNDLET_SYNC_POINT("scan: keys found");
    more = found.versions.size() == max;
    for (size_t i = 0; i < found.versions.size(); ++i) {
      Entry& entry = found.entries[first + i];
      const Version& version = *found.versions[i];
      const bool value = all || version.kind == ValueKind::kLarge;
      const auto is_full = [&](uint64_t value_bytes) {
        return first + i > 0 &&
               bytes + entry.key.size() + value_bytes > request.bytes_max;
      };
      page->more = first + i == request.entries_max ||
                   is_full(value ? ValueBytesMin(entry.key, version) : 0);
      if (value && !page->more) {
        PrefetchAhead(found.versions, i, &held);
        absl::Status read = ReadPinned(at, version, &held, &entry);
        if (!read.ok()) return read;
        page->more = is_full(entry.value.bytes.size());
      }
      if (page->more) {
        found.entries.resize(first + i);
        more = false;
        break;
      }
      bytes += entry.key.size() + entry.value.bytes.size();
    }
    if (more) after = found.entries.back().key;
  }
  page->entries = std::move(found.entries);
  page->count = page->entries.size();
  return absl::OkStatus();
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
  const absl::Status status = ScanInto(request, at, time_us, &page);
  if (!status.ok()) return status;
  return page;
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
