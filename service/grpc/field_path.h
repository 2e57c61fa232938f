// FieldPath: where in a request a field stands, written out only for an error.

#ifndef RUNDLET_SERVICE_GRPC_FIELD_PATH_H_
#define RUNDLET_SERVICE_GRPC_FIELD_PATH_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// A chain on the stack: each path must not outlive its parent, nor the name.
class FieldPath {
 public:
  // The request itself.
  FieldPath() = default;
  explicit FieldPath(absl::string_view name) : name_(name) {}
  FieldPath(const FieldPath& parent, absl::string_view name)
      : parent_(&parent), name_(name) {}
  FieldPath(const FieldPath& parent, absl::string_view name, int index)
      : parent_(&parent), name_(name), index_(index) {}

  // As in "otherwise.operations[3].put.key".
  std::string ToString() const {
    std::string text = parent_ == nullptr ? "" : parent_->ToString();
    if (!text.empty()) text.push_back('.');
    absl::StrAppend(&text, name_);
    if (index_ >= 0) absl::StrAppend(&text, "[", index_, "]");
    return text;
  }

 private:
  const FieldPath* parent_ = nullptr;
  absl::string_view name_;
  int index_ = -1;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_FIELD_PATH_H_
