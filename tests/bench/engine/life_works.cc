#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "tests/bench/engine/subject.h"

namespace rundlet {
namespace {

constexpr uint64_t kOpenValueBytes = 100;
constexpr uint64_t kMemoryValueBytes = 8;
constexpr uint64_t kSeed = 9;

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

struct Resident {
  uint64_t anonymous_bytes = 0;
  uint64_t file_bytes = 0;
};

Resident ReadResident() {
  Resident resident;
  std::ifstream status("/proc/self/status");
  std::string name;
  uint64_t kib = 0;
  for (std::string line; std::getline(status, line);) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2 || !absl::SimpleAtoi(words[1], &kib)) continue;
    if (words[0] == "RssAnon:") resident.anonymous_bytes = kib * 1024;
    if (words[0] == "RssFile:") resident.file_bytes = kib * 1024;
  }
  return resident;
}

// --- in a process of its own

int Fill(const EngineKind& kind, const std::string& folder, uint64_t keys,
         bool dies) {
  auto engine = kind.open({folder, 0});
  Check(engine.status());
  PutRows(engine->get(), Rows(keys, kOpenValueBytes, kSeed));
  if (dies) raise(SIGKILL);
  return 0;
}

int OpenAndGet(const EngineKind& kind, const std::string& folder,
               uint64_t keys) {
  const Rows rows(keys, kOpenValueBytes, kSeed);
  const auto begin = std::chrono::steady_clock::now();
  auto engine = kind.open({folder, 0});
  Check(engine.status());
  std::string value;
  const auto found = (*engine)->Get(Rows::Key(keys / 2), &value);
  const double seconds = SecondsSince(begin);
  Check(found.status());
  Require(*found && value == rows.Value(keys / 2), "a value");
  std::cout << seconds << "\n";
  return 0;
}

// By how much the process grows for a key that it holds.
int Hold(const EngineKind& kind, const std::string& folder, uint64_t keys) {
  const Rows rows(keys, kMemoryValueBytes, kSeed);
  const Resident before = ReadResident();
  auto engine = kind.open({folder, 0});
  Check(engine.status());
  PutRows(engine->get(), rows);
  Check((*engine)->Settle());
  const Resident after = ReadResident();
  const auto per_key = [keys](uint64_t now, uint64_t then) {
    return (static_cast<double>(now) - static_cast<double>(then)) /
           static_cast<double>(keys);
  };
  std::cout << per_key(after.anonymous_bytes, before.anonymous_bytes) << " "
            << per_key(after.file_bytes, before.file_bytes) << "\n";
  return 0;
}

// --- in the process that measures

// What the child has printed; it may have killed itself.
std::vector<double> Child(Subject* subject, const std::string& what,
                          const std::string& folder) {
  const std::string command =
      absl::StrCat("exec /proc/", getpid(), "/exe --child=", what,
                   " --engine=", subject->kind().name, " --folder=", folder,
                   " --open_keys=", subject->trial().open_keys);
  FILE* pipe = popen(command.c_str(), "r");
  Require(pipe != nullptr, "popen");
  char line[256] = "";
  std::vector<double> numbers;
  if (fgets(line, sizeof(line), pipe) != nullptr) {
    for (absl::string_view word :
         absl::StrSplit(line, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
      double number = 0;
      Require(absl::SimpleAtod(word, &number), "what a child printed");
      numbers.push_back(number);
    }
  }
  const int status = pclose(pipe);
  const bool died = what == "fill_and_die";
  Require(died ? WTERMSIG(status) == SIGKILL || WEXITSTATUS(status) == 137
               : status == 0,
          "the end of a child");
  return numbers;
}

std::vector<Measurement> OpenAfter(Subject* subject, const std::string& work,
                                   const std::string& fill) {
  const std::string folder = absl::StrCat(subject->trial().folder, "/", work);
  std::filesystem::remove_all(folder);
  Child(subject, fill, folder);
  Measurement measurement = subject->Begin(
      work, Rows(subject->trial().open_keys, kOpenValueBytes, kSeed));
  measurement.rate = 1 / Child(subject, "open_and_get", folder).at(0);
  measurement.more = {{"seconds", 1 / measurement.rate}};
  std::filesystem::remove_all(folder);
  return {measurement};
}

std::vector<Measurement> Memory(Subject* subject) {
  const std::string folder = absl::StrCat(subject->trial().folder, "/memory");
  std::filesystem::remove_all(folder);
  Measurement measurement = subject->Begin(
      "memory", Rows(subject->trial().open_keys, kMemoryValueBytes, kSeed));
  const std::vector<double> per_key = Child(subject, "hold", folder);
  measurement.unit = "bytes/key";
  measurement.rate = per_key.at(0) + per_key.at(1);
  measurement.more = {{"anonymous_bytes", per_key.at(0)},
                      {"file_bytes", per_key.at(1)}};
  std::filesystem::remove_all(folder);
  return {measurement};
}

// The same calls without and with a store that merges all the time.
std::vector<Measurement> UnderCompaction(Subject* subject,
                                         const std::string& work, bool is_put) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine = subject->OpenFresh();
  PutRows(engine.get(), rows);
  Check(engine->Settle());
  const auto make = [&](int) -> Call {
    return [&, is_put, dice = Dice(3), value = std::string()]() mutable {
      const uint64_t number = dice.Below(rows.count());
      if (is_put) {
        Check(engine->Put(Rows::Key(number), rows.Value(number)));
      } else {
        const auto found = engine->Get(Rows::Key(number), &value);
        Check(found.status());
        Require(*found && value == rows.Value(number), "a value");
      }
      return 1;
    };
  };
  Measurement quiet;
  Measure({1, trial.duration, 0}, make, &quiet);
  absl::Notification over;
  std::thread merging([&] {
    while (!over.HasBeenNotified()) Check(engine->Settle());
  });
  Measurement measurement = subject->Begin(work, rows);
  Measure({1, trial.duration, 0}, make, &measurement);
  over.Notify();
  merging.join();
  measurement.more = {{"quiet_rate", quiet.rate},
                      {"quiet_p999_us", quiet.p999_us}};
  return {measurement};
}

}  // namespace

int RunChild(const EngineKind& kind, const std::string& what,
             const std::string& folder, uint64_t keys) {
  if (what == "fill") return Fill(kind, folder, keys, false);
  if (what == "fill_and_die") return Fill(kind, folder, keys, true);
  if (what == "open_and_get") return OpenAndGet(kind, folder, keys);
  if (what == "hold") return Hold(kind, folder, keys);
  std::cerr << "--child=" << what << ": unknown\n";
  return 2;
}

std::vector<Work> LifeWorks() {
  return {
      {"open_clean", "open and first get, after a clean stop", false,
       [](Subject* subject) {
         return OpenAfter(subject, "open_clean", "fill");
       }},
      {"open_crash", "open and first get, after kill -9", false,
       [](Subject* subject) {
         return OpenAfter(subject, "open_crash", "fill_and_die");
       }},
      {"memory", "resident bytes a key of 16 bytes, values of 8", false,
       &Memory},
      {"get_under_compaction", "gets while the store merges all the time",
       false,
       [](Subject* subject) {
         return UnderCompaction(subject, "get_under_compaction", false);
       }},
      {"put_under_compaction", "puts while the store merges all the time",
       false,
       [](Subject* subject) {
         return UnderCompaction(subject, "put_under_compaction", true);
       }},
  };
}

}  // namespace rundlet
