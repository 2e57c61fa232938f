#include "storage/format/file_names.h"

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr absl::string_view kLogSuffix = ".log";
constexpr absl::string_view kBaseSuffix = ".base";
constexpr size_t kIdDigits = 16;

std::optional<uint64_t> ParseId(absl::string_view digits) {
  uint64_t id = 0;
  for (const char digit : digits) {
    if (digit >= '0' && digit <= '9') {
      id = id * 16 + static_cast<uint64_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      id = id * 16 + static_cast<uint64_t>(digit - 'a' + 10);
    } else {
      return std::nullopt;
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
  const std::optional<uint64_t> id = ParseId(name.substr(0, kIdDigits));
  if (!id.has_value() || *id == 0) return std::nullopt;
  return SegmentName{*id,
                     suffix == kBaseSuffix ? FileKind::kBase : FileKind::kLog};
}

}  // namespace rundlet
