// Ingest: a source of entries made part of the store in one MANIFEST edit.

#ifndef RUNDLET_STORAGE_ENGINE_INGEST_H_
#define RUNDLET_STORAGE_ENGINE_INGEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "storage/compression/value_compressor.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/file/file_system.h"
#include "storage/index/index.h"
#include "storage/limits.h"
#include "storage/log/base_writer.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"
#include "storage/store.h"

namespace rundlet {

// One owner; Run is called once, while nobody else uses the store: what comes
// all the same is refused, as is the sweeper.
class Ingest {
 public:
  struct Environment {
    FileSystem* file_system = nullptr;
    std::string folder;
    uint64_t segment_bytes = 0;
    const Limits* limits = nullptr;
    Manifest* manifest = nullptr;
    SegmentSet* segments = nullptr;
    Index* index = nullptr;
    ActiveLog* log = nullptr;
    CommitPipeline* pipeline = nullptr;
    ValueCompressor::Settings compression = {};
  };

  explicit Ingest(Environment environment);

  // After an error nothing has changed, unless must_stop() says that the store
  // cannot go on (P7).
  absl::StatusOr<IngestReport> Run(EntrySource& source, int64_t time_us);

  bool must_stop() const { return must_stop_; }

 private:
  absl::Status CheckLabel(absl::string_view label);
  absl::Status Load(EntrySource& source, int64_t time_us);
  absl::Status WriteEntries(EntrySource& source, int64_t time_us,
                            BaseWriter& writer);
  absl::Status List(const std::vector<BaseWriter::Output>& outputs,
                    absl::string_view label, int64_t time_us);
  absl::Status MakeVisible(const std::vector<BaseWriter::Output>& outputs);

  const Environment environment_;
  IngestReport report_;
  bool must_stop_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INGEST_H_
