// CommitRun: writes that follow each other reach the store as one run.

#ifndef RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
#define RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_

#include <cstddef>
#include <optional>

#include "storage/store.h"

namespace rundlet {

// Sets Transaction::more on every write of a run but the last, by holding each
// one back until the next one or the end is known. So the promise behind `more`
// is always kept. One thread at a time.
class CommitRun {
 public:
  // Does not own the store.
  explicit CommitRun(Store* store) : store_(store) {}
  CommitRun(const CommitRun&) = delete;
  CommitRun& operator=(const CommitRun&) = delete;

  // Commits the write that is held back, if there is one, and holds this one.
  // `bytes` is about what the transaction takes in memory. Callbacks may run
  // before Add and End return; they must not call either.
  void Add(Transaction transaction, size_t bytes, Store::CommitCallback done);

  // Commits what is held back. Call it at the end of every run.
  void End();

 private:
  struct Held {
    Transaction transaction;
    Store::CommitCallback done;
  };

  void CommitHeld(bool more);

  Store* const store_;
  std::optional<Held> held_;
  size_t run_bytes_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
