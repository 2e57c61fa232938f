#include "storage/format/file_names.h"

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr absl::string_view kLogSuffix = ".log";
constexpr absl::string_view kBaseSuffix = ".base";
constexpr absl::string_view kHintSuffix = ".hint";
constexpr size_t kIdDigits = 16;

// 0, which no segment has, if these are not the digits of an id.
uint64_t ParseId(absl::string_view digits) {
  uint64_t id = 0;
  for (const char digit : digits) {
    if (digit >= '0' && digit <= '9') {
      id = id * 16 + static_cast<uint64_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      id = id * 16 + static_cast<uint64_t>(digit - 'a' + 10);
    } else {
      return 0;
    }
  }
  return id;
}

}  // namespace

std::string FormatSegmentName(SegmentName name) {
  return absl::StrCat(absl::Hex(name.segment_id, absl::kZeroPad16),
                      name.kind == FileKind::kBase ? kBaseSuffix : kLogSuffix);
}

std::optional<SegmentName> ParseSegmentName(absl::string_view name) {
  if (name.size() <= kIdDigits) return std::nullopt;
  const absl::string_view suffix = name.substr(kIdDigits);
  if (suffix != kLogSuffix && suffix != kBaseSuffix) return std::nullopt;
  const uint64_t id = ParseId(name.substr(0, kIdDigits));
  if (id == 0) return std::nullopt;
  return SegmentName{id,
                     suffix == kBaseSuffix ? FileKind::kBase : FileKind::kLog};
}

std::string FormatHintName(uint64_t segment_id) {
  return absl::StrCat(absl::Hex(segment_id, absl::kZeroPad16), kHintSuffix);
}

std::optional<uint64_t> ParseHintName(absl::string_view name) {
  if (name.size() <= kIdDigits || name.substr(kIdDigits) != kHintSuffix) {
    return std::nullopt;
  }
  const uint64_t id = ParseId(name.substr(0, kIdDigits));
  if (id == 0) return std::nullopt;
  return id;
}

}  // namespace rundlet
