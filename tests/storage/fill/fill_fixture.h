// What the tests of fill leases share: a FillStore on a store that holds no
// disk, time that a test moves, and answers as they came.

#ifndef RUNDLET_TESTS_STORAGE_FILL_FILL_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_FILL_FILL_FIXTURE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/fill/fill_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {

// Lets a test act between a commit's way into it and its place in the order.
class PausedModelStore : public ModelStore {
 public:
  using ModelStore::ModelStore;

  void Commit(Transaction transaction, CommitCallback done) override {
    if (before_commit_) std::exchange(before_commit_, nullptr)();
    ModelStore::Commit(std::move(transaction), std::move(done));
  }
  void Read(ReadRequest request, ReadCallback done) override {
    if (before_read_) std::exchange(before_read_, nullptr)();
    ModelStore::Read(std::move(request), std::move(done));
  }

  // Run once, before the next one.
  std::function<void()> before_commit_;
  std::function<void()> before_read_;
};

class FillFixture : public ::testing::Test {
 protected:
  // One request and its answer.
  struct Asked {
    std::optional<absl::StatusOr<FillResult>> answer;
    FillGetPtr get;

    bool waits() const { return !answer.has_value(); }
    bool in_vain() const {
      return !waits() && answer->ok() && (*answer)->under_way;
    }
    bool has_lease() const {
      return !waits() && answer->ok() && (*answer)->lease.has_value();
    }
    FillToken token() const { return (*answer)->lease->token; }
    // The text found; else "".
    std::string value() const {
      if (waits() || !answer->ok()) return "";
      const auto& entry = (*answer)->read.entries[0];
      return entry.has_value() ? entry->value.bytes : "";
    }
  };
  using AskedPtr = std::shared_ptr<Asked>;

  explicit FillFixture(FillLimits limits = {4, 8}) : model_(&clock_) {
    FillOptions options;
    options.limits = limits;
    options.clock = &clock_;
    options.random = [] { return uint64_t{77}; };
    fills_ = std::make_unique<FillStore>(&model_, std::move(options));
  }

  AskedPtr Ask(const std::string& key, absl::Duration wait = absl::Seconds(5),
               absl::Duration hold = absl::Seconds(10)) {
    auto asked = std::make_shared<Asked>();
    FillRequest request;
    request.read.keys = {key};
    request.wait = wait;
    request.hold = hold;
    asked->get = fills_->Get(std::move(request),
                             [asked](absl::StatusOr<FillResult> result) {
                               asked->answer = std::move(result);
                             });
    return asked;
  }

  static Transaction PutOf(const std::string& key, const std::string& text) {
    Transaction put;
    put.operations.push_back(PutOperation{key, Value::Text(text)});
    return put;
  }
  static Transaction DeleteOf(const std::string& key) {
    Transaction transaction;
    transaction.operations.push_back(DeleteOperation{key});
    return transaction;
  }

  absl::StatusOr<Receipt> Fill(Transaction transaction, FillToken token) {
    absl::StatusOr<Receipt> answer = absl::InternalError("no answer");
    fills_->Fill(
        std::move(transaction), token,
        [&](absl::StatusOr<Receipt> receipt) { answer = std::move(receipt); });
    return answer;
  }
  absl::StatusOr<Receipt> Commit(Transaction transaction) {
    absl::StatusOr<Receipt> answer = absl::InternalError("no answer");
    fills_->Commit(
        std::move(transaction),
        [&](absl::StatusOr<Receipt> receipt) { answer = std::move(receipt); });
    return answer;
  }
  void Advance(absl::Duration duration) {
    clock_.Advance(duration);
    fills_->EndDue();
  }

  FakeClock clock_;
  PausedModelStore model_;
  std::unique_ptr<FillStore> fills_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_FILL_FILL_FIXTURE_H_
