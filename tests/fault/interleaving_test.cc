// Goal: whatever a compaction and the other work of a store do between each
// other's steps, in either order, nothing is lost, nothing comes back, watches
// and backups are right, and no thread races with another.
// Method: every sync point of the compaction meets every other one, in a life
// of its own (eventful_life.h). First the compaction is held at its point until
// another thread comes to the other one; then that thread is held until the
// compaction has come to its next point, or to its end. What locks rule out is
// listed, with the reason, and has to stay ruled out; all else has to happen.
//
//   bazel test --config=tsan //tests/fault:interleaving_test
//
// In other configurations the points are not there.

#include <algorithm>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/eventful_life.h"
#include "tests/support/sync_meeting.h"

namespace rundlet {
namespace {

using ::testing::IsSupersetOf;

using Names = std::vector<std::string>;

// For what has to happen; it is not used up.
constexpr absl::Duration kPatience = absl::Seconds(20);
// For what locks rule out: enough for it to happen if they did not.
constexpr absl::Duration kShortPatience = absl::Milliseconds(20);

// In the order in which a compaction comes to them.
const Names& CompactionPoints() {
  static const auto* const kPoints =
      new Names{"compaction: begins",
                "compaction: log sealed",
                "compaction: inputs chosen",
                "compaction: requests found",
                "compaction: room found",
                "compaction: keys walked",
                "compaction: record read",
                "compaction: outputs finished",
                "compaction: outputs verified",
                "compaction: log synced",
                "compaction: segments exchanged",
                "compaction: output added",
                "compaction: record to be led to",
                "compaction: index led",
                "compaction: inputs to go",
                "compaction: inputs taken out",
                "compaction: done"};
  return *kPoints;
}

const Names& OtherPoints() {
  static const auto* const kPoints = new Names{"backup: keys found",
                                               "backup: log synced",
                                               "backup: requests copied",
                                               "backup: revision pinned",
                                               "backup: segment found",
                                               "backup: written",
                                               "checkpoint: to be written",
                                               "checkpoint: written",
                                               "close: asked for",
                                               "close: background stopped",
                                               "close: begins",
                                               "close: commits closed",
                                               "commit: group finished",
                                               "commit: group to be written",
                                               "commit: group written",
                                               "commit: planned",
                                               "commit: published",
                                               "commit: to be published",
                                               "expiry: key found",
                                               "expiry: keys found",
                                               "hint: to be written",
                                               "hint: written",
                                               "ingest: listed",
                                               "ingest: segments written",
                                               "ingest: visible",
                                               "log: extended",
                                               "page lease: to be unpinned",
                                               "read: record checked",
                                               "read: segment found",
                                               "read: segment to be found",
                                               "read: versions found",
                                               "request: to be answered",
                                               "request: begun",
                                               "request: remembered",
                                               "request: to be ended",
                                               "revisions: reserved",
                                               "roll: done",
                                               "roll: folder synced",
                                               "roll: new segment made",
                                               "roll: old segment synced",
                                               "roll: segments listed",
                                               "scan: keys found",
                                               "scan: page read",
                                               "scan: revision pinned",
                                               "snapshot: pinned",
                                               "snapshot: to be unpinned",
                                               "sync: done",
                                               "sync: to begin",
                                               "verify: keys walked",
                                               "verify: segment found",
                                               "verify: segment read",
                                               "watch: batch found",
                                               "watch: history listed",
                                               "watch: log read",
                                               "watch: place found",
                                               "watch: present given",
                                               "watch: present pinned",
                                               "watch: present read"};
  return *kPoints;
}

bool Holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Exclusion {
  const char* reason;
  Names compaction;  // empty: all of them
  Names others;
};

bool IsIn(const std::vector<Exclusion>& exclusions,
          const std::string& of_compaction, const std::string& other) {
  return std::any_of(exclusions.begin(), exclusions.end(),
                     [&](const Exclusion& exclusion) {
                       return (exclusion.compaction.empty() ||
                               Holds(exclusion.compaction, of_compaction)) &&
                              Holds(exclusion.others, other);
                     });
}

// Nobody comes to the others while a compaction is at its point.
const std::vector<Exclusion>& NeverMet() {
  static const auto* const kExclusions = new std::vector<Exclusion>{
      {"closing waits for the compaction's thread before it goes on",
       {},
       {"close: background stopped", "close: commits closed",
        "checkpoint: to be written", "checkpoint: written"}},
  };
  return *kExclusions;
}

// A compaction does not come to its point while a thread is at the others.
const std::vector<Exclusion>& NeverPassed() {
  static const auto* const kExclusions = new std::vector<Exclusion>{
      {"to seal and to sync take the commit lock, which the thread holds",
       {"compaction: log sealed", "compaction: log synced"},
       {"commit: group finished", "commit: planned", "commit: to be published",
        "expiry: key found", "request: remembered"}},
      {"sealing and syncing is the flusher's work, which is here itself",
       {"compaction: log sealed", "compaction: log synced"},
       {"log: extended", "request: to be answered", "request: to be ended",
        "revisions: reserved", "roll: done", "roll: folder synced",
        "roll: new segment made", "roll: old segment synced",
        "roll: segments listed", "sync: done", "sync: to begin"}},
      {"the flusher waits for who writes a group",
       {"compaction: log sealed", "compaction: log synced"},
       {"commit: group to be written", "commit: group written"}},
      {"callbacks run one after the other, that of a sync too",
       {"compaction: log synced"},
       {"commit: published"}},
      {"an ingest keeps seals and syncs out",
       {"compaction: log sealed", "compaction: log synced"},
       {"ingest: listed", "ingest: segments written", "ingest: visible"}},
      {"who removes segments waits for those that read under their guard",
       {"compaction: inputs taken out"},
       {"read: record checked", "read: segment found",
        "read: segment to be found", "scan: keys found"}},
      {"to walk the index and to relocate in it takes a writer's turn, which "
       "the thread has",
       {"compaction: inputs chosen", "compaction: keys walked",
        "compaction: index led"},
       {"commit: to be published", "request: remembered"}},
  };
  return *kExclusions;
}

EventfulLife::Course CourseFor(const std::string& other) {
  using Course = EventfulLife::Course;
  if (absl::StartsWith(other, "ingest")) return Course::kIngestsBeside;
  const bool closes =
      absl::StartsWith(other, "close") || absl::StartsWith(other, "checkpoint");
  return closes ? Course::kClosesBeside : Course::kUsual;
}

TEST(InterleavingTest, EveryPointIsReached) {
  EventfulLife life;
  {
    const SyncPointNames names;
    life.Live(EventfulLife::Course::kUsual, [] {});
    EXPECT_GE(CompactionPoints().size() + OtherPoints().size(), 40u);
    EXPECT_THAT(names.seen(), IsSupersetOf(CompactionPoints()));
    EXPECT_THAT(names.seen(), IsSupersetOf(OtherPoints()));
  }
  life.LookBack();
}

// From one point of a compaction to a later one, or the same.
struct Span {
  size_t first;
  size_t last;

  friend void PrintTo(const Span& span, std::ostream* out) {
    *out << CompactionPoints()[span.first] << ", up to "
         << CompactionPoints()[span.last];
  }
};

size_t PlaceOf(const std::string& of_compaction) {
  const Names& points = CompactionPoints();
  return std::find(points.begin(), points.end(), of_compaction) -
         points.begin();
}

// Each step, and what a thread may sleep through at most: all of a compaction;
// and all that comes behind its sync, which some have to let go on.
std::vector<Span> Spans() {
  std::vector<Span> spans;
  const size_t last = CompactionPoints().size() - 1;
  for (size_t i = 0; i < last; ++i) spans.push_back({i, i + 1});
  spans.push_back({last, last});
  const size_t removed = PlaceOf("compaction: inputs taken out");
  spans.push_back({PlaceOf("compaction: log sealed"), removed});
  spans.push_back({PlaceOf("compaction: log synced"), removed});
  return spans;
}

// A part of the meetings: those of one span.
class InterleavingTest : public ::testing::TestWithParam<Span> {
 protected:
  static bool Passes(const Span& span, const std::string& other) {
    for (size_t i = span.first + 1; i <= span.last; ++i) {
      if (IsIn(NeverPassed(), CompactionPoints()[i], other)) return false;
    }
    return span.last > span.first;
  }

  // Returns how many orders there were.
  static int Meet(const Span& span, const std::string& other) {
    const std::string& here = CompactionPoints()[span.first];
    const std::string& next = CompactionPoints()[span.last];
    SCOPED_TRACE(absl::StrCat(other, " at ", here, ", up to ", next));
    const bool meets = !IsIn(NeverMet(), here, other);
    const bool passes = meets && Passes(span, other);
    EventfulLife life;
    SyncMeeting* const meeting =
        SyncMeeting::Begin({here, other, span.last > span.first ? next : "",
                            meets ? kPatience : kShortPatience,
                            passes ? kPatience : kShortPatience});
    life.Live(CourseFor(other),
              [meeting] { EXPECT_TRUE(meeting->AwaitFirst(kPatience)); });
    const SyncMeeting::Outcome outcome = meeting->End();
    EXPECT_EQ(outcome.other_came, meets);
    EXPECT_EQ(outcome.next_came, passes);
    life.LookBack();
    return (outcome.other_came ? 1 : 0) + (outcome.next_came ? 1 : 0);
  }
};

TEST_P(InterleavingTest, EitherOrderOfEachPairIsRight) {
  int orders = 0;
  for (const std::string& other : OtherPoints()) {
    orders += Meet(GetParam(), other);
    if (HasFailure()) return;
  }
  std::cout << ::testing::PrintToString(GetParam()) << ": " << orders
            << " orders with " << OtherPoints().size() << " points\n";
}

INSTANTIATE_TEST_SUITE_P(Compaction, InterleavingTest,
                         ::testing::ValuesIn(Spans()));

}  // namespace
}  // namespace rundlet
