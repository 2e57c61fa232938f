#include "storage/engine/read/record_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

constexpr size_t kCacheLineBytes = 64;
// The processor sees by itself that more of them are to come.
constexpr size_t kLinesAtOnce = 4;

void PrefetchBytes(absl::string_view bytes) {
  const size_t end = std::min(bytes.size(), kLinesAtOnce * kCacheLineBytes);
  for (size_t at = 0; at < end; at += kCacheLineBytes) {
    __builtin_prefetch(&bytes[at], /*rw=*/0, /*locality=*/3);
  }
}

// P4: a record that verifies may still be another key's.
absl::Status CheckIdentity(const Record& record, absl::string_view key,
                           const Version& version, const Segment& segment) {
  if (record.key == key && record.revision == version.revision &&
      record.type == RecordType::kPut) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(segment.path(), ": at offset ", version.location.offset,
                   ": the record is that of another key or revision"));
}

}  // namespace

void FillEntry(absl::string_view key, const Version& version, Entry* entry) {
  entry->key.assign(key.data(), key.size());
  entry->value.kind = version.kind;
  entry->revision = version.revision;
  entry->create_revision = version.create_revision;
  entry->version = version.version;
  entry->created = absl::FromUnixMicros(version.created_us);
  entry->modified = absl::FromUnixMicros(version.modified_us);
  if (version.expiry_us != 0) {
    entry->expiry = absl::FromUnixMicros(version.expiry_us);
  }
}

Entry EntryOf(absl::string_view key, const Version& version) {
  Entry entry;
  FillEntry(key, version, &entry);
  return entry;
}

absl::string_view RecordReader::FindCached(absl::string_view key,
                                           const Location& location,
                                           std::string* buffer) {
  std::optional<std::string> cached = cache_->Find(key, location);
  (cached.has_value() ? hits_ : misses_).Add(1);
  if (cached.has_value()) *buffer = *std::move(cached);
  return *buffer;
}

absl::StatusOr<Record> RecordReader::ReadRecord(const Segment& segment,
                                                absl::string_view key,
                                                const Version& version,
                                                Caching caching,
                                                std::string* buffer) {
  const Location& location = version.location;
  const bool use_cache = caching == Caching::kUse && cache_->enabled();
  absl::string_view bytes;
  if (use_cache) bytes = FindCached(key, location, buffer);
  const bool is_cached = !bytes.empty();
  if (!is_cached && mapping_ == Mapping::kUse) {
    bytes = segment.Mapped(location);
    PrefetchBytes(bytes);
  }
  absl::StatusOr<Record> record = bytes.empty()
                                      ? segment.Read(location, buffer)
                                      : segment.Decode(location, bytes);
  if (!record.ok()) return record;
  const absl::Status identity = CheckIdentity(*record, key, version, segment);
  if (!identity.ok()) return identity;
  if (use_cache && !is_cached) {
    cache_->Insert(key, location, bytes.empty() ? *buffer : bytes);
  }
  return record;
}

absl::StatusOr<bool> RecordReader::ReadValue(absl::string_view key,
                                             const Version& version,
                                             Caching caching,
                                             HeldSegments* held,
                                             std::string* value) {
  if (version.value != nullptr) {
    *value = *version.value;
    return true;
  }
  RUNDLET_SYNC_POINT("read: segment to be found");
  const Segment* const segment = held->Find(version.location.segment_id);
  if (segment == nullptr) return false;
  RUNDLET_SYNC_POINT("read: segment found");
  std::string buffer;
  const absl::StatusOr<Record> record =
      ReadRecord(*segment, key, version, caching, &buffer);
  if (!record.ok()) return record.status();
  RUNDLET_SYNC_POINT("read: record checked");
  if (record->compression != Compression::kNone) {
    absl::Status decoded =
        segment->DecodeValue(*record, version.location, value);
    if (!decoded.ok()) return decoded;
    return true;
  }
  if (buffer.empty()) {
    value->assign(record->value.data(), record->value.size());
    return true;
  }
  // The record is cut down to its value in place, to spare a copy.
  const size_t value_at = record->value.data() - buffer.data();
  const size_t value_bytes = record->value.size();
  buffer.resize(value_at + value_bytes);
  buffer.erase(0, value_at);
  *value = std::move(buffer);
  return true;
}

absl::StatusOr<std::optional<std::string>> RecordReader::ReadValue(
    absl::string_view key, const Version& version, Caching caching) {
  HeldSegments held = Hold();
  std::string value;
  const absl::StatusOr<bool> found =
      ReadValue(key, version, caching, &held, &value);
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  return value;
}

void RecordReader::Prefetch(const Version& version, HeldSegments* held) const {
  if (mapping_ == Mapping::kAvoid || version.value != nullptr) return;
  const Segment* const segment = held->Find(version.location.segment_id);
  if (segment != nullptr) PrefetchBytes(segment->Mapped(version.location));
}

}  // namespace rundlet
