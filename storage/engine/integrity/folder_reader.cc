#include "storage/engine/integrity/folder_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/record_version.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"

namespace rundlet {

// Takes the records of one segment into the index. Those of a transaction whose
// end has not come wait: at the end of a segment that was not sealed it was
// never acknowledged (P3).
class FolderReader::Salvage final : public SegmentVisitor {
 public:
  Salvage(FolderReader* reader, const Segment& segment, bool sealed)
      : reader_(reader), segment_(segment), sealed_(sealed) {}

  absl::Status OnGroup(const GroupHeader& header, uint64_t) override {
    Take();
    reader_->time_us_ = std::max(reader_->time_us_, header.time_us);
    return absl::OkStatus();
  }

  absl::Status OnRecord(const Record& record,
                        const Location& location) override {
    if (!waiting_.empty() && waiting_.back().second.revision != record.revision)
      Take();
    ++reader_->report_.record_count;
    reader_->time_us_ = std::max(reader_->time_us_, record.modified_us);
    reader_->revision_max_ = std::max(reader_->revision_max_, record.revision);
    if (record.type != RecordType::kReceipt) {
      waiting_.emplace_back(record.key, VersionOf(record, location));
    }
    NoteRequest(record, &waiting_requests_);
    if (record.ends_transaction) Take();
    return absl::OkStatus();
  }

  absl::Status OnDamage(const SegmentDamage& damage) override {
    SegmentDamage lost = damage;
    if (!sealed_) {
      // What was written ahead of the log's end is no loss.
      const absl::StatusOr<uint64_t> end = WrittenEnd(segment_, damage.offset);
      if (end.ok()) lost.bytes = std::min(lost.bytes, *end - damage.offset);
    }
    if (lost.bytes > 0) reader_->AddLoss(segment_.path(), lost);
    return absl::OkStatus();
  }

  void Finish() {
    if (sealed_) Take();
    for (const auto& [key, version] : waiting_) {
      reader_->report_.cut_bytes += version.location.bytes;
    }
  }

 private:
  void Take() {
    for (const auto& [key, version] : waiting_) {
      reader_->index_.Restore(key, version);
    }
    waiting_.clear();
    std::move(waiting_requests_.begin(), waiting_requests_.end(),
              std::back_inserter(reader_->requests_));
    waiting_requests_.clear();
  }

  FolderReader* const reader_;
  const Segment& segment_;
  const bool sealed_;  // also where recovery would cut it
  std::vector<std::pair<std::string, Version>> waiting_;
  std::vector<CommittedRequest> waiting_requests_;
};

void FolderReader::AddLoss(absl::string_view path,
                           const SegmentDamage& damage) {
  ++report_.loss_count;
  report_.lost_bytes += damage.bytes;
  if (report_.losses.size() >= RepairReport::kLossesListedMax) return;
  LostBytes lost;
  lost.path = std::string(path);
  lost.offset = damage.offset;
  lost.bytes = damage.bytes;
  lost.what = damage.what;
  lost.key = damage.claimed_key;
  lost.revision = damage.claimed_revision;
  report_.losses.push_back(std::move(lost));
}

absl::Status FolderReader::List() {
  const absl::StatusOr<std::vector<std::string>> names =
      file_system_->ListDirectory(folder_);
  if (!names.ok()) return names.status();
  bool has_lock = false;
  for (const std::string& name : *names) {
    has_lock = has_lock || name == kLockName;
    const std::optional<SegmentName> segment = ParseSegmentName(name);
    if (segment.has_value()) names_.push_back(*segment);
  }
  if (names_.empty()) {
    return absl::NotFoundError(
        absl::StrCat(folder_, " holds no segment of a store"));
  }
  std::sort(names_.begin(), names_.end(),
            [](const SegmentName& a, const SegmentName& b) {
              return a.segment_id < b.segment_id;
            });
  if (!has_lock) return absl::OkStatus();  // and none is made: nothing changes
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      file_system_->LockFile(absl::StrCat(folder_, "/", kLockName));
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  return absl::OkStatus();
}

// The id that most of the segments' headers say.
std::string FolderReader::StoreIdOfSegments() const {
  std::map<std::string, size_t> votes;
  for (const SegmentName& name : names_) {
    const auto file = file_system_->OpenFile(
        absl::StrCat(folder_, "/", FormatSegmentName(name)));
    if (!file.ok()) continue;
    std::string bytes(kFileHeaderBytes, '\0');
    if (!(*file)->ReadAt(0, bytes.size(), &bytes[0]).ok()) continue;
    const absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
    if (header.ok()) ++votes[header->store_id];
  }
  std::string elected;
  for (const auto& [id, count] : votes) {
    if (elected.empty() || count > votes[elected]) elected = id;
  }
  return elected;
}

std::vector<SegmentName> FolderReader::Choose() {
  const bool manifest_is_good = report_.manifest_error.empty();
  std::vector<SegmentName> chosen;
  std::map<uint64_t, ManifestState::SegmentState> missing(
      state_.segments.begin(), state_.segments.end());
  for (const SegmentName& name : names_) {
    const auto listed = missing.find(name.segment_id);
    if (listed != missing.end() && listed->second.kind == name.kind) {
      chosen.push_back(name);
      missing.erase(listed);
      continue;
    }
    // One that was removed from the list never comes back; one that is above
    // the list may be of an edit that is lost.
    if (name.segment_id <= state_.segment_id_max) continue;
    if (manifest_is_good) {
      const auto segment =
          Segment::Open(file_system_, folder_, name, state_.store_id);
      if (!segment.ok() || name.kind != FileKind::kLog ||
          (*segment)->recovered() || !HoldsGroup(**segment).value_or(false)) {
        continue;
      }
      report_.manifest_error = absl::StrCat(
          (*segment)->path(), " holds commits and is not listed: an edit of ",
          "the MANIFEST is lost");
    }
    chosen.push_back(name);
  }
  for (const auto& [id, listed] : missing) {
    SegmentDamage damage;
    if (listed.seal.has_value()) damage.bytes = listed.seal->bytes;
    damage.what = "the segment is missing";
    AddLoss(absl::StrCat(folder_, "/", FormatSegmentName({id, listed.kind})),
            damage);
  }
  return chosen;
}

absl::StatusOr<FolderReader::Extent> FolderReader::ExtentOf(
    const Segment& segment) {
  const absl::StatusOr<uint64_t> size = segment.file().SizeBytes();
  if (!size.ok()) return size.status();
  const auto listed = state_.segments.find(segment.id());
  if (listed == state_.segments.end()) return Extent{*size, false};
  if (listed->second.seal.has_value()) {
    return Extent{listed->second.seal->bytes, true};
  }
  const std::optional<CleanStop>& stop = state_.clean_stop;
  const bool marked = stop.has_value() && stop->active_id == segment.id();
  if (marked && state_.stopped_cleanly && *size <= stop->synced_bytes) {
    return Extent{stop->synced_bytes, true};
  }
  // As recovery would cut it, unless what was synced is damaged.
  const absl::StatusOr<Tail> tail =
      InspectTail(segment, marked ? stop->synced_bytes : 0);
  if (!tail.ok()) return Extent{*size, false};
  report_.cut_bytes += tail->torn_end - tail->end;
  return Extent{tail->end, true};
}

absl::Status FolderReader::ReadSegment(SegmentName name) {
  const absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::OpenUnchecked(file_system_, folder_, name, state_.store_id);
  if (!segment.ok()) return segment.status();
  absl::Status header = (*segment)->CheckHeader(state_.store_id);
  if (absl::IsFailedPrecondition(header)) return header;
  if (!header.ok()) {
    SegmentDamage damage;
    damage.bytes = kFileHeaderBytes;
    damage.what = std::string(header.message());
    AddLoss((*segment)->path(), damage);
  }
  const absl::StatusOr<Extent> extent = ExtentOf(**segment);
  if (!extent.ok()) return extent.status();
  (*segment)->set_bytes(extent->to);
  segments_.Add(*segment);
  ++report_.segment_count;
  Salvage salvage(this, **segment, extent->sealed);
  absl::Status walked = WalkSegment(**segment, extent->to, salvage);
  salvage.Finish();
  return walked;
}

// While the index still knows of deletes.
void FolderReader::DecideOutcomes() {
  std::map<std::string, std::vector<LostBytes*>, std::less<>> by_key;
  for (LostBytes& lost : report_.losses) {
    if (lost.key.empty()) continue;
    lost.outcome = LostBytes::Outcome::kGone;
    by_key[lost.key].push_back(&lost);
  }
  if (by_key.empty()) return;
  index_.Walk("",
              [&](absl::string_view key, absl::Span<const Version> versions) {
                const auto found = by_key.find(key);
                if (found == by_key.end()) return true;
                for (LostBytes* lost : found->second) {
                  const Version& saved = versions.back();
                  if (saved.revision > lost->revision) {
                    lost->outcome = LostBytes::Outcome::kSuperseded;
                  } else if (!saved.deleted) {
                    lost->outcome = LostBytes::Outcome::kOlder;
                  }
                }
                return true;
              });
}

absl::Status FolderReader::ReadManifest(const std::string& store_id) {
  absl::Status manifest =
      Manifest::Read(file_system_, folder_, store_id, &state_);
  if (state_.store_id.empty()) state_.store_id = store_id;
  if (absl::IsFailedPrecondition(manifest)) return manifest;
  if (!manifest.ok()) report_.manifest_error = std::string(manifest.message());
  return absl::OkStatus();
}

absl::Status FolderReader::Read() {
  absl::Status status = List();
  if (status.ok()) status = ReadManifest(StoreIdOfSegments());
  if (!status.ok()) return status;
  if (state_.store_id.empty()) {
    return absl::DataLossError(absl::StrCat(
        folder_, ": no header is good, so that no checksum can be verified"));
  }
  segments_.KnowDictionaries(state_.dictionaries).IgnoreError();
  time_us_ = state_.time_us;
  for (const SegmentName& name : Choose()) {
    status = ReadSegment(name);
    if (!status.ok()) return status;
  }
  DecideOutcomes();
  report_.next_revision = facts().next_revision;
  index_.FinishRestore(report_.next_revision - 1);
  return absl::OkStatus();
}

}  // namespace rundlet
