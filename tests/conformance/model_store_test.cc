// Goal: the oracle of the tests keeps the laws that it is the measure of.
// Method: every suite of laws over ModelStore.

#include "tests/support/model_store.h"

#include <memory>

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

class ModelWorld : public StoreWorld {
 public:
  explicit ModelWorld(const Limits& limits) : store_(&clock_, limits) {}

  Store* store() override { return &store_; }
  FakeClock* clock() override { return &clock_; }

 private:
  FakeClock clock_;
  ModelStore store_;
};

const StoreFactory kModel = {"Model", [](const Limits& limits) {
                               return std::make_unique<ModelWorld>(limits);
                             }};

#define RUNDLET_HOLD(laws)                                       \
  INSTANTIATE_TEST_SUITE_P(All, laws, ::testing::Values(kModel), \
                           StoreFactoryName)

RUNDLET_HOLD(PlainLaws);
RUNDLET_HOLD(EntryLaws);
RUNDLET_HOLD(ConditionLaws);
RUNDLET_HOLD(TransactionLaws);
RUNDLET_HOLD(ExpiryLaws);
RUNDLET_HOLD(ScanLaws);
RUNDLET_HOLD(PageLaws);
RUNDLET_HOLD(LimitLaws);
RUNDLET_HOLD(EmbeddedLaws);
RUNDLET_HOLD(CallbackLaws);
RUNDLET_HOLD(IngestLaws);
RUNDLET_HOLD(MaintenanceLaws);
RUNDLET_HOLD(RequestLaws);
RUNDLET_HOLD(RequestNameLaws);
RUNDLET_HOLD(SnapshotLaws);
RUNDLET_HOLD(AddLaws);
RUNDLET_HOLD(RangeDeleteLaws);
RUNDLET_HOLD(WatchLaws);
RUNDLET_HOLD(WatchLifetimeLaws);

}  // namespace
}  // namespace rundlet
