#include "storage/watch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr char kResume[] = "rundlet/resume-revision";
constexpr char kOldest[] = "rundlet/oldest-revision";

absl::Status WithRevision(absl::Status status, absl::string_view name,
                          Revision revision) {
  status.SetPayload(name, absl::Cord(absl::StrCat(revision)));
  return status;
}

std::optional<Revision> RevisionOf(const absl::Status& status,
                                   absl::string_view name) {
  const auto payload = status.GetPayload(name);
  Revision revision = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &revision)) {
    return std::nullopt;
  }
  return revision;
}

}  // namespace

std::optional<Revision> ResumeRevisionOf(const absl::Status& status) {
  return RevisionOf(status, kResume);
}

absl::Status CutOff(absl::Status status, Revision resume_from) {
  return WithRevision(std::move(status), kResume, resume_from);
}

std::optional<Revision> OldestRevisionOf(const absl::Status& status) {
  return RevisionOf(status, kOldest);
}

absl::Status HistoryGone(absl::Status status, Revision oldest) {
  return WithRevision(std::move(status), kOldest, oldest);
}

std::vector<KeyRange> MergedRanges(std::vector<KeyRange> ranges) {
  std::sort(
      ranges.begin(), ranges.end(),
      [](const KeyRange& a, const KeyRange& b) { return a.start < b.start; });
  std::vector<KeyRange> merged;
  for (KeyRange& range : ranges) {
    if (!range.end.empty() && range.end <= range.start) continue;  // no key
    KeyRange* last = merged.empty() ? nullptr : &merged.back();
    if (last == nullptr || (!last->end.empty() && last->end < range.start)) {
      merged.push_back(std::move(range));
    } else if (!last->end.empty() &&
               (range.end.empty() || range.end > last->end)) {
      last->end = std::move(range.end);
    }
  }
  return merged;
}

}  // namespace rundlet
