// EventfulLife: one life of a store with a compaction in the middle of all
// else: a client puts, deletes, reads, scans, repeats requests, holds a
// snapshot, follows watches, makes a backup, verifies, lets keys expire, makes
// the log roll, ingests and closes. It knows what it wrote.

#ifndef RUNDLET_TESTS_FAULT_EVENTFUL_LIFE_H_
#define RUNDLET_TESTS_FAULT_EVENTFUL_LIFE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "storage/store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/watch_follower.h"

namespace rundlet {

// One thread at a time. Differences fail the running test.
class EventfulLife {
 public:
  // What the client does beside the compaction: an ingest makes it fail, and
  // closing cancels it, so else it has ended before them.
  enum class Course { kUsual, kIngestsBeside, kClosesBeside };

  // Opens a new store and fills it.
  EventfulLife();

  // Asks for the compaction, calls `has_begun`, does everything else, and
  // closes the store.
  void Live(Course course, const std::function<void()>& has_begun);

  // Opens the store and its backup, and compares.
  void LookBack();

 private:
  struct Done {
    absl::Notification compacted;
    absl::Status compaction;
  };

  void OpenStore();
  void Put(const std::string& key, Durability durability, size_t bytes = 40,
           Expiry expiry = Expiry::Never());
  void Delete(const std::string& key);
  void Request(const std::string& id);
  void Fill();
  void Work(Course course, Done* done);
  void AwaitCompaction(Course course, Done* done);
  void Expire();
  void Ingest();
  void Close();

  void BeginWatches();
  void FollowWatches();
  void CheckSeen(const WatchFollower& follower);
  void EndWatches();
  void BackUp();
  void CheckBackup();
  void Verify();

  void CheckReads();
  void CheckRequests(Store* store);
  void CheckScan(Store* store, Revision at, absl::Time at_time,
                 const std::map<std::string, std::string>& expected);
  void CheckAll();

  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> store_;
  std::map<std::string, std::string> content_;
  std::map<std::string, std::string> backed_up_;
  LogTexts written_;
  std::map<std::string, Receipt> requests_;  // by id
  int writes_ = 0;

  WatchFollower slow_;     // begins behind Fill, at the first revision
  WatchFollower late_;     // begins in the middle, as far back as it can
  WatchFollower present_;  // begins in the middle, with the present state
  std::vector<std::unique_ptr<WatchReader>> outliving_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_FAULT_EVENTFUL_LIFE_H_
