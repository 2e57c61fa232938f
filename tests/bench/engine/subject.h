// Subject: an engine that is measured, with the stores that its works share.

#ifndef RUNDLET_TESTS_BENCH_ENGINE_SUBJECT_H_
#define RUNDLET_TESTS_BENCH_ENGINE_SUBJECT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/engine/engine.h"
#include "tests/bench/engine/measurement.h"
#include "tests/bench/engine/rows.h"

namespace rundlet {

// What all engines are measured with.
struct Trial {
  std::string folder;  // of this run; everything is made in it
  absl::Duration duration = absl::Seconds(2);  // of each measurement
  uint64_t open_keys = 0;                      // of the works about opening
  Rows rows{1, 1, 0};
  Rows large_rows{1, 1, 0};  // of 4 KiB
  Zipf zipf{1, 0.99};
};

class Subject {
 public:
  // `trial` must outlive it.
  Subject(EngineKind kind, const Trial* trial)
      : kind_(std::move(kind)), trial_(trial) {}

  const EngineKind& kind() const { return kind_; }
  const Trial& trial() const { return *trial_; }

  // With all rows, settled; made when it is first asked for.
  Engine* Loaded();
  Engine* LargeLoaded();
  // Gives up both, and their folders.
  void Drop();

  // A store in a folder of its own, empty.
  std::unique_ptr<Engine> OpenFresh(uint64_t segment_bytes = 0,
                                    const std::string& compression = "none");
  // Of the last OpenFresh; what stands there is removed with the next one.
  const std::string& fresh_folder() const { return fresh_folder_; }

  Measurement Begin(const std::string& work, const Rows& rows) const;

 private:
  std::string NewFolder(const std::string& name);
  std::unique_ptr<Engine> Load(const std::string& name, const Rows& rows);

  const EngineKind kind_;
  const Trial* const trial_;
  int folders_ = 0;
  std::string fresh_folder_;
  std::string loaded_folder_;
  std::string large_folder_;
  std::unique_ptr<Engine> loaded_;
  std::unique_ptr<Engine> large_;
};

// Puts rows in large transactions, in no order.
void PutRows(Engine* engine, const Rows& rows);

// All files of a folder.
uint64_t FolderBytes(const std::string& folder);

// A thing to do that engines can be compared by. One run of it may make several
// measurements: by number of threads, or of two halves.
struct Work {
  std::string name;
  std::string about;
  bool has_limit = false;  // the limit engine can do it
  std::function<std::vector<Measurement>(Subject*)> run;
};

std::vector<Work> ReadWorks();
std::vector<Work> WriteWorks();
std::vector<Work> ValueWorks();
std::vector<Work> LifeWorks();

// What a work of LifeWorks does in a process of its own, as the command line
// names it; the exit status.
int RunChild(const EngineKind& kind, const std::string& what,
             const std::string& folder, uint64_t keys);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ENGINE_SUBJECT_H_
