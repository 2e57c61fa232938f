// WatchFollower: a reader of changes that stops and goes on, and remembers all
// that it was given. Whatever breaks the promises of a watch (P9) within what
// it is given fails the running test; that it was given everything, and that
// nothing of it was taken back, is for the caller to check.

#ifndef RUNDLET_TESTS_SUPPORT_WATCH_FOLLOWER_H_
#define RUNDLET_TESTS_SUPPORT_WATCH_FOLLOWER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "storage/store.h"
#include "tests/support/watch_reader.h"

namespace rundlet {

// The changes of a transaction by key: "+value", "-", or "x" for an expired
// key.
using ChangeTexts = std::map<std::string, std::string>;
using LogTexts = std::map<Revision, ChangeTexts>;

// One owner.
class WatchFollower {
 public:
  // With the ranges and filters of this request.
  explicit WatchFollower(WatchRequest request) : request_(std::move(request)) {}

  // Forgets all that it has seen; it is to begin with the present state.
  void Reset();
  // Does so and begins, or begins with the changes from a revision on.
  absl::Status Begin(Store* store);
  absl::Status BeginFrom(Store* store, Revision from);

  // Goes on behind what it has seen, or, if the present state was not complete,
  // begins (again). OUT_OF_RANGE: history is gone; nothing has changed.
  absl::Status Resume(Store* store);

  // Ends the watch. Returns it, so that it can outlive its store.
  std::unique_ptr<WatchReader> Stop() { return std::move(reader_); }
  bool is_reading() const { return reader_ != nullptr; }

  // Takes a batch, which there always is: a bookmark is asked for. REQUIRES
  // is_reading().
  absl::Status Read();
  // Reads on until all up to `newest` has come.
  absl::Status CatchUp(Revision newest);

  // What it has seen: from begin() on, up to through().
  const LogTexts& seen() const { return seen_; }
  Revision begin() const { return begin_; }
  Revision through() const { return through_; }
  // The values by key, as the present state and the changes tell; of all keys
  // that it watches if it sees puts and deletes.
  const std::map<std::string, std::string>& state() const { return state_; }
  bool is_in_present() const { return in_present_; }

  bool Sees(const std::string& key, const std::string& change) const;
  // What it has to have seen of a log that was read as a whole from `floor` on.
  LogTexts Expected(const LogTexts& log, Revision floor) const;
  // What it has seen from `floor` on.
  LogTexts SeenFrom(Revision floor) const;

 private:
  absl::Status Open(Store* store, WatchRequest request);
  void Take(const WatchBatch& batch);
  void TakeChanges(const WatchBatch& batch);

  const WatchRequest request_;
  std::unique_ptr<WatchReader> reader_;
  Revision begin_ = 1;
  Revision through_ = 0;
  WatchBatch::Kind last_kind_ = WatchBatch::Kind::kMarker;
  LogTexts seen_;
  std::map<std::string, std::string> state_;
  bool in_present_ = true;  // the present state is still to come, or comes
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_WATCH_FOLLOWER_H_
