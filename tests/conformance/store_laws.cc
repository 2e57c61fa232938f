#include "tests/conformance/store_laws.h"

#include <ostream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// The answer, or a failure of the test and an empty one.
template <typename T>
T Expect(absl::StatusOr<T> answer) {
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *std::move(answer) : T();
}

}  // namespace

std::string StoreFactoryName(
    const ::testing::TestParamInfo<StoreFactory>& info) {
  return info.param.name;
}

void PrintTo(const StoreFactory& factory, std::ostream* out) {
  *out << factory.name;
}

void PrintTo(const Entry& entry, std::ostream* out) {
  *out << absl::CEscape(entry.key) << "="
       << absl::CEscape(entry.value.bytes.substr(0, 40)) << " revision "
       << entry.revision << " create_revision " << entry.create_revision
       << " version " << entry.version;
}

StoreLaws::StoreLaws() : world_(GetParam().make(Limits())) {}

void StoreLaws::Open(const Limits& limits) {
  world_ = nullptr;
  world_ = GetParam().make(limits);
}

BlockingStore StoreLaws::store() {
  world_->Disturb();
  return BlockingStore(world_->store());
}

Receipt StoreLaws::Put(const std::string& key, const std::string& text,
                       Expiry expiry) {
  return Expect(store().Put(key, Value::Text(text), expiry));
}

Receipt StoreLaws::Delete(const std::string& key) {
  return Expect(store().Delete(key));
}

Receipt StoreLaws::SetExpiry(const std::string& key, Expiry expiry) {
  return Expect(store().SetExpiry(key, expiry));
}

Receipt StoreLaws::Commit(Transaction transaction) {
  return Expect(store().Commit(std::move(transaction)));
}

std::optional<Entry> StoreLaws::Get(const std::string& key) {
  return Expect(store().Get(key));
}

Entry StoreLaws::Existing(const std::string& key) {
  std::optional<Entry> entry = Get(key);
  EXPECT_TRUE(entry.has_value()) << key << " is missing";
  return entry.value_or(Entry());
}

ScanPage StoreLaws::Scan(ScanRequest request) {
  return Expect(store().Scan(std::move(request)));
}

bool StoreLaws::Holds(Condition condition) {
  Transaction transaction;
  transaction.conditions.push_back(std::move(condition));
  const Receipt receipt = Commit(std::move(transaction));
  EXPECT_EQ(receipt.failed_condition.has_value(),
            receipt.branch == Receipt::Branch::kNone);
  return !receipt.failed_condition.has_value();
}

std::vector<std::string> Texts(const std::vector<Entry>& entries) {
  std::vector<std::string> texts;
  for (const Entry& entry : entries) {
    texts.push_back(absl::StrCat(entry.key, "=", entry.value.bytes));
  }
  return texts;
}

Transaction PutOnce(const std::string& id, const std::string& key,
                    const std::string& text) {
  Transaction transaction;
  transaction.operations.push_back(PutOperation{key, Value::Text(text)});
  transaction.request = RequestId{"me", id};
  return transaction;
}

}  // namespace rundlet
