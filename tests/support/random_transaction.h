// Transactions as random tests commit them: few keys, so that they meet.

#ifndef RUNDLET_TESTS_SUPPORT_RANDOM_TRANSACTION_H_
#define RUNDLET_TESTS_SUPPORT_RANDOM_TRANSACTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "storage/transaction.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

struct TransactionShape {
  uint64_t keys = 12;             // how many different ones there are
  uint64_t operations_max = 5;    // of each branch, at least 1
  uint64_t value_bytes_max = 80;  // of most values; few are ten times as long
  bool expiring = true;           // whether keys are given expiries
  bool any_durability = true;     // else the store's default
};

std::string RandomKey(const TransactionShape& shape, SeededRandom& random);

// One transaction. Its conditions name no revisions: those differ from store to
// store.
Transaction RandomTransaction(const TransactionShape& shape,
                              SeededRandom& random);

// A request of the name `id`; or, as often, one of the `earlier` ones again, at
// another durability or, which must be refused, with another payload.
Transaction RandomRequest(const TransactionShape& shape, const std::string& id,
                          std::vector<Transaction> earlier,
                          SeededRandom& random);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_RANDOM_TRANSACTION_H_
