#include "service/gateway/commit_run.h"

#include <utility>

namespace rundlet {
namespace {

// A run ends here at the latest. One write of this size costs hardly more than
// the copying of its bytes, so longer runs save nothing; and they leave the
// processor's caches before they are written (tests/bench: with many keys,
// 8 KiB does a third more than 256 KiB).
constexpr size_t kRunBytesMax = size_t{8} << 10;

}  // namespace

void CommitRun::Add(Transaction transaction, size_t bytes,
                    Store::CommitCallback done) {
  run_bytes_ += bytes;
  const bool ended = run_bytes_ > kRunBytesMax;
  CommitHeld(/*more=*/true);
  held_.emplace(Held{std::move(transaction), std::move(done)});
  if (ended) End();
}

void CommitRun::End() {
  run_bytes_ = 0;
  CommitHeld(/*more=*/false);
}

void CommitRun::CommitHeld(bool more) {
  if (!held_) return;
  Held held = *std::move(held_);
  held_.reset();
  held.transaction.more = more;
  store_->Commit(std::move(held.transaction), std::move(held.done));
}

}  // namespace rundlet
