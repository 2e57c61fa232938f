#include "storage/engine/recovery/segment_hint.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/format/file_names.h"
#include "storage/log/segment.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

constexpr uint64_t kRecordsBetweenQuestions = 1024;

bool SameSeal(const SegmentSeal& a, const SegmentSeal& b) {
  return a.segment_id == b.segment_id && a.bytes == b.bytes &&
         a.revision_min == b.revision_min && a.revision_max == b.revision_max &&
         a.record_count == b.record_count;
}

}  // namespace

HintFileName HintNameOf(const std::string& folder, const std::string& store_id,
                        uint64_t segment_id) {
  return {absl::StrCat(folder, "/", FormatHintName(segment_id)),
          FileKind::kHint, store_id, segment_id};
}

absl::StatusOr<uint64_t> WriteHint(FileSystem* file_system,
                                   const std::string& folder,
                                   const std::string& store_id, FileKind kind,
                                   const SegmentSeal& seal,
                                   absl::FunctionRef<bool()> cancelled) {
  const absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::Open(file_system, folder, {seal.segment_id, kind}, store_id);
  if (!segment.ok()) return segment.status();
  ManifestEdit binding;
  binding.sealed.push_back(seal);
  const absl::StatusOr<std::unique_ptr<HintWriter>> writer = HintWriter::Create(
      file_system, HintNameOf(folder, store_id, seal.segment_id), binding);
  if (!writer.ok()) return writer.status();
  uint64_t records = 0;
  absl::Status status = ReplaySegment(
      **segment, kFileHeaderBytes, seal.bytes,
      [&](const Record& record, const Location& location) {
        if (++records % kRecordsBetweenQuestions == 0 && cancelled()) {
          return absl::CancelledError("the store is closing");
        }
        return (*writer)->Append(record, location);
      });
  if (status.ok() && records != seal.record_count) {
    status = absl::DataLossError(
        absl::StrCat((*segment)->path(), ": holds ", records,
                     " records, but was sealed with ", seal.record_count));
  }
  if (status.ok()) status = (*writer)->Finish();
  if (!status.ok()) return status;
  return (*writer)->bytes();
}

absl::StatusOr<std::unique_ptr<HintReader>> OpenHint(
    FileSystem* file_system, const std::string& folder,
    const std::string& store_id, const SegmentSeal& seal) {
  const HintFileName name = HintNameOf(folder, store_id, seal.segment_id);
  absl::StatusOr<std::unique_ptr<HintReader>> hint =
      HintReader::Open(file_system, name);
  if (!hint.ok()) return hint;
  const ManifestEdit& binding = (*hint)->binding();
  if (binding.sealed.size() != 1 || !SameSeal(binding.sealed.front(), seal) ||
      (*hint)->end().entry_count != seal.record_count) {
    return absl::DataLossError(
        absl::StrCat(name.path, ": it is of other bytes than the segment has"));
  }
  return hint;
}

}  // namespace rundlet
