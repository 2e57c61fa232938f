// CommitRun: writes that follow each other reach the store as one run.

#ifndef RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
#define RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_

#include <cstddef>

#include "storage/store.h"

namespace rundlet {

// Sets Transaction::more on every write, and ends each run with the Sync that
// it promises. So nobody has to know which write is the last one. One thread at
// a time.
class CommitRun {
 public:
  // Does not own the store.
  explicit CommitRun(Store* store) : store_(store) {}
  CommitRun(const CommitRun&) = delete;
  CommitRun& operator=(const CommitRun&) = delete;

  // Commits a write; `bytes` is about what the transaction takes in memory.
  // Callbacks may run before Add and End return; they must not call either.
  void Add(Transaction&& transaction, size_t bytes,
           Store::CommitCallback&& done);

  // Lets the store write what it holds back. Call it at the end of every run.
  void End();

 private:
  Store* const store_;
  size_t run_bytes_ = 0;
  bool open_ = false;  // it has a write
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
