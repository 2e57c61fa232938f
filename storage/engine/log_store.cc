#include "storage/engine/log_store.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "storage/blocking_store.h"
#include "storage/engine/ingest.h"
#include "storage/engine/recovery/index_checkpoint.h"
#include "storage/engine/sync_point.h"
#include "storage/limit_checks.h"
#include "storage/snapshot.h"

namespace rundlet {
namespace {

constexpr uint64_t kManifestReserveBytes = 1 << 20;

absl::Status CheckBetween(absl::string_view field, uint64_t value, uint64_t low,
                          uint64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, ", it is from ", low, " to ", high));
}

Limits WithoutLeases(Limits limits) {
  limits.page_leases_max = 0;
  return limits;
}

absl::Status CheckCompaction(const Options& options) {
  if (!(options.compaction_live_ratio >= 0 &&
        options.compaction_live_ratio <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("compaction_live_ratio is ", options.compaction_live_ratio,
                     ", it is from 0 to 1"));
  }
  if (options.compaction_age < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "compaction_age is ", absl::FormatDuration(options.compaction_age),
        ", it is zero or above"));
  }
  if (options.compaction_interval <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("compaction_interval is ",
                     absl::FormatDuration(options.compaction_interval),
                     ", it is above zero"));
  }
  if (options.compaction_step_bytes == 0) {
    return absl::InvalidArgumentError(
        "compaction_step_bytes is 0, it is at least 1");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const Options& options) {
  if (options.path.empty()) return absl::InvalidArgumentError("path is empty");
  if (options.durability == Durability::kDefault ||
      options.durability > Durability::kDisk) {
    return absl::InvalidArgumentError(
        "durability: the default is memory, os or disk");
  }
  if (options.compression > Compression::kZstd) {
    return absl::InvalidArgumentError("compression is none, snappy or zstd");
  }
  if (options.sync_interval <= absl::ZeroDuration() ||
      options.sweep_interval <= absl::ZeroDuration() ||
      options.disk_interval <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        "sync_interval, sweep_interval and disk_interval are above zero");
  }
  if (options.request_window < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "request_window is ", absl::FormatDuration(options.request_window),
        ", it is at least 0"));
  }
  if (options.history_window < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "history_window is ", absl::FormatDuration(options.history_window),
        ", it is at least 0"));
  }
  if (options.scrub_interval < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "scrub_interval is ", absl::FormatDuration(options.scrub_interval),
        ", it is zero or above"));
  }
  const Limits& limits = options.limits;
  absl::Status status = CheckCompaction(options);
  if (status.ok()) {
    status = CheckBetween("segment_bytes", options.segment_bytes, 256,
                          uint64_t{4} << 30);
  }
  if (status.ok()) {
    // Revisions are never used up: 2^24 unclean starts skip no more than 2^56.
    status = CheckBetween("revision_block", options.revision_block, 1,
                          uint64_t{1} << 32);
  }
  // What the format holds (FORMAT.md section 3.3).
  if (status.ok()) {
    status = CheckBetween("key_bytes_max", limits.key_bytes_max, 1, 4096);
  }
  if (status.ok()) {
    status = CheckBetween("value_bytes_max", limits.value_bytes_max, 1,
                          uint64_t{1} << 30);
  }
  if (status.ok()) {
    status = CheckBetween("transaction_bytes_max", limits.transaction_bytes_max,
                          1, uint64_t{2} << 30);
  }
  return status;
}

}  // namespace

LogStore::LogStore(Options options)
    : options_(std::move(options)),
      cache_(options_.cache_entries, options_.cache_bytes),
      records_(&segments_, &cache_,
               options_.use_mapping ? RecordReader::Mapping::kUse
                                    : RecordReader::Mapping::kAvoid),
      leases_(&index_, options_.clock, options_.limits),
      no_leases_(&index_, options_.clock, WithoutLeases(options_.limits)) {}

absl::StatusOr<std::unique_ptr<LogStore>> LogStore::Open(Options options) {
  absl::Status status = CheckOptions(options);
  if (!status.ok()) return status;
  auto store = absl::WrapUnique(new LogStore(std::move(options)));
  status = store->Start();
  if (!status.ok()) return status;
  return store;
}

void LogStore::Say(absl::string_view line) {
  if (options_.on_event) options_.on_event(line);
}

absl::Status LogStore::Start() {
  const absl::Duration start = options_.clock->Monotonic();
  absl::StatusOr<RecoveredStore> recovered =
      Recover(options_, &segments_, &index_);
  if (!recovered.ok()) return recovered.status();
  recovered_ = *std::move(recovered);
  recovery_duration_ = options_.clock->Monotonic() - start;
  Say(absl::StrCat("opened ", options_.path, ": ", recovered_.record_count,
                   " records in ", segments_.All().size(), " segments, ",
                   index_.usage().keys, " keys, ",
                   absl::FormatDuration(recovery_duration_)));
  if (recovered_.cut_bytes > 0) {
    Say(absl::StrCat("cut ", recovered_.cut_bytes,
                     " bytes of torn tail, which had not been synced"));
  }
  return StartThreads();
}

DiskGuard::Settings LogStore::DiskSettings() {
  DiskGuard::Settings settings;
  settings.file_system = options_.file_system;
  settings.folder = options_.path;
  settings.free_bytes_min = options_.disk_free_bytes_min;
  settings.delete_reserve_bytes = options_.delete_reserve_bytes;
  settings.compaction_reserve_bytes =
      options_.compaction_reserve_bytes.value_or(options_.segment_bytes +
                                                 kManifestReserveBytes);
  for (const auto& segment : segments_.All()) {
    settings.used_bytes += segment->bytes();
  }
  settings.interval = options_.disk_interval;
  settings.on_event = [this](absl::string_view line) { Say(line); };
  return settings;
}

absl::Status LogStore::StartThreads() {
  store_id_ = recovered_.manifest->state().store_id;
  time_ = std::make_unique<EngineTime>(options_.clock, recovered_.time_us);
  chain_ = std::make_unique<LogChain>(recovered_.writer->segment(),
                                      recovered_.next_revision - 1);
  log_ = std::make_unique<ActiveLog>(
      ActiveLog::Settings{options_.file_system, options_.path, store_id_,
                          options_.segment_bytes, options_.revision_block,
                          chain_.get(), options_.log_ahead_bytes},
      recovered_.manifest.get(), &segments_, std::move(recovered_.writer),
      recovered_.next_segment_id);
  StartViews();
  absl::Status remembered = StartRequests();
  if (!remembered.ok()) return remembered;
  disk_ = std::make_unique<DiskGuard>(DiskSettings());
  memory_ = std::make_unique<MemoryGuard>(MemoryGuard::Settings{
      options_.memory_bytes_max, [this] { return MeasureMemory(); }});
  StartTrainer();
  pipeline_ = std::make_unique<CommitPipeline>(
      CommitPipeline::Settings{
          options_.durability, options_.sync_interval, &options_.limits,
          time_.get(), disk_.get(), memory_.get(), requests_.get(),
          std::move(options_.on_fatal), [this] { watches_->OnPublish(); },
          CompressionSettings()},
      log_.get(), &index_, &cache_, recovered_.next_revision - 1,
      recovered_.next_revision);
  history_ = std::make_unique<HistoryWindow>(
      HistoryWindow::Settings{options_.history_window, options_.history_bytes,
                              [this] { return disk_->is_low(); }},
      &segments_);
  CompactionPacer::Settings pacing;
  pacing.bytes_per_second_max = options_.compaction_bytes_per_second;
  compactor_ = std::make_unique<Compactor>(
      Compaction::Environment{
          options_.file_system, options_.path, options_.segment_bytes,
          recovered_.manifest.get(), &segments_, &index_, log_.get(),
          [this](absl::string_view line) { Say(line); }, disk_.get(),
          /*sync_log=*/nullptr, history_.get(), requests_.get(),
          /*pace=*/nullptr,
          /*notes=*/nullptr, /*deletes_at_once=*/64 << 10,
          CopyCompressionSettings()},
      pipeline_.get(), time_.get(), options_.clock,
      CompactionPolicy(
          {options_.compaction_live_ratio, options_.compaction_dead_bytes,
           options_.compaction_spare_segments, options_.segment_bytes,
           options_.compaction_age, options_.compaction_expired_bytes,
           options_.compaction_step_bytes}),
      pacing, options_.compaction_interval);
  if (options_.write_hints) StartHintMaker();
  sweeper_ = std::make_unique<Sweeper>(&index_, pipeline_.get(), &leases_,
                                       snapshots_.get(), time_.get(),
                                       options_.sweep_interval);
  scrubber_ = std::make_unique<Scrubber>(
      Scrubber::Settings{options_.verify_bytes_per_second,
                         options_.scrub_interval, options_.clock,
                         [this](absl::string_view line) { Say(line); }},
      Verification::Environment{recovered_.manifest.get(), &segments_,
                                &index_});
  backups_ = std::make_unique<BackupThread>(
      BackupThread::Settings{options_.clock, std::move(options_.random),
                             [this](absl::string_view line) { Say(line); }},
      rundlet::Backup::Environment{
          options_.file_system, options_.segment_bytes,
          recovered_.manifest.get(), &segments_, &index_, time_.get(),
          [this] { return BlockingStore(this).Sync(Durability::kDisk); },
          requests_.get()});
  return absl::OkStatus();
}

void LogStore::StartHintMaker() {
  const auto has_room = [this](uint64_t bytes) {
    const DiskStats disk = disk_->stats();
    return disk.state == DiskState::kOk &&
           disk.free_bytes > disk.free_bytes_min + bytes;
  };
  hint_maker_ = std::make_unique<HintMaker>(
      HintMaker::Settings{options_.file_system, options_.path, has_room,
                          [this](absl::string_view line) { Say(line); }},
      recovered_.manifest.get());
}

LogStore::~LogStore() {
  if (pipeline_ == nullptr) return;  // it has not been opened
  RUNDLET_SYNC_POINT("close: asked for");
  watches_->Close();
  backups_.reset();
  scrubber_.reset();
  RUNDLET_SYNC_POINT("close: begins");
  sweeper_.reset();
  compactor_.reset();
  if (trainer_ != nullptr) trainer_->Stop();
  RUNDLET_SYNC_POINT("close: background stopped");
  const absl::StatusOr<Revision> next_revision = pipeline_->Close();
  RUNDLET_SYNC_POINT("close: commits closed");
  absl::Status status = next_revision.status();
  if (status.ok()) {
    status = log_->StopCleanly(*next_revision, time_->now_us());
    if (absl::IsResourceExhausted(status) && disk_->GiveRoom()) {
      status = log_->StopCleanly(*next_revision, time_->now_us());
    }
  }
  hint_maker_.reset();
  if (status.ok() && options_.write_hints && !disk_->is_low()) {
    LeaveCheckpoint();
  }
  Say(status.ok() ? absl::StrCat("closed ", options_.path)
                  : absl::StrCat("closed ", options_.path,
                                 " uncleanly: ", status.message()));
}

// The store is whole without it.
void LogStore::LeaveCheckpoint() {
  RUNDLET_SYNC_POINT("checkpoint: to be written");
  const absl::Status written = WriteCheckpoint(
      options_.file_system, options_.path, recovered_.manifest->state(),
      log_->ActiveSeal(), index_, requests_->Until(index_.visible()));
  RUNDLET_SYNC_POINT("checkpoint: written");
  if (!written.ok()) {
    Say(absl::StrCat("no checkpoint: ", written.message()));
  }
}

void LogStore::Read(ReadRequest request, ReadCallback done) {
  if (NamesRevision(request.at, request.at_time)) snapshots_->EndOld();
  done(reader_->Read(request));
}

void LogStore::Scan(ScanRequest request, ScanCallback done) {
  if (NamesRevision(request.at, request.at_time)) snapshots_->EndOld();
  done(reader_->Scan(request));
}

void LogStore::Sync(Durability durability, SyncCallback done) {
  const absl::Status checked = CheckSync(durability);
  if (!checked.ok()) return done(checked);
  pipeline_->Sync(
      durability,
      [done = std::move(done)](const absl::StatusOr<Receipt>& receipt) mutable {
        done(receipt.status());
      });
}

void LogStore::Compact(CompactCallback done) {
  compactor_->Request(std::move(done));
}

absl::StatusOr<CompactionPlan> LogStore::ExplainCompaction() const {
  return compactor_->Explain();
}

void LogStore::Verify(VerifyCallback done) {
  scrubber_->Request(std::move(done));
}

void LogStore::Backup(std::string folder, BackupCallback done) {
  backups_->Request(std::move(folder), std::move(done));
}

absl::StatusOr<IngestReport> LogStore::Ingest(EntrySource& source) {
  rundlet::Ingest ingest({options_.file_system, options_.path,
                          options_.segment_bytes, &options_.limits,
                          recovered_.manifest.get(), &segments_, &index_,
                          log_.get(), pipeline_.get(), CompressionSettings()});
  absl::StatusOr<IngestReport> report = ingest.Run(source, time_->now_us());
  if (ingest.must_stop()) pipeline_->Fail(report.status());
  if (report.ok()) EndWatches(*report);
  return report;
}

}  // namespace rundlet
