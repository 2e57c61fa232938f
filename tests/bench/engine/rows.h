// Rows: keys and values that can be made, and checked, by number alone.

#ifndef RUNDLET_TESTS_BENCH_ENGINE_ROWS_H_
#define RUNDLET_TESTS_BENCH_ENGINE_ROWS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

// Thread-safe: nothing changes once it has been made.
class Rows {
 public:
  // `count` rows; values are random bytes, all of one size.
  Rows(uint64_t count, uint64_t value_bytes, uint64_t seed);

  uint64_t count() const { return count_; }
  uint64_t value_bytes() const { return value_bytes_; }

  // 16 bytes, in the order of the numbers.
  static std::string Key(uint64_t number);
  // Of the keys of a hundred rows that follow each other.
  static std::string HundredPrefix(uint64_t number);
  // Sorts among the others, and is none of them.
  static std::string MissingKey(uint64_t number);
  // Valid as long as this.
  absl::string_view Value(uint64_t number) const;
  // All numbers, each once, in no order.
  uint64_t Shuffled(uint64_t place) const { return place * stride_ % count_; }

 private:
  uint64_t count_;
  uint64_t value_bytes_;
  uint64_t stride_;
  std::string pool_;  // values are pieces of it
};

// A source of numbers below a limit; fast, the same for the same seed.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 2 + 1) {}
  uint64_t Next();
  uint64_t Below(uint64_t limit);
  double Fraction();  // in [0, 1)

 private:
  uint64_t state_;
};

// Numbers below a count of which few come often: the Zipf distribution as YCSB
// draws it (Gray et al., "Quickly Generating Billion-Record Synthetic
// Databases", 1994), spread over all numbers. Thread-safe.
class Zipf {
 public:
  Zipf(uint64_t count, double theta);
  uint64_t Draw(Dice* dice) const;

 private:
  uint64_t count_;
  double theta_;
  double zeta_;
  double alpha_;
  double eta_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ENGINE_ROWS_H_
