// CheckedStore: a store on a disk beside its oracle. Every transaction goes to
// both; what the store answers, and what it still has after a crash, must be
// what the model says. A difference fails the running test.
//
// After a crash the store may have forgotten what was not acknowledged, or not
// durably enough: it must then be exactly as it was behind one transaction (P2,
// P3), that of the last promise or a later one (P1), and never give a revision
// twice (L2). As keys that are gone in the model must be gone in the store, P6
// is checked with it. The model takes its time from the store when that opens,
// once it is clear that it has not gone back (T1).
//
// Requests (T3) are asked for again at each opening, oldest first: those of the
// state that the store is at must be answered with their first receipt, and the
// first one that is not must have been lost with all that came behind it.

#ifndef RUNDLET_TESTS_SUPPORT_CHECKED_STORE_H_
#define RUNDLET_TESTS_SUPPORT_CHECKED_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/options.h"
#include "storage/store.h"
#include "storage/transaction.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {

// One thread at a time; the store's callbacks come when they like.
class CheckedStore {
 public:
  // `clock` is not owned; the store has to be opened with the same one. Its
  // wall clock may step while the store is closed, and while it is open.
  explicit CheckedStore(const FakeClock* clock, Limits limits = {});
  ~CheckedStore() { Close(); }

  // Opens the store and compares it with every state that it may be in. A store
  // that does not open, or cannot be read, is not checked and not open; the
  // caller judges the error. With `expect_errors` it is as if ExpectErrors were
  // called meanwhile.
  absl::Status Open(Options options, bool expect_errors = false);
  bool is_open() const { return store_ != nullptr; }
  bool errors_expected() ABSL_LOCKS_EXCLUDED(mutex_);
  // A commit has failed that the model has made: what the store holds is known
  // again when it opens.
  bool has_failed() ABSL_LOCKS_EXCLUDED(mutex_);
  Store* store() { return store_.get(); }
  ModelStore& model() { return model_; }

  // From now on commits may fail: power or disk are gone or about to go. Until
  // the next Open.
  void ExpectErrors();

  // A request that was not refused.
  struct Asked {
    Transaction transaction;
    Revision revision = 0;           // of the model, behind it
    absl::Time time;                 // of its commit
    std::optional<Receipt> receipt;  // the store's, once it is there
  };
  // Those that the store still has to remember, oldest first.
  std::vector<Asked> Remembered() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Transaction> RememberedTransactions();
  // Asks for none of the requests so far again.
  void ForgetRequests() ABSL_LOCKS_EXCLUDED(mutex_);

  // A log that was read as a whole from `floor` on has every commit whose
  // revision is known, with all that it changed.
  void CheckLog(
      const std::map<Revision, std::map<std::string, std::string>>& log,
      Revision floor) ABSL_LOCKS_EXCLUDED(mutex_);

  // Starts a commit. Returns before its callback.
  void Commit(Transaction transaction);
  // Starts a commit and waits; the error if it failed. One that failed
  // otherwise than by UNKNOWN must have changed nothing.
  absl::Status CommitAndWait(Transaction transaction);
  void Sync(Durability durability);
  void Compact();
  // Loads the entries, which are in the order of their keys. Waits.
  absl::Status Ingest(const std::string& label, std::vector<Entry> entries);

  // Waits for every callback that is owed.
  void Wait();
  // Waits, then compares every entry, by scans and by reads.
  void Compare();

  // Destroys the store: it has synced all, unless it could not.
  void Close();
  // What outlives the store now: all that was acknowledged at `durability` or
  // above. To be called between Close and Open, after a crash.
  void Crash(Durability durability);

 private:
  // A state of the model that the store may be found in.
  struct Step {
    Revision revision = 0;  // of the model, behind a transaction
    Durability reached = Durability::kDefault;  // acknowledged; kDefault: not
    bool failed = false;                        // nothing was done, for sure
  };

  // What a callback has to know of its commit.
  struct Expectation {
    absl::StatusOr<Receipt> receipt;  // the model's
    bool may_come_and_go = false;
    bool is_repeat = false;  // of a request: step is that of the first one
    size_t step = 0;         // of steps_, if it has a revision
    std::optional<RequestId> request;
  };

  // What opening has found out by asking for requests again.
  struct Probe {
    size_t first = 0;  // of the steps that the store may be at
    size_t end = 0;
    // The first that was lost; the store has committed it anew.
    std::optional<Transaction> lost;
    absl::StatusOr<Receipt> receipt;
  };

  using Entries = std::map<std::string, Entry>;

  // What the store has otherwise than the model; empty: nothing. Revisions are
  // not compared: they differ from store to store.
  static std::string DifferenceOf(const Entry& model, const Entry& store);

  // Commits to the model.
  Expectation Expect(const Transaction& transaction)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteRequest(const Transaction& transaction, Expectation* expected)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What is wrong about the answer to a repeat fails the test.
  void CheckReplay(const Asked& asked, const Receipt& receipt);
  Asked* FindAsked(const RequestId& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  size_t StepOf(Revision revision) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Forgets requests behind a revision of the model, and those out of time.
  void ForgetRequests(Revision revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Probe ProbeRequests() ABSL_LOCKS_EXCLUDED(mutex_);

  void Finish(const Expectation& expected,
              const absl::StatusOr<Receipt>& receipt)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void CheckReceipt(const Expectation& expected, const Receipt& receipt)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds a line to what a failure prints.
  void Log(absl::string_view line) ABSL_LOCKS_EXCLUDED(mutex_);
  std::string History() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasDiverged() ABSL_LOCKS_EXCLUDED(mutex_);
  void Owe() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends what Owe began; `status` is an error only where one may be.
  void Settle(const absl::Status& status, size_t step, Durability durability)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Sets *time to the engine time of the first page.
  absl::StatusOr<Entries> ScanAll(absl::Time* time);
  // The store has opened at `time`.
  void LearnTime(const Entries& found, absl::Time time)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void CheckReads(const Entries& expected);
  // Why the store is not as the model was at a revision; empty: it is.
  std::string Difference(const Entries& found, Revision revision)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void LearnRevisions(const Entries& found, Revision revision)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Finds the step that the store is at, one of those that the probe has left,
  // and makes the model go on from there.
  void Match(const Entries& found, const Probe& probe)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // `lowest`: the revision of the first step that looks the same.
  void GoOnFrom(size_t step, Revision lowest, const Entries& found)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // How many steps there are before the first that failed.
  size_t PossibleSteps() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const FakeClock* const clock_;
  const Limits limits_;
  ModelStore model_;

  absl::Mutex mutex_;
  std::vector<std::string> history_ ABSL_GUARDED_BY(mutex_);
  std::vector<Step> steps_ ABSL_GUARDED_BY(mutex_);
  size_t floor_ ABSL_GUARDED_BY(mutex_) = 0;  // the first step it may be at
  uint64_t owed_ ABSL_GUARDED_BY(mutex_) = 0;
  bool errors_expected_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_cleanly_ ABSL_GUARDED_BY(mutex_) = true;
  // A commit has failed while others may be on the way, planned before or
  // after it became known: what they answer cannot be predicted any more, and
  // no further ones are made. CommitAndWait, with nothing on the way, goes on.
  bool diverged_ ABSL_GUARDED_BY(mutex_) = false;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status last_error_ ABSL_GUARDED_BY(mutex_);
  std::vector<Asked> asked_ ABSL_GUARDED_BY(mutex_);
  // The store's revisions of the model's, where they are known.
  std::map<Revision, Revision> revisions_ ABSL_GUARDED_BY(mutex_);
  Revision highest_ ABSL_GUARDED_BY(mutex_) = 0;  // that the store ever gave

  std::unique_ptr<Store> store_;  // last: its callbacks use all of the above
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_CHECKED_STORE_H_
