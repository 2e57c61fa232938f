#include "storage/compression/dictionary_training.h"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "storage/compression/zstd_level.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

// One in so many samples is kept back, to judge the dictionary by.
constexpr size_t kKeptBackPart = 4;

// Where a dictionary says its id (RFC 8878 section 5).
constexpr size_t kIdAt = 4;
constexpr size_t kHeaderBytes = 8;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// What the samples come to, each compressed by itself.
uint64_t CompressedBytes(const Samples& samples, const ZSTD_CDict* dictionary) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  std::string out;
  uint64_t total = 0;
  absl::string_view rest = samples.bytes;
  for (const size_t size : samples.sizes) {
    out.resize(ZSTD_compressBound(size));
    const size_t bytes =
        dictionary == nullptr
            ? ZSTD_compressCCtx(context.get(), out.data(), out.size(),
                                rest.data(), size, kZstdLevel)
            : ZSTD_compress_usingCDict(context.get(), out.data(), out.size(),
                                       rest.data(), size, dictionary);
    total += ZSTD_isError(bytes) != 0 ? size : std::min(size, bytes);
    rest.remove_prefix(size);
  }
  return total;
}

}  // namespace

std::string TrainDictionary(uint32_t id, const Samples& samples,
                            const Dictionaries::Dictionary* current) {
  Samples seen;
  Samples kept_back;
  absl::string_view rest = samples.bytes;
  for (size_t i = 0; i < samples.sizes.size(); ++i) {
    const size_t size = samples.sizes[i];
    (i % kKeptBackPart == 0 ? kept_back : seen).Add(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  std::string bytes(kDictionaryBytesMax, '\0');
  const size_t trained = ZDICT_trainFromBuffer(
      bytes.data(), bytes.size(), seen.bytes.data(), seen.sizes.data(),
      static_cast<unsigned>(seen.sizes.size()));
  if (ZDICT_isError(trained) != 0 || trained < kHeaderBytes) return "";
  bytes.resize(trained);
  EncodeFixed<uint32_t>(id, &bytes[kIdAt]);
  Dictionaries::Dictionary made;
  made.compressing = ZSTD_createCDict(bytes.data(), bytes.size(), kZstdLevel);
  if (made.compressing == nullptr) return "";
  const uint64_t with = CompressedBytes(kept_back, made.compressing);
  const uint64_t without = CompressedBytes(
      kept_back, current == nullptr ? nullptr : current->compressing);
  return with <= without - without / 10 ? bytes : "";
}

}  // namespace rundlet
