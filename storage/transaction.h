// Transactions: what Store::Commit takes and what it answers; and the shapes of
// Store::Read.

#ifndef RUNDLET_STORAGE_TRANSACTION_H_
#define RUNDLET_STORAGE_TRANSACTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/operation.h"

namespace rundlet {

// How far a write has to be before it is acknowledged.
enum class Durability : uint8_t {
  kDefault = 0,  // what the store was opened with
  kMemory = 1,   // handed to the engine
  kOs = 2,       // handed to the kernel: survives the end of the process
  kDisk = 3,     // on the disk: survives power loss
};

// A statement about one key before the transaction's operations. An absent key
// has revision, create revision and version 0, and a value unlike any other.
struct Condition {
  enum class Target : uint8_t {
    kRevision,
    kCreateRevision,
    kVersion,
    kValue,
    kDigest,  // of its value (value_digest.h)
  };
  enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kGreater };

  std::string key;
  Target target = Target::kRevision;
  Comparison comparison = Comparison::kEqual;
  uint64_t number = 0;      // compared with, unless it is one of these:
  Value value;              // if target is kValue: kEqual, kNotEqual
  std::string digest = {};  // if target is kDigest: kEqual, kNotEqual

  static Condition Exists(std::string key) {
    return Number(std::move(key), Target::kRevision, Comparison::kNotEqual, 0);
  }
  static Condition Missing(std::string key) {
    return Number(std::move(key), Target::kRevision, Comparison::kEqual, 0);
  }
  static Condition RevisionIs(std::string key, Revision revision) {
    return Number(std::move(key), Target::kRevision, Comparison::kEqual,
                  revision);
  }
  static Condition VersionIs(std::string key, uint64_t version) {
    return Number(std::move(key), Target::kVersion, Comparison::kEqual,
                  version);
  }
  static Condition ValueIs(std::string key, Value value) {
    Condition condition =
        Number(std::move(key), Target::kValue, Comparison::kEqual, 0);
    condition.value = std::move(value);
    return condition;
  }
  static Condition DigestIs(std::string key, std::string digest) {
    Condition condition =
        Number(std::move(key), Target::kDigest, Comparison::kEqual, 0);
    condition.digest = std::move(digest);
    return condition;
  }
  static Condition Number(std::string key, Target target, Comparison comparison,
                          uint64_t number) {
    Condition condition;
    condition.key = std::move(key);
    condition.target = target;
    condition.comparison = comparison;
    condition.number = number;
    return condition;
  }
};

// The name of a request, which makes it happen exactly once: a repeat of a
// transaction with the same name is answered with the first one's outcome.
struct RequestId {
  std::string identity;  // who names it; may be empty
  std::string id;        // unique to the identity; not empty
};

// If all conditions hold, `operations` run; else, if has_otherwise,
// `otherwise` run; else nothing does. Operations apply in order and see the
// earlier ones. One transaction takes at most one revision; one that changes
// nothing takes none.
struct Transaction {
  std::vector<Condition> conditions;
  std::vector<Operation> operations;
  std::vector<Operation> otherwise;
  bool has_otherwise = false;
  Durability durability = Durability::kDefault;
  // Fill OperationResult::entry of mutations with what was there before.
  bool return_previous = false;
  // A promise that this caller commits another transaction or calls Sync at
  // once, like MSG_MORE: the store may hold this one back to write both
  // together. The last of a run must not set it, unless a Sync ends the run.
  bool more = false;
  // The calling thread waits for the callback anyway: the store may have it
  // wait for the disk, which saves the way to the store's own thread and back.
  // Not for network threads, and not inside a callback.
  bool may_block = false;
  // Exactly once: while the store remembers a request of that name, for at
  // least Options::request_window after its commit, another one changes
  // nothing. INVALID_ARGUMENT: it was another transaction. RESOURCE_EXHAUSTED:
  // the store remembers no more names. A request takes a revision, even if it
  // changes no key.
  std::optional<RequestId> request;
  // Asked when the transaction is about to take its place in the order of all,
  // if its conditions hold and it is no repeat. Not OK: it does nothing and
  // ends so. If OK, it has its place when the next one is asked. Runs under
  // locks of the store: takes none but leaves, and does not call the store.
  std::function<absl::Status()> last_check = {};
};

// What one operation of the branch that ran found.
struct OperationResult {
  // The key, just before this operation; of a range, any key of it.
  bool existed = false;
  // GetOperation: the entry found. Others: the entry that was there before, if
  // return_previous was set.
  std::optional<Entry> entry;
  // AddOperation: the sum. DeleteRangeOperation: how many keys were deleted.
  // SetExpiryOperation with a test: 1 if the key got the expiry, else 0.
  std::optional<int64_t> number;
  // DeleteRangeOperation: what was there before, in key order, if
  // return_previous was set.
  std::vector<Entry> entries;
};

// The first condition that did not hold, and what the key was instead.
struct FailedCondition {
  size_t index = 0;  // into Transaction::conditions
  bool exists = false;
  Revision revision = 0;
  uint64_t version = 0;
  uint32_t value_crc32 = 0;  // zlib's CRC-32 of the value's bytes; 0 if absent
};

struct Receipt {
  enum class Branch : uint8_t { kOperations, kOtherwise, kNone };

  Branch branch = Branch::kOperations;
  // The transaction's own revision; 0 if it changed nothing.
  Revision revision = 0;
  // What it saw: its own revision, or the one that was newest at its turn.
  Revision read_revision = 0;
  Durability durability = Durability::kMemory;  // reached, at least
  // The newest that was on the disk when this was answered, it and all before.
  Revision durable_revision = 0;
  std::optional<FailedCondition> failed_condition;
  std::vector<OperationResult> results;  // of the branch that ran, in its order
  // This is the outcome of an earlier request of the same name. It has numbers,
  // but no entries: those are not remembered.
  bool replayed = false;
};

struct ReadRequest {
  std::vector<std::string> keys;
  Revision at = 0;             // 0: the newest (but snapshot.h,
                               // NamesRevision); else one that a lease keeps
  absl::Time at_time;          // with `at`: the time that decides about expiry
  Revision not_before = 0;     // fail rather than answer from before this one
  bool metadata_only = false;  // leave the values' bytes out
  bool fill_cache = true;      // keep in the cache what is read
};

struct ReadResult {
  Revision read_revision = 0;
  std::vector<std::optional<Entry>> entries;  // one per key, in its order
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_TRANSACTION_H_
