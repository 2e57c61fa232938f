#include "storage/engine/compaction/sealed_records.h"

#include <memory>

#include "absl/status/statusor.h"
#include "storage/engine/recovery/segment_hint.h"
#include "storage/format/file_header.h"

namespace rundlet {

absl::Status VisitSealed(FileSystem* file_system, const std::string& folder,
                         const std::string& store_id, const Segment& segment,
                         const SegmentSeal& seal, RecordVisitor visit) {
  // All of a hint is verified before its first entry is given.
  const absl::StatusOr<std::unique_ptr<HintReader>> hint =
      OpenHint(file_system, folder, store_id, seal);
  if (hint.ok()) return (*hint)->Visit(visit);
  return ReplaySegment(segment, kFileHeaderBytes, seal.bytes, visit);
}

}  // namespace rundlet
