#include "tests/storage/engine/engine_parts.h"

#include <optional>

#include "gtest/gtest.h"
#include "storage/engine/read/record_reader.h"

namespace rundlet {

CommitPipeline::Callback Answer::Callback() const {
  return [state = state_](absl::StatusOr<Receipt> receipt) {
    state->receipt = std::move(receipt);
    state->come.Notify();
  };
}

const absl::StatusOr<Receipt>& Answer::Get() const {
  state_->come.WaitForNotification();
  return state_->receipt;
}

Transaction PutTransaction(std::string key, std::string value,
                           Durability durability) {
  Transaction transaction;
  transaction.operations.push_back(
      PutOperation{std::move(key), Value::Text(std::move(value))});
  transaction.durability = durability;
  return transaction;
}

Transaction DeleteTransaction(std::string key, Durability durability) {
  Transaction transaction;
  transaction.operations.push_back(DeleteOperation{std::move(key)});
  transaction.durability = durability;
  return transaction;
}

Options QuietOptions(FileSystem* file_system) {
  Options options;
  options.path = kEngineFolder;
  options.file_system = file_system;
  options.sync_interval = absl::Hours(1);
  options.sweep_interval = absl::Hours(1);
  options.random = [] { return uint64_t{0x1234567890abcdef}; };
  options.disk_free_bytes_min = 0;
  options.disk_interval = absl::Hours(1);
  return options;
}

EngineParts::EngineParts(Options given, const FakeClock* clock)
    : options(std::move(given)),
      cache(options.cache_entries, options.cache_bytes) {
  options.clock = clock;
  absl::StatusOr<RecoveredStore> opened = Recover(options, &segments, &index);
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return;
  recovered = *std::move(opened);
  time = std::make_unique<EngineTime>(clock, recovered.time_us);
  requests = std::make_unique<RequestTable>(RequestTable::Settings{
      options.requests_max, options.request_window, time.get()});
  chain = std::make_unique<LogChain>(recovered.writer->segment(),
                                     recovered.next_revision - 1);
  log = std::make_unique<ActiveLog>(
      ActiveLog::Settings{options.file_system, options.path,
                          recovered.manifest->state().store_id,
                          options.segment_bytes, options.revision_block,
                          chain.get(), options.log_ahead_bytes},
      recovered.manifest.get(), &segments, std::move(recovered.writer),
      recovered.next_segment_id);
  if (options.disk_free_bytes_min > 0) {
    disk = std::make_unique<DiskGuard>(DiskGuard::Settings{
        options.file_system, options.path, options.disk_free_bytes_min,
        options.delete_reserve_bytes,
        options.compaction_reserve_bytes.value_or(0), /*used_bytes=*/0,
        options.disk_interval, [](absl::string_view) {}});
  }
  pipeline = std::make_unique<CommitPipeline>(
      CommitPipeline::Settings{options.durability, options.sync_interval,
                               &options.limits, time.get(), disk.get(),
                               /*memory=*/nullptr, requests.get(),
                               std::move(options.on_fatal)},
      log.get(), &index, &cache, recovered.next_revision - 1,
      recovered.next_revision);
}

void EngineParts::StopCleanly() {
  const absl::StatusOr<Revision> next = pipeline->Close();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(log->StopCleanly(*next, time->now_us()).ok());
}

Answer EngineParts::Commit(Transaction transaction) {
  Answer answer;
  CommitPipeline::Callback done = answer.Callback();
  EXPECT_TRUE(pipeline->Commit(&transaction, {}, &done).empty());
  return answer;
}

Answer EngineParts::Sync(Durability durability) {
  Answer answer;
  pipeline->Sync(durability, answer.Callback());
  return answer;
}

std::string EngineParts::Visible(const std::string& key) const {
  const std::optional<Version> version = index.Find(key);
  if (!version.has_value()) return "-";
  return version->value == nullptr ? "?" : *version->value;
}

std::string EngineParts::Read(const std::string& key) const {
  return ReadAt(key, 0);
}

std::string EngineParts::ReadAt(const std::string& key, Revision at) const {
  std::vector<std::optional<Version>> versions;
  index.FindAll({key}, at, &versions);
  if (!versions[0].has_value()) return "-";
  RecordCache no_cache(0, 0);
  RecordReader reader(&segments, &no_cache);
  const absl::StatusOr<std::optional<std::string>> value =
      reader.ReadValue(key, *versions[0], RecordReader::Caching::kBypass);
  if (!value.ok()) return value.status().ToString();
  return value->value_or("moved");
}

absl::StatusOr<CompactionReport> EngineParts::Compact() {
  const absl::Status sealed = pipeline->Seal();
  if (!sealed.ok()) return sealed;
  Compaction compaction(ForCompaction());
  return compaction.Run(time->now_us(), [] { return false; });
}

Compaction::Environment EngineParts::ForCompaction() {
  return {options.file_system,
          options.path,
          options.segment_bytes,
          recovered.manifest.get(),
          &segments,
          &index,
          log.get(),
          [](absl::string_view) {},
          disk.get(),
          [this] { return Sync(Durability::kDisk).Get().status(); },
          /*history=*/nullptr,
          requests.get()};
}

}  // namespace rundlet
