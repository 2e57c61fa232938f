#include "storage/engine/requests/receipt_codec.h"

#include <variant>

#include "absl/time/time.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

constexpr size_t kReceiptBytes = 23;  // before the failed condition
constexpr size_t kFailedBytes = 25;

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
    AddString(value.bytes);
  }
  void AddExpiry(const Expiry& expiry) {
    AddNumber(static_cast<uint8_t>(expiry.rule()));
    AddNumber<int64_t>(absl::ToInt64Microseconds(expiry.ttl()));
    AddNumber<int64_t>(absl::ToUnixMicros(expiry.time()));
  }
  void AddCondition(const Condition& condition) {
    AddString(condition.key);
    AddNumber(static_cast<uint8_t>(condition.target));
    AddNumber(static_cast<uint8_t>(condition.comparison));
    AddNumber(condition.number);
    AddValue(condition.value);
  }
  void AddOperation(const Operation& operation) {
    AddNumber(static_cast<uint8_t>(operation.index()));
    std::visit([this](const auto& each) { AddString(each.key); }, operation);
    if (const auto* put = std::get_if<PutOperation>(&operation)) {
      AddValue(put->value);
      AddExpiry(put->expiry);
    } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
      AddExpiry(set->expiry);
    }
  }

  uint32_t crc() const { return crc_; }

 private:
  uint32_t crc_ = 0;
};

}  // namespace

std::string EncodeReceipt(const Receipt& receipt) {
  std::string bytes;
  AppendFixed(static_cast<uint8_t>(receipt.branch), &bytes);
  AppendFixed(static_cast<uint8_t>(receipt.durability), &bytes);
  AppendFixed<uint8_t>(receipt.failed_condition.has_value() ? 1 : 0, &bytes);
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
  for (size_t i = 0; i < receipt.results.size(); ++i) {
    if (i % 8 == 0) bytes.push_back('\0');
    if (receipt.results[i].existed) {
      bytes.back() = static_cast<char>(bytes.back() | (1 << (i % 8)));
    }
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
  const auto has_failed = Take<uint8_t>(&bytes);
  if (branch > static_cast<uint8_t>(Receipt::Branch::kNone) ||
      durability > static_cast<uint8_t>(Durability::kDisk) || has_failed > 1) {
    return bad;
  }
  receipt.branch = static_cast<Receipt::Branch>(branch);
  receipt.durability = static_cast<Durability>(durability);
  receipt.revision = Take<uint64_t>(&bytes);
  receipt.read_revision = Take<uint64_t>(&bytes);
  const size_t results = Take<uint32_t>(&bytes);
  if (has_failed == 1) {
    if (bytes.size() < kFailedBytes) return bad;
    FailedCondition failed;
    failed.index = Take<uint32_t>(&bytes);
    failed.exists = Take<uint8_t>(&bytes) != 0;
    failed.revision = Take<uint64_t>(&bytes);
    failed.version = Take<uint64_t>(&bytes);
    failed.value_crc32 = Take<uint32_t>(&bytes);
    receipt.failed_condition = failed;
  }
  if (bytes.size() != (results + 7) / 8) return bad;
  receipt.results.resize(results);
  for (size_t i = 0; i < results; ++i) {
    receipt.results[i].existed = ((bytes[i / 8] >> (i % 8)) & 1) != 0;
  }
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
