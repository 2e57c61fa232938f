// Engine: what each store in the benchmark can do, so that the same loops
// measure all of them.

#ifndef RUNDLET_TESTS_BENCH_ENGINE_ENGINE_H_
#define RUNDLET_TESTS_BENCH_ENGINE_ENGINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rundlet {

struct Row {
  std::string key;
  absl::string_view value;
};

// Thread-safe, the destructor apart.
class Engine {
 public:
  using Visit =
      absl::FunctionRef<void(absl::string_view key, absl::string_view value)>;

  virtual ~Engine() = default;

  // Returns when the system has it: a killed process loses nothing.
  virtual absl::Status Put(absl::string_view key, absl::string_view value) = 0;
  // As Put, all of them in one transaction.
  virtual absl::Status PutTransaction(absl::Span<const Row> rows) = 0;
  // Returns when the disk has it.
  virtual absl::Status PutDurably(absl::string_view key,
                                  absl::string_view value) = 0;
  // Each of them by itself, all under way at once where the engine can.
  virtual absl::Status PutAllDurably(absl::Span<const Row> rows);

  // Copies the value out; false: there is no such key.
  virtual absl::StatusOr<bool> Get(absl::string_view key,
                                   std::string* value) = 0;
  // Of keys that are there; in one call where the engine has one.
  virtual absl::Status GetMany(absl::Span<const std::string> keys,
                               std::vector<std::string>* values);
  // Every entry whose key begins with the prefix, in order of the keys.
  virtual absl::Status Scan(absl::string_view prefix, Visit visit) = 0;

  // Brings it into the state in which reads are fastest, and waits for it.
  virtual absl::Status Settle() = 0;
};

struct EngineSettings {
  std::string path;            // a folder, missing or left by the same engine
  uint64_t segment_bytes = 0;  // the smallest unit of merging; 0: its default
  std::string compression = "none";  // or snappy or zstd, of rundlet alone
};

// A kind of engine.
struct EngineKind {
  std::string name;
  std::string options;  // what it was tuned with, for the report
  absl::StatusOr<std::unique_ptr<Engine>> (*open)(const EngineSettings&);
};

EngineKind RundletKind();
EngineKind RocksdbKind();
EngineKind LeveldbKind();
EngineKind LmdbKind();
// No store: the bare system call or memory access that the work cannot do
// without. No checksum, no index to grow, no recovery.
EngineKind LimitKind();

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ENGINE_ENGINE_H_
