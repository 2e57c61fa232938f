#include "service/gateway/commit_run.h"

#include <utility>

#include "service/admission/caller.h"

namespace rundlet {
namespace {

// A run ends here at the latest. A shorter one pays for its write and its turn
// in the store with fewer commands; a longer one saves nothing more, and leaves
// the processor's caches before it is written (text_gateway_ratio, 32 in
// flight: 16 KiB does 7 % more than 8, 4 % more than 32, a third more than 256
// with many keys).
constexpr size_t kRunBytesMax = size_t{16} << 10;

}  // namespace

void CommitRun::Add(Transaction&& transaction, size_t bytes,
                    uint64_t connection, Store::CommitCallback&& done) {
  run_bytes_ += bytes;
  open_ = true;
  transaction.more = true;
  if (!admission_->CommitAtOnce(&transaction, &done)) {
    // The protocol has no deadlines; and a client that sends its lines and goes
    // wants them applied.
    Caller caller;
    caller.connection = [connection] { return connection; };
    admission_->Commit(std::move(transaction), std::move(caller),
                       std::move(done));
  }
  if (run_bytes_ >= kRunBytesMax) End();
}

void CommitRun::End() {
  if (!open_) return;
  open_ = false;
  run_bytes_ = 0;
  admission_->EndRun();
}

}  // namespace rundlet
