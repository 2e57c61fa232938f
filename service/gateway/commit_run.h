// CommitRun: writes that follow each other reach the store as one run.

#ifndef RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
#define RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_

#include <cstddef>
#include <cstdint>

#include "service/admission/write_admission.h"
#include "storage/store.h"

namespace rundlet {

// Sets Transaction::more on every write, and keeps its promise at the end of
// each run. So nobody has to know which write is the last one. One thread at a
// time.
class CommitRun {
 public:
  // Does not own it.
  explicit CommitRun(WriteAdmission* admission) : admission_(admission) {}
  CommitRun(const CommitRun&) = delete;
  CommitRun& operator=(const CommitRun&) = delete;

  // Commits a write of a connection; `bytes` is about what the transaction
  // takes in memory. Callbacks may run before Add and End return; they must not
  // call either.
  void Add(Transaction&& transaction, size_t bytes, uint64_t connection,
           Store::CommitCallback&& done);

  // Lets the store write what it holds back. Call it at the end of every run.
  void End();

 private:
  WriteAdmission* const admission_;
  size_t run_bytes_ = 0;
  bool open_ = false;  // it has a write
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_COMMIT_RUN_H_
