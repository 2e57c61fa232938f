#include "storage/compression/value_compressor.h"

#include <snappy.h>
#include <zstd.h>

#include "storage/compression/value_codec.h"
#include "storage/compression/zstd_level.h"

namespace rundlet {
namespace {

// Room that one huge group has taken is not kept for the small ones.
constexpr size_t kRoomBytesKept = 1 << 20;

// A longer value has enough to repeat of its own.
constexpr size_t kDictionaryValueBytesMax = 16 << 10;

bool IsCompressible(const Record& record) {
  return record.type == RecordType::kPut &&
         record.compression == Compression::kNone &&
         record.value.size() >= kCompressibleBytesMin &&
         record.value.size() <= kCompressibleBytesMax;
}

size_t WorthwhileBytes(absl::string_view value) {
  return value.size() - value.size() / kGainPart;
}

}  // namespace

void ValueCompressor::FreeContext::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

ValueCompressor::ValueCompressor(const Settings& settings)
    : settings_(settings) {
  if (settings.compression == Compression::kZstd) {
    context_.reset(ZSTD_createCCtx());
  }
}

ValueCompressor::~ValueCompressor() = default;

size_t ValueCompressor::RoomFor(absl::string_view value) const {
  return settings_.compression == Compression::kSnappy
             ? snappy::MaxCompressedLength(value.size())
             : WorthwhileBytes(value);
}

size_t ValueCompressor::CompressTo(absl::string_view value, char* out) {
  if (settings_.compression == Compression::kSnappy) {
    size_t bytes = 0;
    snappy::RawCompress(value.data(), value.size(), out, &bytes);
    return bytes <= WorthwhileBytes(value) ? bytes : 0;
  }
  if (context_ == nullptr) return 0;
  const Dictionaries::Dictionary* const dictionary =
      settings_.dictionaries == nullptr ||
              value.size() > kDictionaryValueBytesMax
          ? nullptr
          : settings_.dictionaries->newest();
  const size_t bytes =
      dictionary == nullptr
          ? ZSTD_compressCCtx(context_.get(), out, RoomFor(value), value.data(),
                              value.size(), kZstdLevel)
          : ZSTD_compress_usingCDict(context_.get(), out, RoomFor(value),
                                     value.data(), value.size(),
                                     dictionary->compressing);
  // The error of a value that does not become short enough is want of room.
  return ZSTD_isError(bytes) != 0 ? 0 : bytes;
}

void ValueCompressor::CompressAll(absl::Span<Record> records) {
  size_t needed = 0;
  for (const Record& record : records) {
    if (IsCompressible(record)) needed += RoomFor(record.value);
  }
  if (needed > room_bytes_ || room_bytes_ > kRoomBytesKept) {
    room_.reset(new char[needed]);
    room_bytes_ = needed;
  }
  char* out = room_.get();
  uint64_t value_bytes = 0;
  uint64_t stored_bytes = 0;
  for (Record& record : records) {
    value_bytes += record.value.size();
    if (IsCompressible(record)) {
      if (settings_.trainer != nullptr) settings_.trainer->Offer(record.value);
      const size_t bytes = CompressTo(record.value, out);
      if (bytes > 0) {
        record.value = absl::string_view(out, bytes);
        record.compression = settings_.compression;
        out += bytes;
      }
    }
    stored_bytes += record.value.size();
  }
  if (settings_.counts == nullptr) return;
  settings_.counts->value_bytes.fetch_add(value_bytes,
                                          std::memory_order_relaxed);
  settings_.counts->stored_bytes.fetch_add(stored_bytes,
                                           std::memory_order_relaxed);
}

bool ValueCompressor::MayRenew(const Record& record) const {
  if (settings_.compression == Compression::kNone) return false;
  if (IsCompressible(record)) return true;
  if (settings_.compression != Compression::kZstd) return false;
  if (record.compression == Compression::kSnappy) return true;
  if (record.compression == Compression::kNone) return false;
  const Dictionaries::Dictionary* const newest =
      settings_.dictionaries == nullptr ? nullptr
                                        : settings_.dictionaries->newest();
  return newest != nullptr &&
         PlainValueBytes(record).value_or(0) <= kDictionaryValueBytesMax &&
         ZSTD_getDictID_fromFrame(record.value.data(), record.value.size()) !=
             newest->id;
}

absl::Status ValueCompressor::RenewNow(Record* record) {
  Record fresh = *record;
  if (record->compression != Compression::kNone) {
    static const auto* const kNoDictionaries = new Dictionaries();
    absl::Status decoded =
        DecodeValue(*record,
                    settings_.dictionaries == nullptr ? *kNoDictionaries
                                                      : *settings_.dictionaries,
                    &renewed_);
    if (!decoded.ok()) return decoded;
    fresh.value = renewed_;
    fresh.compression = Compression::kNone;
  }
  CompressAll(absl::MakeSpan(&fresh, 1));
  if (fresh.value.size() < record->value.size()) *record = fresh;
  return absl::OkStatus();
}

}  // namespace rundlet
