// WatchReader: a watch that is read by waiting for each batch.

#ifndef RUNDLET_TESTS_SUPPORT_WATCH_READER_H_
#define RUNDLET_TESTS_SUPPORT_WATCH_READER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/store.h"

namespace rundlet {

// One owner.
class WatchReader {
 public:
  // Opens the watch; it has status() from then on.
  WatchReader(Store* store, WatchRequest request);

  // OK while it runs; else why it could not be opened, or why it has ended.
  const absl::Status& status() const { return status_; }
  Watch& watch() { return *watch_; }

  // The next batch, when it comes.
  absl::StatusOr<WatchBatch> Next();

  // Reads on until there are so many lines, and returns them: one for each
  // present entry ("= k=v"), marker ("|"), change ("+ k=v", "- k", "x k" for an
  // expired key). Bookmarks leave none.
  std::vector<std::string> Lines(size_t count);

  // Behind the last batch.
  Revision through() const { return through_; }

 private:
  std::unique_ptr<Watch> watch_;
  absl::Status status_;
  Revision through_ = 0;
  std::vector<std::string> lines_;  // read, not yet returned
};

// What a change does to its key: "+value", "-", or "x" if it has expired.
std::string TextOf(const Change& change);

// All keys from now on, or from a revision.
WatchRequest WatchAll(Revision from = 0);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_WATCH_READER_H_
