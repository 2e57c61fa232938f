#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/bench/engine/subject.h"

namespace rundlet {
namespace {

constexpr uint64_t kTransactionRows = 1000;
constexpr uint64_t kInFlight = 64;
constexpr uint64_t kOverwrites = 5;  // of each key, on average
constexpr uint64_t kSmallSegmentBytes = 16 << 20;

// A source of places that all threads share: each row is put once.
using Places = std::shared_ptr<std::atomic<uint64_t>>;

Call PutCall(Engine* engine, const Rows& rows, Places next) {
  return [engine, &rows, next = std::move(next)] {
    const uint64_t number = rows.Shuffled(next->fetch_add(1) % rows.count());
    Check(engine->Put(Rows::Key(number), rows.Value(number)));
    return 1;
  };
}

std::vector<Measurement> PutOs(Subject* subject) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  std::vector<Measurement> measurements;
  for (const char* name : {"put_os", "put_os_again"}) {
    measurements.push_back(subject->Begin(name, rows));
    const auto next = std::make_shared<std::atomic<uint64_t>>(0);
    Measure(
        {1, absl::InfiniteDuration(), rows.count()},
        [&](int) { return PutCall(engine.get(), rows, next); },
        &measurements.back());
  }
  return measurements;
}

std::vector<Measurement> PutTransactions(Subject* subject) {
  const Rows& rows = subject->trial().rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  Measurement measurement = subject->Begin("put_txn", rows);
  Measure(
      {1, absl::InfiniteDuration(), rows.count() / kTransactionRows},
      [&](int) -> Call {
        return [&, next = uint64_t{0},
                transaction = std::vector<Row>(kTransactionRows)]() mutable {
          for (Row& row : transaction) {
            const uint64_t number = rows.Shuffled(next++);
            row = {Rows::Key(number), rows.Value(number)};
          }
          Check(engine->PutTransaction(transaction));
          return kTransactionRows;
        };
      },
      &measurement);
  return {measurement};
}

std::vector<Measurement> PutDisk(Subject* subject) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  const auto next = std::make_shared<std::atomic<uint64_t>>(0);
  std::vector<Measurement> measurements;
  for (const int threads : {1, static_cast<int>(kInFlight)}) {
    measurements.push_back(subject->Begin("put_disk", rows));
    Measure(
        {threads, trial.duration, 0},
        [&](int) -> Call {
          return [&] {
            const uint64_t number =
                rows.Shuffled(next->fetch_add(1) % rows.count());
            Check(engine->PutDurably(Rows::Key(number), rows.Value(number)));
            return 1;
          };
        },
        &measurements.back());
  }
  return measurements;
}

// 64 that one thread has under way.
std::vector<Measurement> PutDiskInFlight(Subject* subject) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  Measurement measurement = subject->Begin("put_disk_in_flight", rows);
  Measure(
      {1, trial.duration, 0},
      [&](int) -> Call {
        return [&, next = uint64_t{0},
                group = std::vector<Row>(kInFlight)]() mutable {
          for (Row& row : group) {
            const uint64_t number = rows.Shuffled(next++ % rows.count());
            row = {Rows::Key(number), rows.Value(number)};
          }
          Check(engine->PutAllDurably(group));
          return kInFlight;
        };
      },
      &measurement);
  return {measurement};
}

// As YCSB mixes reads and updates of a Zipf distribution.
std::vector<Measurement> Ycsb(Subject* subject, const std::string& name,
                              double reads) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  PutRows(engine.get(), rows);
  Check(engine->Settle());
  std::vector<Measurement> measurements;
  for (const int threads : {1, 2}) {
    measurements.push_back(subject->Begin(name, rows));
    Measure(
        {threads, trial.duration, 0},
        [&](int thread) -> Call {
          return [&, reads, dice = Dice(77 + thread),
                  value = std::string()]() mutable {
            const uint64_t number = trial.zipf.Draw(&dice);
            const std::string key = Rows::Key(number);
            if (dice.Fraction() < reads) {
              const auto found = engine->Get(key, &value);
              Check(found.status());
              Require(*found && value == rows.Value(number), "a value");
            } else {
              Check(engine->Put(key, rows.Value(number)));
            }
            return 1;
          };
        },
        &measurements.back());
  }
  return measurements;
}

// Watches how much room a store takes.
class RoomWatcher {
 public:
  explicit RoomWatcher(std::string folder)
      : folder_(std::move(folder)), thread_([this] {
          while (
              !over_.WaitForNotificationWithTimeout(absl::Milliseconds(100))) {
            bytes_max_ = std::max(bytes_max_, FolderBytes(folder_));
          }
        }) {}
  // Ends it. The most bytes that were seen.
  uint64_t End() {
    over_.Notify();
    thread_.join();
    return std::max(bytes_max_, FolderBytes(folder_));
  }

 private:
  const std::string folder_;
  absl::Notification over_;
  uint64_t bytes_max_ = 0;
  std::thread thread_;
};

std::vector<Measurement> Overwrite(Subject* subject) {
  const Rows& rows = subject->trial().rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh(kSmallSegmentBytes);
  PutRows(engine.get(), rows);
  Check(engine->Settle());
  const auto live_bytes =
      static_cast<double>(FolderBytes(subject->fresh_folder()));
  Measurement measurement = subject->Begin("overwrite", rows);
  RoomWatcher room(subject->fresh_folder());
  Measure(
      {1, absl::InfiniteDuration(), rows.count() * kOverwrites},
      [&](int) -> Call {
        return [&, dice = Dice(5)]() mutable {
          const uint64_t number = dice.Below(rows.count());
          Check(engine->Put(Rows::Key(number), rows.Value(number)));
          return 1;
        };
      },
      &measurement);
  const auto bytes_max = static_cast<double>(room.End());
  Check(engine->Settle());
  const auto bytes_settled =
      static_cast<double>(FolderBytes(subject->fresh_folder()));
  measurement.more = {{"disk_ratio_max", bytes_max / live_bytes},
                      {"disk_ratio_settled", bytes_settled / live_bytes}};
  return {measurement};
}

}  // namespace

std::vector<Work> WriteWorks() {
  return {
      {"put_os", "load in no order, then all again; in the system's hands",
       true, &PutOs},
      {"put_txn", "transactions of 1,000, in the system's hands, per row", true,
       &PutTransactions},
      {"put_disk", "on the disk; 1 and 64 writers that wait", true, &PutDisk},
      {"put_disk_in_flight", "on the disk; 64 under way by one thread", true,
       &PutDiskInFlight},
      {"ycsb_a", "half reads, half updates, Zipf 0.99", false,
       [](Subject* subject) { return Ycsb(subject, "ycsb_a", 0.5); }},
      {"ycsb_b", "95 % reads, Zipf 0.99", false,
       [](Subject* subject) { return Ycsb(subject, "ycsb_b", 0.95); }},
      {"overwrite",
       "each key five times at random, in segments of 16 MiB; room on the disk "
       "by the room of the settled store before",
       false, &Overwrite},
  };
}

}  // namespace rundlet
