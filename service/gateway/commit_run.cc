#include "service/gateway/commit_run.h"

#include <utility>

#include "service/admission/caller.h"

namespace rundlet {
namespace {

// A run ends here at the latest. One write of this size costs hardly more than
// the copying of its bytes, so longer runs save nothing; and they leave the
// processor's caches before they are written (tests/bench: with many keys,
// 8 KiB does a third more than 256 KiB).
constexpr size_t kRunBytesMax = size_t{8} << 10;

}  // namespace

void CommitRun::Add(Transaction&& transaction, size_t bytes,
                    uint64_t connection, Store::CommitCallback&& done) {
  run_bytes_ += bytes;
  open_ = true;
  transaction.more = true;
  // The protocol has no deadlines; and a client that sends its lines and goes
  // wants them applied.
  Caller caller;
  caller.connection = [connection] { return connection; };
  admission_->Commit(std::move(transaction), std::move(caller),
                     std::move(done));
  if (run_bytes_ >= kRunBytesMax) End();
}

void CommitRun::End() {
  if (!open_) return;
  open_ = false;
  run_bytes_ = 0;
  admission_->EndRun();
}

}  // namespace rundlet
