// Delta debugging: from a list that fails to a shorter one that fails, too.

#ifndef RUNDLET_TESTS_SUPPORT_SHRINK_H_
#define RUNDLET_TESTS_SUPPORT_SHRINK_H_

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"

namespace rundlet {

// Leaves parts of `list` out, halves first and single elements last, for as
// long as what is left `fails`; asks at most `tries_max` times. What is
// returned has failed, or is `list`. If there were enough tries, and `fails` is
// not a matter of luck, no single element of it can be left out.
template <typename T>
std::vector<T> Shrink(std::vector<T> list, size_t tries_max,
                      absl::FunctionRef<bool(const std::vector<T>&)> fails) {
  size_t part = std::max<size_t>(1, list.size() / 2);
  while (true) {
    bool shrunk = false;
    for (size_t at = 0; at < list.size();) {
      if (tries_max-- == 0) return list;
      const size_t end = std::min(at + part, list.size());
      std::vector<T> rest(list.begin(), list.begin() + at);
      rest.insert(rest.end(), list.begin() + end, list.end());
      if (fails(rest)) {
        list = std::move(rest);
        shrunk = true;
      } else {
        at = end;
      }
    }
    if (part == 1 && !shrunk) return list;
    part = std::max<size_t>(1, part / 2);
  }
}

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_SHRINK_H_
