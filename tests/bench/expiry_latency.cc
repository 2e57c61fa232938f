// How late an expiry reaches a watch: keys that expire in the same second, on a
// store with default options in a temporary folder. Ends with 1 if one is told
// early or left out, or if they are later than wanted (README.md).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/temp_folder.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

constexpr int kKeys = 10'000;
constexpr absl::Duration kMedianMax = absl::Milliseconds(100);
constexpr absl::Duration kP99Max = absl::Milliseconds(500);

// Puts keys that expire one after the other within the second from `start` on.
void PutKeys(Store* store, absl::Time start) {
  absl::BlockingCounter acknowledged(kKeys);
  for (int i = 0; i < kKeys; ++i) {
    Transaction transaction;
    transaction.operations.push_back(
        PutOperation{absl::StrCat("key:", i), Value::Text("value"),
                     Expiry::At(start + absl::Seconds(1) * i / kKeys)});
    store->Commit(std::move(transaction), [&](absl::StatusOr<Receipt> receipt) {
      if (!receipt.ok()) std::abort();
      acknowledged.DecrementCount();
    });
  }
  acknowledged.Wait();
}

// How late each key was, ascending; empty if the watch has ended early.
std::vector<absl::Duration> ReadExpiries(WatchReader& reader,
                                         absl::Time start) {
  std::vector<absl::Duration> late;
  while (late.size() < kKeys) {
    const absl::StatusOr<WatchBatch> batch = reader.Next();
    const absl::Time now = absl::Now();
    if (!batch.ok()) return {};
    for (const Change& change : batch->changes) {
      if (change.cause != Change::Cause::kExpired) continue;
      const int i = std::stoi(change.entry.key.substr(4));
      late.push_back(now - (start + absl::Seconds(1) * i / kKeys));
    }
  }
  std::sort(late.begin(), late.end());
  return late;
}

int Main() {
  TempFolder folder;
  Options options;
  options.path = folder.Path("data");
  auto opened = Open(std::move(options));
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.status().ToString().c_str());
    return 1;
  }
  Store* const store = opened->get();
  WatchReader reader(store, WatchAll());
  const absl::Time start = absl::Now() + absl::Seconds(5);
  std::thread writer([=] { PutKeys(store, start); });
  const std::vector<absl::Duration> late = ReadExpiries(reader, start);
  writer.join();
  if (late.empty()) {
    std::fprintf(stderr, "%s\n", reader.status().ToString().c_str());
    return 1;
  }
  const absl::Duration median = late[late.size() / 2];
  const absl::Duration p99 = late[late.size() * 99 / 100];
  std::printf(
      "%d keys expired in one second; earliest %s late, median %s, "
      "p99 %s, last %s\n",
      kKeys, absl::FormatDuration(late.front()).c_str(),
      absl::FormatDuration(median).c_str(), absl::FormatDuration(p99).c_str(),
      absl::FormatDuration(late.back()).c_str());
  return late.front() >= absl::ZeroDuration() && median <= kMedianMax &&
                 p99 <= kP99Max
             ? 0
             : 1;
}

}  // namespace
}  // namespace rundlet

int main() { return rundlet::Main(); }
