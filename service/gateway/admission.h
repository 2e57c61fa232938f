// Admission: how many connections there may be, in all and for one address.

#ifndef RUNDLET_SERVICE_GATEWAY_ADMISSION_H_
#define RUNDLET_SERVICE_GATEWAY_ADMISSION_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// One thread at a time. Memory is bounded by connections_max.
class Admission {
 public:
  Admission(size_t connections_max, size_t connections_per_address_max)
      : connections_max_(connections_max),
        connections_per_address_max_(connections_per_address_max) {}

  // Counts one more connection from `address`, or returns false.
  bool Admit(absl::string_view address);

  // Takes back one Admit that returned true.
  void Release(absl::string_view address);

  size_t connection_count() const { return connection_count_; }

 private:
  const size_t connections_max_;
  const size_t connections_per_address_max_;
  size_t connection_count_ = 0;
  absl::flat_hash_map<std::string, size_t> count_by_address_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_ADMISSION_H_
