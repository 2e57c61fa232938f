// Goal: the trainer learns from what it is shown, uses nothing that was not
// made durable, rests, learns again when values change, and ends when told.
// Method: session values, then others, from several threads; an install that
// fails; a store that has all the dictionaries it may have.

#include "storage/compression/dictionary_trainer.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

std::string OtherValue(SeededRandom& random) {
  return absl::StrCat("<order><customer number=\"", random.Below(10'000'000),
                      "\"/><article number=\"", random.Below(10'000'000),
                      "\"/><delivery kind=\"express\" street=\"",
                      random.Below(1000), " Long Street\"/></order>");
}

class DictionaryTrainerTest : public ::testing::Test {
 protected:
  DictionaryTrainer::Settings Settings() {
    DictionaryTrainer::Settings settings;
    settings.sample_bytes = 100'000;
    settings.rest_bytes = 1000;
    settings.install = [this](uint32_t id, const std::string&) {
      EXPECT_EQ(dictionaries_.Find(id), nullptr) << "first durable, then used";
      ++installs_;
      return install_status_;
    };
    settings.on_event = [this](absl::string_view line) {
      const absl::MutexLock lock(&mu_);
      events_.emplace_back(line);
    };
    return settings;
  }
  template <typename Make>
  void OfferUntil(DictionaryTrainer& trainer, const Make& make, size_t events) {
    while (true) {
      for (int i = 0; i < 100; ++i) trainer.Offer(make(random_));
      const absl::MutexLock lock(&mu_);
      if (events_.size() >= events) return;
    }
  }

  SeededRandom random_{1};
  Dictionaries dictionaries_;
  std::atomic<int> installs_{0};
  absl::Status install_status_;
  absl::Mutex mu_;
  std::vector<std::string> events_;
};

TEST_F(DictionaryTrainerTest, LearnsAndLearnsAgainWhenValuesChange) {
  DictionaryTrainer trainer(Settings(), &dictionaries_);
  OfferUntil(trainer, SessionValue, 1);
  ASSERT_NE(dictionaries_.newest(), nullptr);
  EXPECT_EQ(dictionaries_.newest()->id, 1u);
  EXPECT_THAT(events_[0], HasSubstr("learned dictionary 1"));
  OfferUntil(trainer, OtherValue, 2);
  EXPECT_EQ(dictionaries_.newest()->id, 2u);
  EXPECT_NE(dictionaries_.Find(1), nullptr) << "values may need it";
}

TEST_F(DictionaryTrainerTest, UsesNothingThatIsNotDurable) {
  install_status_ = absl::ResourceExhaustedError("no room");
  DictionaryTrainer trainer(Settings(), &dictionaries_);
  OfferUntil(trainer, SessionValue, 1);
  EXPECT_EQ(dictionaries_.newest(), nullptr);
  EXPECT_THAT(events_[0], HasSubstr("no room"));
}

TEST_F(DictionaryTrainerTest, IsShownValuesByManyThreadsAndStops) {
  DictionaryTrainer trainer(Settings(), &dictionaries_);
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&trainer, seed] {
      SeededRandom random(seed);
      for (int i = 0; i < 1000; ++i) trainer.Offer(SessionValue(random));
    });
  }
  trainer.Stop();
  trainer.Stop();
  for (std::thread& thread : threads) thread.join();
  const int installs = installs_;
  for (int i = 0; i < 1000; ++i) trainer.Offer(SessionValue(random_));
  EXPECT_EQ(installs_, installs);
}

TEST_F(DictionaryTrainerTest, LearnsNoMoreThanAStoreMayHave) {
  Samples samples;
  for (int i = 0; i < 500; ++i) samples.Add(SessionValue(random_));
  ASSERT_TRUE(dictionaries_
                  .Add(kDictionariesMax,
                       TrainDictionary(kDictionariesMax, samples, nullptr))
                  .ok());
  DictionaryTrainer trainer(Settings(), &dictionaries_);
  for (int i = 0; i < 3000; ++i) trainer.Offer(OtherValue(random_));
  trainer.Stop();
  EXPECT_EQ(installs_, 0);
}

}  // namespace
}  // namespace rundlet
