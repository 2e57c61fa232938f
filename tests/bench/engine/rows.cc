#include "tests/bench/engine/rows.h"

#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr size_t kPoolBytes = 4 << 20;
constexpr char kKeyStart[] = "user";

// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
uint64_t Mix(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

}  // namespace

Rows::Rows(uint64_t count, uint64_t value_bytes, uint64_t seed)
    : count_(count), value_bytes_(value_bytes) {
  // Near the golden section of the count, and with no divisor in common.
  stride_ = static_cast<uint64_t>(static_cast<double>(count) * 0.618) | 1;
  while (std::gcd(stride_, count_) != 1) stride_ += 2;
  Dice dice(seed);
  pool_.reserve(kPoolBytes + value_bytes);
  while (pool_.size() < kPoolBytes + value_bytes) {
    pool_.push_back(static_cast<char>(dice.Next()));
  }
}

std::string Rows::Key(uint64_t number) {
  std::string key = absl::StrCat(kKeyStart, "000000000000");
  for (size_t at = key.size(); number > 0; number /= 10) {
    key[--at] = static_cast<char>('0' + number % 10);
  }
  return key;
}

std::string Rows::HundredPrefix(uint64_t number) {
  std::string prefix = Key(number);
  prefix.resize(prefix.size() - 2);
  return prefix;
}

std::string Rows::MissingKey(uint64_t number) {
  std::string key = Key(number);
  key.back() = 'x';
  return key;
}

absl::string_view Rows::Value(uint64_t number) const {
  return absl::string_view(pool_).substr(Mix(number) % kPoolBytes,
                                         value_bytes_);
}

uint64_t Dice::Next() { return Mix(state_++); }

uint64_t Dice::Below(uint64_t limit) {
  return static_cast<uint64_t>(
      (static_cast<unsigned __int128>(Next()) * limit) >> 64);
}

double Dice::Fraction() {
  return static_cast<double>(Next() >> 11) * 0x1.0p-53;
}

Zipf::Zipf(uint64_t count, double theta) : count_(count), theta_(theta) {
  zeta_ = 0;
  for (uint64_t i = 1; i <= count; ++i) {
    zeta_ += std::pow(static_cast<double>(i), -theta);
  }
  alpha_ = 1 / (1 - theta);
  const double zeta2 = 1 + std::pow(2.0, -theta);
  eta_ = (1 - std::pow(2.0 / static_cast<double>(count), 1 - theta)) /
         (1 - zeta2 / zeta_);
}

uint64_t Zipf::Draw(Dice* dice) const {
  const double u = dice->Fraction();
  const double uz = u * zeta_;
  uint64_t rank = 0;
  if (uz >= 1 + std::pow(0.5, theta_)) {
    rank = static_cast<uint64_t>(static_cast<double>(count_) *
                                 std::pow(eta_ * u - eta_ + 1, alpha_));
  } else if (uz >= 1) {
    rank = 1;
  }
  return Mix(rank) % count_;
}

}  // namespace rundlet
