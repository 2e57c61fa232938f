// What a disk still holds after its power was cut.

#ifndef RUNDLET_TESTS_SUPPORT_POWER_LOSS_H_
#define RUNDLET_TESTS_SUPPORT_POWER_LOSS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

enum class PowerLoss : uint8_t {
  kNothing,    // as after kill -9: what was written is there, synced or not
  kUnsynced,   // all that was not synced is gone
  kAnySubset,  // any of the unsynced sectors, sizes and names survive
};

// The bytes of a file: what reads see, and what the disk has for sure. One
// thread at a time.
class DiskBytes {
 public:
  static constexpr uint64_t kSectorBytes = 512;

  const std::string& live() const { return live_; }
  bool synced() const { return unsynced_.empty(); }

  void Write(uint64_t offset, absl::string_view data);
  void Truncate(uint64_t bytes);
  void Sync();
  // A sync that failed: reads still see the writes, but none will ever reach
  // the disk, whatever a later sync says.
  void ForgetUnsynced() { unsynced_.clear(); }
  void LosePower(PowerLoss loss, SeededRandom& random);

 private:
  struct Change {
    bool truncate = false;
    uint64_t offset = 0;  // of the data; the new size, if truncate
    std::string data;
  };

  static void Apply(const Change& change, std::string* bytes);
  // What a disk holds that wrote each sector at a moment of its own.
  std::string AnySubset(SeededRandom& random) const;

  std::string live_;
  std::string durable_;
  std::vector<Change> unsynced_;
};

struct DiskNode;

// The names in a folder, and which of them the disk has for sure. One thread at
// a time.
class DiskNames {
 public:
  using Names = std::map<std::string, std::shared_ptr<DiskNode>>;

  const Names& live() const { return live_; }

  void Set(const std::string& name, std::shared_ptr<DiskNode> node);
  void Erase(const std::string& name);
  void Rename(const std::string& from, const std::string& to);
  void Sync();
  void LosePower(PowerLoss loss, SeededRandom& random);

 private:
  // One step of the folder: a rename takes `erase` and sets `set` at once.
  struct Change {
    std::string erase;
    std::string set;
    std::shared_ptr<DiskNode> node;
  };

  static void Apply(const Change& change, Names* names);
  void Add(Change change);

  Names live_;
  Names durable_;
  std::vector<Change> unsynced_;
};

// A file or a folder.
struct DiskNode {
  bool folder = false;
  uint64_t allocated_bytes = 0;  // behind the live bytes they read as zeros
  DiskBytes bytes;
  DiskNames names;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_POWER_LOSS_H_
