// DelayControl: how many writes may wait for the disk, by how long they do.
//
// The disk takes what waits in groups: one write(2), one sync. A group that
// took longer than is wanted says how many writes fit into the time that is
// (Little's law), and the next one is cut to those. What is wanted is a time
// that is set, but no less than twice what the disk takes for a few writes: to
// cut groups makes a disk no faster whose every sync is slow. So a few writes
// go alone every now and then while groups are slow, as BBR probes for the
// delay of a path without a queue (Cardwell et al., ACM Queue 14(5), 2016).
//
// Whether anybody is refused is decided as CoDel does (Nichols and Jacobson,
// ACM Queue 10(5), 2012): not because many wait, but because the oldest has
// waited too long for longer than a burst, or a pause of the disk, lasts.

#ifndef RUNDLET_SERVICE_ADMISSION_DELAY_CONTROL_H_
#define RUNDLET_SERVICE_ADMISSION_DELAY_CONTROL_H_

#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

// Not thread-safe. Times are those of Clock::Monotonic.
class DelayControl {
 public:
  struct Settings {
    // What a group may take, and a write wait before its group begins.
    absl::Duration delay_max = absl::Milliseconds(100);
    // How long waits may be longer before anybody is refused.
    absl::Duration patience = absl::Milliseconds(300);
    // So many may always wait, however slow the disk is; and never more.
    uint64_t writes_min = 128;
    uint64_t writes_max = 16384;
  };

  explicit DelayControl(const Settings& settings)
      : settings_(settings),
        wanted_(settings.delay_max),
        fitting_writes_(settings.writes_max) {}

  // How many writes fit into a group that takes no longer than is wanted.
  uint64_t fitting_writes() const { return fitting_writes_; }
  // How many may wait.
  uint64_t places() const {
    return overloaded_ ? fitting_writes_ : settings_.writes_max;
  }
  bool overloaded() const { return overloaded_; }

  // The oldest write that waits has done so for `delay`.
  void OldestWaits(absl::Duration delay, absl::Duration now);

  // Somebody who came was refused.
  void Refused(absl::Duration now) { refused_ = now; }

  // A group begins; its oldest write has waited for `delay`. Returns how many
  // writes it takes at most.
  uint64_t GroupBegins(absl::Duration delay, absl::Duration now);

  // A group of `writes` has been under way for so long, and still is.
  void GroupLasts(uint64_t writes, absl::Duration duration);

  // A group of `writes` has reached the disk, so long after it began.
  void GroupEnds(uint64_t writes, absl::Duration duration, absl::Duration now);

  // About how long a write waits that comes now, when the group under way has
  // run for `elapsed`, until it is on the disk.
  absl::Duration ExpectedWait(absl::Duration elapsed) const;

 private:
  // What a few writes take: less counts at once, more by and by.
  void NoteBase(absl::Duration duration, absl::Duration now);

  const Settings settings_;
  absl::Duration wanted_;
  uint64_t fitting_writes_;
  absl::Duration pace_;  // of a group, smoothed
  absl::Duration base_;  // of a few writes; zero: not known
  absl::Duration base_noted_ = -absl::InfiniteDuration();
  bool slow_ = false;          // the last group was
  absl::Duration long_since_;  // when waits became too long; zero: they are not
  absl::Duration refused_ = -absl::InfiniteDuration();  // the last one
  bool overloaded_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_DELAY_CONTROL_H_
