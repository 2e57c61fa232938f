// Randomness that can be had again: a failing run prints its seed, and
// RUNDLET_SEED gives it back.

#ifndef RUNDLET_TESTS_SUPPORT_SEEDED_RANDOM_H_
#define RUNDLET_TESTS_SUPPORT_SEEDED_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace rundlet {

// The seed of this process: RUNDLET_SEED, else a new one. Printed once.
uint64_t TestSeed();

// How many runs a random test makes: RUNDLET_RUNS, else `otherwise`.
uint64_t TestRuns(uint64_t otherwise);

// One thread at a time. Equal seeds give equal sequences on every machine.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}

  uint64_t Next() { return engine_(); }
  // 0 to limit - 1; limit is at least 1.
  uint64_t Below(uint64_t limit) { return engine_() % limit; }
  // first to last, both included.
  uint64_t Between(uint64_t first, uint64_t last) {
    return first + Below(last - first + 1);
  }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  std::string Bytes(size_t bytes);

  template <typename T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_SEEDED_RANDOM_H_
