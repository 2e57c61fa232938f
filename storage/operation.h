// The operations of a transaction (transaction.h).

#ifndef RUNDLET_STORAGE_OPERATION_H_
#define RUNDLET_STORAGE_OPERATION_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include "storage/entry.h"
#include "storage/expiry.h"
#include "storage/scan.h"

namespace rundlet {

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

// Gives an existing key another expiry; its value stays. On an absent key, or
// if its expiry does not pass the test, it changes nothing and is no error.
struct SetExpiryOperation {
  std::string key;
  Expiry expiry = Expiry::Never();
  ExpiryTest only_if = ExpiryTest::kAny;
};

// Adds to a number: a text that is an int64 in decimal digits, with no sign but
// a minus. A key that is absent is created with the sum; one that is there
// keeps its expiry. The transaction is refused as FAILED_PRECONDITION if the
// value is something else (Refusal::kNotANumber) or the sum is out of range
// (Refusal::kSumOutOfRange).
struct AddOperation {
  std::string key;
  int64_t delta = 0;
  int64_t initial = 0;              // what an absent key counts as
  Expiry expiry = Expiry::Never();  // of a key that is created
};

// Deletes the keys of a range, in their order. All range deletes of one
// transaction together delete at most Limits::transaction_operations_max keys:
// more is INVALID_ARGUMENT and changes nothing.
struct DeleteRangeOperation {
  KeyRange range;
  // Only so many, the first ones; 0: all. If fewer were deleted, nothing of the
  // range is left.
  uint64_t keys_max = 0;
};

// The place of a kind in the list is a part of what tells requests apart, on
// disk (Transaction::request): new ones come last.
using Operation =
    std::variant<GetOperation, PutOperation, DeleteOperation,
                 SetExpiryOperation, AddOperation, DeleteRangeOperation>;

template <typename Key>
struct KeyVisitor {
  template <typename Each>
  Key* operator()(Each& each) const {
    if constexpr (std::is_same_v<std::remove_const_t<Each>,
                                 DeleteRangeOperation>) {
      return nullptr;
    } else {
      return &each.key;
    }
  }
};

// The key of an operation; null if it has a range.
inline const std::string* KeyOf(const Operation& operation) {
  return std::visit(KeyVisitor<const std::string>(), operation);
}
inline std::string* KeyOf(Operation& operation) {
  return std::visit(KeyVisitor<std::string>(), operation);
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_OPERATION_H_
