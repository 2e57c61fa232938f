// What compactions work on.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_ENVIRONMENT_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_ENVIRONMENT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/compression/value_compressor.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/compaction/history_window.h"
#include "storage/engine/compaction/segment_notes.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/index/index.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"

namespace rundlet {

// Nothing is owned.
struct CompactionEnvironment {
  FileSystem* file_system = nullptr;
  std::string folder;
  uint64_t segment_bytes = 0;
  Manifest* manifest = nullptr;
  SegmentSet* segments = nullptr;
  Index* index = nullptr;
  ActiveLog* log = nullptr;  // for segment ids only
  // Told what an operator should know; never empty.
  std::function<void(absl::string_view)> on_event;
  DiskGuard* disk = nullptr;  // keeps room back for it; null: none does
  // Makes durable what the index leads to by now; never empty.
  std::function<absl::Status()> sync_log;
  HistoryWindow* history = nullptr;        // null: no history is kept
  const RequestTable* requests = nullptr;  // null: none are remembered
  // Told how many bytes were copied; may rest. Empty: as fast as it goes.
  std::function<void(uint64_t bytes)> pace = nullptr;
  SegmentNotes* notes = nullptr;  // null: segments are not looked into before
  // Deletes that are held in memory at a time.
  uint64_t deletes_at_once = 64 << 10;
  ValueCompressor::Settings compression = {};  // of what is copied
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_ENVIRONMENT_H_
