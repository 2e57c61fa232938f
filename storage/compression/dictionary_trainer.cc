#include "storage/compression/dictionary_trainer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// A longer value compresses well by itself.
constexpr size_t kSampleBytesMax = 4 << 10;

}  // namespace

DictionaryTrainer::DictionaryTrainer(Settings settings,
                                     Dictionaries* dictionaries)
    : settings_(std::move(settings)), dictionaries_(dictionaries) {
  const Dictionaries::Dictionary* const newest = dictionaries->newest();
  stopped_ = newest != nullptr && newest->id == kDictionariesMax;
  if (!stopped_) thread_ = std::thread([this] { Run(); });
}

DictionaryTrainer::~DictionaryTrainer() { Stop(); }

void DictionaryTrainer::Stop() {
  {
    const absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void DictionaryTrainer::Offer(absl::string_view value) {
  const absl::MutexLock lock(&mu_);
  if (training_ || stopped_ || value.size() > kSampleBytesMax) return;
  if (rest_bytes_ > 0) {
    rest_bytes_ -= std::min<uint64_t>(rest_bytes_, value.size());
    return;
  }
  gathered_.Add(value);
  training_ = gathered_.bytes.size() >= settings_.sample_bytes;
}

void DictionaryTrainer::Train(const Samples& samples) {
  const Dictionaries::Dictionary* const newest = dictionaries_->newest();
  const uint32_t id = newest == nullptr ? 1 : newest->id + 1;
  if (id > kDictionariesMax) return;
  const std::string bytes = TrainDictionary(id, samples, newest);
  if (bytes.empty()) return;
  absl::Status added = settings_.install(id, bytes);
  if (added.ok()) added = dictionaries_->Add(id, bytes);
  if (!settings_.on_event) return;
  settings_.on_event(
      added.ok()
          ? absl::StrCat("learned dictionary ", id, " of ", bytes.size(),
                         " bytes from ", samples.sizes.size(), " values")
          : absl::StrCat("dictionary ", id, " is not kept: ", added.message()));
}

void DictionaryTrainer::Run() {
  const absl::MutexLock lock(&mu_);
  const auto is_due = [this] {
    mu_.AssertHeld();
    return training_ || stopped_;
  };
  while (true) {
    mu_.Await(absl::Condition(&is_due));
    if (stopped_) return;
    const Samples samples = std::exchange(gathered_, Samples());
    mu_.Unlock();
    Train(samples);
    mu_.Lock();
    training_ = false;
    rest_bytes_ = settings_.rest_bytes;
  }
}

}  // namespace rundlet
