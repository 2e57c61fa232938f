#include "storage/engine/requests/receipt_codec.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"
#include "storage/large_value.h"

namespace rundlet {
namespace {

constexpr size_t kReceiptBytes = 23;  // before the failed condition
constexpr size_t kFailedBytes = 25;
constexpr uint8_t kHasFailedCondition = 1;
constexpr uint8_t kHasNumbers = 2;

template <typename Int>
Int Take(absl::string_view* bytes) {
  const Int value = DecodeFixed<Int>(bytes->data());
  bytes->remove_prefix(sizeof(value));
  return value;
}

// Goes on with each part of a transaction, every string behind its length.
class PayloadCrc {
 public:
  template <typename Int>
  void AddNumber(Int number) {
    char bytes[sizeof(number)];
    EncodeFixed(number, bytes);
    crc_ = Crc32(crc_, absl::string_view(bytes, sizeof(number)));
  }
  void AddString(absl::string_view text) {
    AddNumber<uint64_t>(text.size());
    crc_ = Crc32(crc_, text);
  }
  void AddValue(const Value& value) {
    AddNumber(static_cast<uint8_t>(value.kind));
    // Each upload of the same bytes has chunks of its own.
    AddString(value.kind == ValueKind::kLarge ? LargeValueContent(value.bytes)
                                              : value.bytes);
  }
  void AddExpiry(const Expiry& expiry) {
    AddNumber(static_cast<uint8_t>(expiry.rule()));
    AddNumber<int64_t>(absl::ToInt64Microseconds(expiry.ttl()));
    AddNumber<int64_t>(absl::ToUnixMicros(expiry.time()));
    // What version 1 did not have from the start is left out where it is not
    // used, here and below: a request of before has the CRC that it had.
    if (expiry.jitter_percent() != 0) AddNumber(expiry.jitter_percent());
  }
  void AddCondition(const Condition& condition) {
    AddString(condition.key);
    AddNumber(static_cast<uint8_t>(condition.target));
    AddNumber(static_cast<uint8_t>(condition.comparison));
    AddNumber(condition.number);
    AddValue(condition.value);
    if (!condition.digest.empty()) AddString(condition.digest);
  }
  void AddOperation(const Operation& operation) {
    AddNumber(static_cast<uint8_t>(operation.index()));
    if (const std::string* const key = KeyOf(operation)) AddString(*key);
    if (const auto* put = std::get_if<PutOperation>(&operation)) {
      AddValue(put->value);
      AddExpiry(put->expiry);
    } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
      AddExpiry(set->expiry);
      if (set->only_if != ExpiryTest::kAny) {
        AddNumber(static_cast<uint8_t>(set->only_if));
      }
    } else if (const auto* add =
                   std::get_if<rundlet::AddOperation>(&operation)) {
      AddNumber(add->delta);
      AddNumber(add->initial);
      AddExpiry(add->expiry);
    } else if (const auto* range =
                   std::get_if<DeleteRangeOperation>(&operation)) {
      AddString(range->range.start);
      AddString(range->range.end);
      AddNumber(range->keys_max);
    }
  }

  uint32_t crc() const { return crc_; }

 private:
  uint32_t crc_ = 0;
};

// One bit a result, from the lowest.
template <typename Test>
void AppendBits(const std::vector<OperationResult>& results, Test test,
                std::string* bytes) {
  for (size_t i = 0; i < results.size(); ++i) {
    if (i % 8 == 0) bytes->push_back('\0');
    if (test(results[i])) {
      bytes->back() = static_cast<char>(bytes->back() | (1 << (i % 8)));
    }
  }
}

bool BitAt(absl::string_view bits, size_t i) {
  return ((bits[i / 8] >> (i % 8)) & 1) != 0;
}

// Takes them from the end of a receipt; false: they are not there.
bool TakeNumbers(absl::string_view bytes,
                 std::vector<OperationResult>* results) {
  const size_t bit_bytes = (results->size() + 7) / 8;
  if (bytes.size() < bit_bytes) return false;
  const absl::string_view bits = bytes.substr(0, bit_bytes);
  bytes.remove_prefix(bit_bytes);
  for (size_t i = 0; i < results->size(); ++i) {
    if (!BitAt(bits, i)) continue;
    if (bytes.size() < sizeof(int64_t)) return false;
    (*results)[i].number = Take<int64_t>(&bytes);
  }
  return bytes.empty();
}

}  // namespace

std::string EncodeReceipt(const Receipt& receipt) {
  const bool has_numbers = std::any_of(
      receipt.results.begin(), receipt.results.end(),
      [](const OperationResult& result) { return result.number.has_value(); });
  uint8_t parts = has_numbers ? kHasNumbers : 0;
  if (receipt.failed_condition.has_value()) parts |= kHasFailedCondition;
  std::string bytes;
  AppendFixed(static_cast<uint8_t>(receipt.branch), &bytes);
  AppendFixed(static_cast<uint8_t>(receipt.durability), &bytes);
  AppendFixed(parts, &bytes);
  AppendFixed(receipt.revision, &bytes);
  AppendFixed(receipt.read_revision, &bytes);
  AppendFixed(static_cast<uint32_t>(receipt.results.size()), &bytes);
  if (const auto& failed = receipt.failed_condition; failed.has_value()) {
    AppendFixed(static_cast<uint32_t>(failed->index), &bytes);
    AppendFixed<uint8_t>(failed->exists ? 1 : 0, &bytes);
    AppendFixed(failed->revision, &bytes);
    AppendFixed(failed->version, &bytes);
    AppendFixed(failed->value_crc32, &bytes);
  }
  AppendBits(
      receipt.results, [](const OperationResult& each) { return each.existed; },
      &bytes);
  if (!has_numbers) return bytes;
  AppendBits(
      receipt.results,
      [](const OperationResult& each) { return each.number.has_value(); },
      &bytes);
  for (const OperationResult& result : receipt.results) {
    if (result.number.has_value()) AppendFixed(*result.number, &bytes);
  }
  return bytes;
}

absl::StatusOr<Receipt> DecodeReceipt(absl::string_view bytes) {
  const absl::Status bad =
      absl::DataLossError("the receipt of a remembered request is damaged");
  if (bytes.size() < kReceiptBytes) return bad;
  Receipt receipt;
  const auto branch = Take<uint8_t>(&bytes);
  const auto durability = Take<uint8_t>(&bytes);
  const auto parts = Take<uint8_t>(&bytes);
  if (branch > static_cast<uint8_t>(Receipt::Branch::kNone) ||
      durability > static_cast<uint8_t>(Durability::kDisk) ||
      parts > (kHasFailedCondition | kHasNumbers)) {
    return bad;
  }
  receipt.branch = static_cast<Receipt::Branch>(branch);
  receipt.durability = static_cast<Durability>(durability);
  receipt.revision = Take<uint64_t>(&bytes);
  receipt.read_revision = Take<uint64_t>(&bytes);
  const size_t results = Take<uint32_t>(&bytes);
  if ((parts & kHasFailedCondition) != 0) {
    if (bytes.size() < kFailedBytes) return bad;
    FailedCondition failed;
    failed.index = Take<uint32_t>(&bytes);
    failed.exists = Take<uint8_t>(&bytes) != 0;
    failed.revision = Take<uint64_t>(&bytes);
    failed.version = Take<uint64_t>(&bytes);
    failed.value_crc32 = Take<uint32_t>(&bytes);
    receipt.failed_condition = failed;
  }
  const size_t bit_bytes = (results + 7) / 8;
  if (bytes.size() < bit_bytes) return bad;
  receipt.results.resize(results);
  for (size_t i = 0; i < results; ++i) {
    receipt.results[i].existed = BitAt(bytes, i);
  }
  bytes.remove_prefix(bit_bytes);
  const bool whole = (parts & kHasNumbers) != 0
                         ? TakeNumbers(bytes, &receipt.results)
                         : bytes.empty();
  if (!whole) return bad;
  return receipt;
}

uint32_t PayloadCrc32(const Transaction& transaction) {
  PayloadCrc crc;
  crc.AddNumber<uint64_t>(transaction.conditions.size());
  for (const Condition& condition : transaction.conditions) {
    crc.AddCondition(condition);
  }
  for (const auto* branch : {&transaction.operations, &transaction.otherwise}) {
    crc.AddNumber<uint64_t>(branch->size());
    for (const Operation& operation : *branch) crc.AddOperation(operation);
  }
  crc.AddNumber<uint8_t>(transaction.has_otherwise ? 1 : 0);
  crc.AddNumber<uint8_t>(transaction.return_previous ? 1 : 0);
  return crc.crc();
}

}  // namespace rundlet
