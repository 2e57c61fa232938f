// Transactions: what Store::Commit takes and what it answers; and the shapes of
// Store::Read.

#ifndef RUNDLET_STORAGE_TRANSACTION_H_
#define RUNDLET_STORAGE_TRANSACTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "storage/entry.h"

namespace rundlet {

// How far a write has to be before it is acknowledged.
enum class Durability : uint8_t {
  kDefault = 0,  // what the store was opened with
  kMemory = 1,   // handed to the engine
  kOs = 2,       // handed to the kernel: survives the end of the process
  kDisk = 3,     // on the disk: survives power loss
};

// When a key goes away by itself. Relative times count from engine time at
// commit; a time that is not in the future makes the key expire at once.
class Expiry {
 public:
  enum class Rule : uint8_t { kNever, kKeep, kAfter, kAt };

  static Expiry Never() { return Expiry(Rule::kNever); }
  // Keeps the expiry that the key has; a key that is absent gets none.
  static Expiry Keep() { return Expiry(Rule::kKeep); }
  static Expiry After(absl::Duration ttl) {
    Expiry expiry(Rule::kAfter);
    expiry.ttl_ = ttl;
    return expiry;
  }
  static Expiry At(absl::Time time) {
    Expiry expiry(Rule::kAt);
    expiry.time_ = time;
    return expiry;
  }

  Rule rule() const { return rule_; }
  absl::Duration ttl() const { return ttl_; }
  absl::Time time() const { return time_; }

 private:
  explicit Expiry(Rule rule) : rule_(rule) {}

  Rule rule_;
  absl::Duration ttl_;
  absl::Time time_;
};

struct GetOperation {
  std::string key;
};

struct PutOperation {
  std::string key;
  Value value;
  Expiry expiry = Expiry::Never();
};

// Deleting a key that is absent changes nothing and is no error.
struct DeleteOperation {
  std::string key;
};

// Gives an existing key another expiry; its value stays. On an absent key it
// changes nothing and is no error.
struct SetExpiryOperation {
  std::string key;
  Expiry expiry = Expiry::Never();
};

using Operation = std::variant<GetOperation, PutOperation, DeleteOperation,
                               SetExpiryOperation>;

// A statement about one key before the transaction's operations. An absent key
// has revision, create revision and version 0, and a value unlike any other.
struct Condition {
  enum class Target : uint8_t { kRevision, kCreateRevision, kVersion, kValue };
  enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kGreater };

  std::string key;
  Target target = Target::kRevision;
  Comparison comparison = Comparison::kEqual;
  uint64_t number = 0;  // compared with, unless target is kValue
  Value value;          // compared with, if target is kValue: kEqual, kNotEqual

  static Condition Exists(std::string key) {
    return {std::move(key), Target::kRevision, Comparison::kNotEqual, 0, {}};
  }
  static Condition Missing(std::string key) {
    return {std::move(key), Target::kRevision, Comparison::kEqual, 0, {}};
  }
  static Condition RevisionIs(std::string key, Revision revision) {
    return {
        std::move(key), Target::kRevision, Comparison::kEqual, revision, {}};
  }
  static Condition VersionIs(std::string key, uint64_t version) {
    return {std::move(key), Target::kVersion, Comparison::kEqual, version, {}};
  }
  static Condition ValueIs(std::string key, Value value) {
    return {std::move(key), Target::kValue, Comparison::kEqual, 0,
            std::move(value)};
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
  // Exactly once: while the store remembers a request of that name, for at
  // least Options::request_window after its commit, another one changes
  // nothing. INVALID_ARGUMENT: it was another transaction. RESOURCE_EXHAUSTED:
  // the store remembers no more names. A request takes a revision, even if it
  // changes no key.
  std::optional<RequestId> request;
};

// What one operation of the branch that ran found.
struct OperationResult {
  bool existed = false;  // the key, just before this operation
  // GetOperation: the entry found. Others: the entry that was there before, if
  // return_previous was set.
  std::optional<Entry> entry;
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
  // This is the outcome of an earlier request of the same name. It has no
  // entries: those are not remembered.
  bool replayed = false;
};

struct ReadRequest {
  std::vector<std::string> keys;
  Revision at = 0;             // 0: the newest (but snapshot.h,
                               // NamesRevision); else one that a lease keeps
  absl::Time at_time;          // with `at`: the time that decides about expiry
  Revision not_before = 0;     // fail rather than answer from before this one
  bool metadata_only = false;  // leave the values' bytes out
};

struct ReadResult {
  Revision read_revision = 0;
  std::vector<std::optional<Entry>> entries;  // one per key, in its order
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_TRANSACTION_H_
