// The laws of Store: one suite for every implementation. A test file makes a
// StoreFactory and instantiates the suites that its store can be held to:
//
//   INSTANTIATE_TEST_SUITE_P(Model, EntryLaws, ::testing::Values(factory),
//                            StoreFactoryName);

#ifndef RUNDLET_TESTS_CONFORMANCE_STORE_LAWS_H_
#define RUNDLET_TESTS_CONFORMANCE_STORE_LAWS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/store.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

// A store under test, with the time that it lives in.
class StoreWorld {
 public:
  virtual ~StoreWorld() = default;

  virtual Store* store() = 0;
  virtual FakeClock* clock() = 0;

  // Runs between any two steps of a law: what a store must not be moved by,
  // such as a compaction or a restart.
  virtual void Disturb() {}
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreWorld>(const Limits& limits)> make;
};

std::string StoreFactoryName(
    const ::testing::TestParamInfo<StoreFactory>& info);
void PrintTo(const StoreFactory& factory, std::ostream* out);
void PrintTo(const Entry& entry, std::ostream* out);

// What all suites are written with. A step that fails fails the test.
class StoreLaws : public ::testing::TestWithParam<StoreFactory> {
 protected:
  StoreLaws();

  // Starts again with an empty store of other limits.
  void Open(const Limits& limits);

  // The store, after a disturbance.
  BlockingStore store();
  // The store as it stands: pages and callbacks in flight stay what they are.
  Store* steady_store() { return world_->store(); }

  void PassTime(absl::Duration duration) { world_->clock()->Advance(duration); }

  Receipt Put(const std::string& key, const std::string& text,
              Expiry expiry = Expiry::Never());
  Receipt Delete(const std::string& key);
  Receipt SetExpiry(const std::string& key, Expiry expiry);
  Receipt Commit(Transaction transaction);
  std::optional<Entry> Get(const std::string& key);
  // Of a key that has to be there.
  Entry Existing(const std::string& key);
  ScanPage Scan(ScanRequest request);
  // Commits a condition and nothing else, and tells whether it held.
  bool Holds(Condition condition);

 private:
  std::unique_ptr<StoreWorld> world_;
};

// A put of a text that carries a request id.
Transaction PutOnce(const std::string& id, const std::string& key,
                    const std::string& text);

// Keys and texts of entries, as "key=text", in their order.
std::vector<std::string> Texts(const std::vector<Entry>& entries);

// What the text protocol can say, too.
class PlainLaws : public StoreLaws {};

// What the doors that know revisions can say.
class EntryLaws : public StoreLaws {};
class ConditionLaws : public StoreLaws {};
class TransactionLaws : public StoreLaws {};
class ExpiryLaws : public StoreLaws {};
class ScanLaws : public StoreLaws {};
class PageLaws : public StoreLaws {};
class LimitLaws : public StoreLaws {};
class MaintenanceLaws : public StoreLaws {};
class RequestLaws : public StoreLaws {};
class SnapshotLaws : public StoreLaws {};
class AddLaws : public StoreLaws {};
class RangeDeleteLaws : public StoreLaws {};
class WatchLaws : public StoreLaws {};

// What only a store in this process can be asked.
class EmbeddedLaws : public StoreLaws {};
class CallbackLaws : public StoreLaws {};
class IngestLaws : public StoreLaws {};
class RequestNameLaws : public StoreLaws {};
class WatchLifetimeLaws : public StoreLaws {};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_STORE_LAWS_H_
