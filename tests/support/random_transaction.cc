#include "tests/support/random_transaction.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

Value RandomValue(const TransactionShape& shape, SeededRandom& random) {
  const uint64_t limit =
      random.OneIn(20) ? 10 * shape.value_bytes_max : shape.value_bytes_max;
  std::string bytes = random.Bytes(random.Below(limit + 1));
  // One that repeats itself, and what others have, too.
  if (random.OneIn(4)) {
    bytes.replace(bytes.size() / 4, std::string::npos,
                  std::string(bytes.size() - bytes.size() / 4, 'r'));
  }
  switch (random.Below(3)) {
    case 0:
      return Value::Text(std::move(bytes));
    case 1:
      return Value::Data(std::move(bytes));
    default:
      return Value::Json(std::move(bytes));
  }
}

Expiry RandomExpiry(const TransactionShape& shape, SeededRandom& random) {
  if (!shape.expiring) return Expiry::Never();
  switch (random.Below(6)) {
    case 0:
      return Expiry::After(absl::Seconds(random.Between(1, 20)));
    case 1:
      return Expiry::After(absl::ZeroDuration());
    case 2:
      return Expiry::Keep();
    default:
      return Expiry::Never();
  }
}

Operation RandomOperation(const TransactionShape& shape, SeededRandom& random) {
  std::string key = RandomKey(shape, random);
  switch (random.Below(12)) {
    case 0:
    case 1:
    case 2:
      return DeleteOperation{std::move(key)};
    case 3:
      return SetExpiryOperation{std::move(key), RandomExpiry(shape, random)};
    case 4:
      return GetOperation{std::move(key)};
    case 5: {
      AddOperation add;
      add.key = absl::StrCat("number", random.Below(3));
      add.delta = static_cast<int64_t>(random.Below(20)) - 10;
      add.initial = 5;
      add.expiry = RandomExpiry(shape, random);
      return add;
    }
    case 6: {
      DeleteRangeOperation range;
      range.range = {std::move(key), RandomKey(shape, random)};
      range.keys_max = random.Below(4);
      return range;
    }
    default:
      return PutOperation{std::move(key), RandomValue(shape, random),
                          RandomExpiry(shape, random)};
  }
}

std::vector<Operation> RandomOperations(const TransactionShape& shape,
                                        SeededRandom& random) {
  std::vector<Operation> operations;
  const uint64_t count =
      random.OneIn(2) ? 1 : random.Between(1, shape.operations_max);
  for (uint64_t i = 0; i < count; ++i) {
    operations.push_back(RandomOperation(shape, random));
  }
  return operations;
}

Condition RandomCondition(const TransactionShape& shape, SeededRandom& random) {
  std::string key = RandomKey(shape, random);
  switch (random.Below(5)) {
    case 0:
      return Condition::Exists(std::move(key));
    case 1:
      return Condition::Missing(std::move(key));
    case 2:
      return Condition::ValueIs(std::move(key), RandomValue(shape, random));
    case 3:
      return Condition::DigestIs(std::move(key),
                                 ValueDigest(RandomValue(shape, random)));
    default: {
      Condition condition =
          Condition::VersionIs(std::move(key), random.Below(4));
      condition.comparison =
          static_cast<Condition::Comparison>(random.Below(4));
      return condition;
    }
  }
}

}  // namespace

std::string RandomKey(const TransactionShape& shape, SeededRandom& random) {
  return absl::StrCat("key", random.Below(shape.keys));
}

Transaction RandomTransaction(const TransactionShape& shape,
                              SeededRandom& random) {
  Transaction transaction;
  if (random.OneIn(4)) {
    transaction.conditions.push_back(RandomCondition(shape, random));
    if (random.OneIn(2)) {
      transaction.has_otherwise = true;
      transaction.otherwise = RandomOperations(shape, random);
    }
  }
  transaction.operations = RandomOperations(shape, random);
  transaction.return_previous = random.OneIn(3);
  if (shape.any_durability) {
    transaction.durability = static_cast<Durability>(random.Below(4));
  }
  return transaction;
}

Transaction RandomRequest(const TransactionShape& shape, const std::string& id,
                          std::vector<Transaction> earlier,
                          SeededRandom& random) {
  if (earlier.empty() || random.OneIn(2)) {
    Transaction transaction = RandomTransaction(shape, random);
    transaction.request = {random.OneIn(2) ? "" : "me", id};
    return transaction;
  }
  Transaction again = std::move(earlier[random.Below(earlier.size())]);
  if (shape.any_durability) {
    again.durability = static_cast<Durability>(random.Below(4));
  }
  if (random.OneIn(4)) again.operations.push_back(GetOperation{"key0"});
  return again;
}

}  // namespace rundlet
