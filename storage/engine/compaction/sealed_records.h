// The records of a sealed segment, without their values.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_SEALED_RECORDS_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_SEALED_RECORDS_H_

#include <string>

#include "absl/status/status.h"
#include "storage/file/file_system.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/segment.h"
#include "storage/log/segment_replay.h"

namespace rundlet {

// Visits all of them in their order: from the segment's hint if it has a good
// one, else by reading the segment. Only what a hint holds counts: no values.
// DATA_LOSS: there is no hint and the segment is damaged.
absl::Status VisitSealed(FileSystem* file_system, const std::string& folder,
                         const std::string& store_id, const Segment& segment,
                         const SegmentSeal& seal, RecordVisitor visit);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_SEALED_RECORDS_H_
