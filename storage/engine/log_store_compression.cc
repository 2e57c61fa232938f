// LogStore: how it stores values (FORMAT.md section 3.5).

#include <memory>
#include <string>
#include <utility>

#include "storage/engine/log_store.h"

namespace rundlet {

void LogStore::StartTrainer() {
  if (options_.compression != Compression::kZstd ||
      options_.dictionary_sample_bytes == 0) {
    return;
  }
  DictionaryTrainer::Settings settings;
  settings.sample_bytes = options_.dictionary_sample_bytes;
  settings.install = [this](uint32_t id, const std::string& bytes) {
    ManifestEdit edit;
    edit.dictionaries.push_back({static_cast<uint8_t>(id), bytes});
    absl::Status appended = recovered_.manifest->Append(edit);
    if (recovered_.manifest->broken()) pipeline_->Fail(appended);
    return appended;
  };
  settings.on_event = [this](absl::string_view line) { Say(line); };
  trainer_ = std::make_unique<DictionaryTrainer>(
      std::move(settings), segments_.dictionaries().get());
}

ValueCompressor::Settings LogStore::CompressionSettings() {
  return {options_.compression, segments_.dictionaries().get(), trainer_.get(),
          &compression_counts_};
}

// What is copied was counted when it was put.
ValueCompressor::Settings LogStore::CopyCompressionSettings() {
  ValueCompressor::Settings settings = CompressionSettings();
  settings.counts = nullptr;
  return settings;
}

CompressionStats LogStore::MeasureCompression() const {
  CompressionStats stats;
  stats.value_bytes = compression_counts_.value_bytes.load();
  stats.stored_bytes = compression_counts_.stored_bytes.load();
  const Dictionaries::Dictionary* const newest =
      segments_.dictionaries()->newest();
  stats.dictionary_count = newest == nullptr ? 0 : newest->id;
  return stats;
}

}  // namespace rundlet
