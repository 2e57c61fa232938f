#include "storage/compression/value_codec.h"

#include <snappy.h>
#include <zstd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rundlet {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// A context costs more to make than most values to decompress.
ZSTD_DCtx* ContextOfThread() {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeContext> context(
      ZSTD_createDCtx());
  return context.get();
}

// 0: the bytes say none.
uint64_t ClaimedBytes(const Record& record) {
  const absl::string_view stored = record.value;
  if (record.compression == Compression::kSnappy) {
    size_t bytes = 0;
    return snappy::GetUncompressedLength(stored.data(), stored.size(), &bytes)
               ? bytes
               : 0;
  }
  const uint64_t bytes = ZSTD_getFrameContentSize(stored.data(), stored.size());
  const bool unknown =
      bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes == ZSTD_CONTENTSIZE_ERROR;
  return unknown ? 0 : bytes;
}

absl::Status DecodeZstd(absl::string_view stored,
                        const Dictionaries& dictionaries, std::string* value) {
  ZSTD_DCtx* const context = ContextOfThread();
  if (context == nullptr) {
    return absl::ResourceExhaustedError("no memory to decompress a value");
  }
  const uint32_t id = ZSTD_getDictID_fromFrame(stored.data(), stored.size());
  const Dictionaries::Dictionary* const dictionary = dictionaries.Find(id);
  if (id != 0 && dictionary == nullptr) {
    return absl::DataLossError(absl::StrCat("a value needs zstd dictionary ",
                                            id, ", which is not known"));
  }
  const size_t bytes =
      dictionary == nullptr
          ? ZSTD_decompressDCtx(context, value->data(), value->size(),
                                stored.data(), stored.size())
          : ZSTD_decompress_usingDDict(context, value->data(), value->size(),
                                       stored.data(), stored.size(),
                                       dictionary->decompressing);
  if (ZSTD_isError(bytes) != 0) {
    return absl::DataLossError(absl::StrCat("a value does not decompress: ",
                                            ZSTD_getErrorName(bytes)));
  }
  if (bytes == value->size()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("a value of ", value->size(),
                                          " bytes decompresses to ", bytes));
}

}  // namespace

absl::StatusOr<uint64_t> PlainValueBytes(const Record& record) {
  if (record.compression == Compression::kNone) return record.value.size();
  const uint64_t claimed = ClaimedBytes(record);
  if (claimed > record.value.size() && claimed <= kCompressibleBytesMax) {
    return claimed;
  }
  return absl::DataLossError(absl::StrCat(
      "a compressed value of ", record.value.size(), " bytes says it has ",
      claimed, ", which is not above that and at most ",
      kCompressibleBytesMax));
}

absl::Status DecodeValue(const Record& record, const Dictionaries& dictionaries,
                         std::string* value) {
  if (record.compression == Compression::kNone) {
    value->assign(record.value.data(), record.value.size());
    return absl::OkStatus();
  }
  const absl::StatusOr<uint64_t> bytes = PlainValueBytes(record);
  if (!bytes.ok()) return bytes.status();
  value->resize(*bytes);
  if (record.compression == Compression::kZstd) {
    return DecodeZstd(record.value, dictionaries, value);
  }
  if (snappy::RawUncompress(record.value.data(), record.value.size(),
                            value->data())) {
    return absl::OkStatus();
  }
  return absl::DataLossError("a value is no Snappy block");
}

}  // namespace rundlet
