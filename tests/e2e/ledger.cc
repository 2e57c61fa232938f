#include "tests/e2e/ledger.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rundlet {

Ledger::Ledger(const std::string& prefix, size_t key_count) {
  for (size_t i = 0; i < key_count; ++i) {
    keys_.push_back({absl::StrCat(prefix, i), {0}});
  }
}

std::string Ledger::ValueOf(size_t index, WriteNumber number) const {
  const std::string start = absl::StrCat(key(index), "#", number, "#");
  // The same for the same key and number, and no period that a torn page could
  // hide in.
  uint64_t state = number * 0x9E3779B97F4A7C15u + index;
  const size_t bytes = start.size() + state % 3001;
  std::string value = start;
  while (value.size() < bytes) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    absl::StrAppend(&value, absl::Hex(state >> 32));
  }
  return value;
}

void Ledger::Ask(size_t index, WriteNumber number) {
  keys_[index].possible.push_back(number);
}

void Ledger::Acknowledge(size_t index) { keys_[index].possible.pop_front(); }

std::string Ledger::Find(size_t index,
                         const std::optional<std::string>& value) {
  std::deque<WriteNumber>& possible = keys_[index].possible;
  const auto found =
      std::find_if(possible.begin(), possible.end(), [&](WriteNumber number) {
        if (number == 0) return !value.has_value();
        return value == ValueOf(index, number);
      });
  if (found != possible.end()) {
    possible = {*found};
    return "";
  }
  return absl::StrCat(key(index), " may be the write ",
                      absl::StrJoin(possible, ", "), " (0: absent), but is ",
                      value.has_value() ? value->substr(0, 80) : "absent");
}

}  // namespace rundlet
