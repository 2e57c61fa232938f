// CheckedBackups: backups of a CheckedStore, and what each has to hold: the
// entries of the model, and the requests that were remembered.

#ifndef RUNDLET_TESTS_SUPPORT_CHECKED_BACKUPS_H_
#define RUNDLET_TESTS_SUPPORT_CHECKED_BACKUPS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/entry.h"
#include "storage/file/clock.h"
#include "storage/file/file_system.h"
#include "storage/store.h"
#include "tests/support/checked_store.h"

namespace rundlet {

// One thread at a time.
class CheckedBackups {
 public:
  // Not owned; `files` is where the backups are read again.
  CheckedBackups(CheckedStore* checked, FileSystem* files, const Clock* clock)
      : checked_(checked), files_(files), clock_(clock) {}

  // Makes a backup in a folder that is not there, once all commits under way
  // have their answer. An error is a difference unless the store expects some.
  absl::Status BackUp(const std::string& folder);

  // Each backup that was acknowledged has all that it has to have, as a store
  // of its own; or, if `restore`, the copy of it in another folder. Forgets
  // them: a backup that has been opened is no longer what it was.
  void CheckAll(bool restore);

 private:
  struct Content {
    std::map<std::string, Entry> entries;
    std::vector<CheckedStore::Asked> requests;
  };

  void Check(const std::string& folder, const Content& content);
  void CheckEntries(Store* store, const Content& content);
  void CheckRequests(Store* store, const Content& content);

  CheckedStore* const checked_;
  FileSystem* const files_;
  const Clock* const clock_;
  std::map<std::string, Content> contents_;  // by folder
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_CHECKED_BACKUPS_H_
