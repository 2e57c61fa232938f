#include "service/gateway/reply.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "service/gateway/text_syntax.h"

namespace rundlet {
namespace {

// The longest message of the parser is an echo of 1,024 bytes with its reason.
constexpr size_t kErrorBytesMax = 2048;

bool IsLineBreak(char c) { return c == '\n' || c == '\r'; }

bool HasLineBreak(absl::string_view text) {
  return absl::StrContains(text, '\n') || absl::StrContains(text, '\r');
}

// JSON keeps line breaks out of its strings, so those that are there stand
// between tokens, as does the white space behind them.
void AppendJsonOnOneLine(absl::string_view json, std::string* out) {
  bool after_break = false;
  for (const char c : json) {
    if (IsLineBreak(c)) {
      after_break = true;
    } else if (!after_break || (c != ' ' && c != '\t')) {
      after_break = false;
      out->push_back(c);
    }
  }
}

std::string FormatCompactionTime(const StoreStats& stats) {
  if (!stats.last_compaction_time) return "None";
  const int64_t micros = absl::ToUnixMicros(*stats.last_compaction_time);
  return absl::StrFormat("%d.%06d", micros / 1'000'000, micros % 1'000'000);
}

}  // namespace

void AppendError(const absl::Status& status, std::string* out) {
  absl::StrAppend(out, "ERROR: ");
  // The one code that does not say "nothing was done".
  if (absl::IsUnknown(status)) absl::StrAppend(out, "outcome unknown: ");
  for (const char c : CutText(status.message(), kErrorBytesMax)) {
    out->push_back(IsLineBreak(c) ? ' ' : c);
  }
  out->push_back('\n');
}

void AppendValue(const Value& value, std::string* out) {
  const bool json = value.kind == ValueKind::kJson;
  const bool line_break = HasLineBreak(value.bytes);
  if (value.kind == ValueKind::kData || value.kind == ValueKind::kLarge ||
      (line_break && !json)) {
    AppendError(absl::FailedPreconditionError("value not representable"), out);
    return;
  }
  absl::StrAppend(out, "VALUE ");
  if (line_break) {
    AppendJsonOnOneLine(value.bytes, out);
  } else {
    absl::StrAppend(out, value.bytes);
  }
  out->push_back('\n');
}

void AppendStats(const StoreStats& stats, std::string* out) {
  absl::StrAppend(out, "keys_in_index: ", stats.keys_in_index, "\n");
  absl::StrAppend(out, "keys_in_cache: ", stats.keys_in_cache, "\n");
  absl::StrAppend(out, "put_count: ", stats.put_count, "\n");
  absl::StrAppend(out, "delete_count: ", stats.delete_count, "\n");
  absl::StrAppend(out, "file_size_bytes: ", stats.file_size_bytes, "\n");
  absl::StrAppend(out, "last_compaction_time: ", FormatCompactionTime(stats),
                  "\n");
}

}  // namespace rundlet
