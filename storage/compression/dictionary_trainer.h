// DictionaryTrainer: learns from the values that are written what zstd should
// know of the next, on a thread of its own.

#ifndef RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINER_H_
#define RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/compression/dictionaries.h"
#include "storage/compression/dictionary_training.h"

namespace rundlet {

// Thread-safe. It gathers values until it has enough of them, trains a
// dictionary, has it made durable, and adds it to those of the store, if it is
// better than the newest. Then it rests and looks again: values change.
class DictionaryTrainer {
 public:
  struct Settings {
    // Gathered for one training, in values.
    uint64_t sample_bytes = uint64_t{1} << 20;
    // Of values that go by between one training and the gathering for the next.
    uint64_t rest_bytes = uint64_t{256} << 20;
    // Makes a dictionary durable, before a value may rely on it.
    std::function<absl::Status(uint32_t id, const std::string& bytes)> install;
    // Told what it has learned, from its thread. Empty: nobody is.
    std::function<void(absl::string_view line)> on_event;
  };

  DictionaryTrainer(Settings settings, Dictionaries* dictionaries);
  ~DictionaryTrainer();

  // Shows it a value that is about to be compressed.
  void Offer(absl::string_view value) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the training under way, and looks at nothing any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  void Train(const Samples& samples);

  const Settings settings_;
  Dictionaries* const dictionaries_;

  absl::Mutex mu_;
  Samples gathered_ ABSL_GUARDED_BY(mu_);
  uint64_t rest_bytes_ ABSL_GUARDED_BY(mu_) = 0;  // still to go by
  bool training_ ABSL_GUARDED_BY(mu_) = false;    // gathered_ is full
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_COMPRESSION_DICTIONARY_TRAINER_H_
