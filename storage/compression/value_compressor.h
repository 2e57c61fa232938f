// ValueCompressor: makes values shorter before they are written.

#ifndef RUNDLET_STORAGE_COMPRESSION_VALUE_COMPRESSOR_H_
#define RUNDLET_STORAGE_COMPRESSION_VALUE_COMPRESSOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/compression.h"
#include "storage/compression/dictionaries.h"
#include "storage/compression/dictionary_trainer.h"
#include "storage/format/record.h"

struct ZSTD_CCtx_s;

namespace rundlet {

// A shorter value is stored plain: its record's header is most of it.
constexpr size_t kCompressibleBytesMin = 64;
// And so is one that would not become shorter by this part of itself.
constexpr size_t kGainPart = 8;

// What all compressors of a store have done to the values that were put.
struct CompressionCounts {
  std::atomic<uint64_t> value_bytes{0};   // as they were put
  std::atomic<uint64_t> stored_bytes{0};  // of the same values
};

// One caller at a time.
class ValueCompressor {
 public:
  // Nothing is owned; what is null is not there.
  struct Settings {
    Compression compression = Compression::kNone;
    const Dictionaries* dictionaries = nullptr;
    DictionaryTrainer* trainer = nullptr;  // is shown the values
    CompressionCounts* counts = nullptr;
  };

  explicit ValueCompressor(const Settings& settings);
  ~ValueCompressor();
  ValueCompressor(const ValueCompressor&) = delete;
  ValueCompressor& operator=(const ValueCompressor&) = delete;

  // Lets values that are worth it be compressed ones, which live in here until
  // the next call. Records whose values are compressed already stay as they
  // are.
  void Compress(absl::Span<Record> records) {
    if (settings_.compression != Compression::kNone) CompressAll(records);
  }

  // The same of a record that is copied: what was stored plain, or by another
  // compression or without the newest dictionary, is stored as it would be now,
  // if that is shorter. DATA_LOSS: the value cannot be had.
  absl::Status Renew(Record* record) {
    return MayRenew(*record) ? RenewNow(record) : absl::OkStatus();
  }

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  void CompressAll(absl::Span<Record> records);
  bool MayRenew(const Record& record) const;
  absl::Status RenewNow(Record* record);
  // The bytes written to `out`, which has RoomFor(value); 0: not worth it.
  size_t CompressTo(absl::string_view value, char* out);
  size_t RoomFor(absl::string_view value) const;

  const Settings settings_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::unique_ptr<char[]> room_;
  size_t room_bytes_ = 0;
  std::string renewed_;  // a value that is compressed once more
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_VALUE_COMPRESSOR_H_
