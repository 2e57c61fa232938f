// Steps from an option's text to a field of ServerConfig.

#ifndef RUNDLET_SERVICE_OPTION_ASSIGN_H_
#define RUNDLET_SERVICE_OPTION_ASSIGN_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rundlet {

// Puts a value into *field, or gives back why it cannot.
template <typename T>
absl::Status Assign(absl::StatusOr<T> value, T* field) {
  if (!value.ok()) return value.status();
  *field = *std::move(value);
  return absl::OkStatus();
}

inline absl::Status AssignPath(const std::string& text, std::string* path) {
  *path = text;
  return absl::OkStatus();
}

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPTION_ASSIGN_H_
