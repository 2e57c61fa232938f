// StringFile: a File that reads from a string and cannot be written.

#ifndef RUNDLET_TESTS_STORAGE_LEGACY_STRING_FILE_H_
#define RUNDLET_TESTS_STORAGE_LEGACY_STRING_FILE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/file/file_system.h"

namespace rundlet {

class StringFile : public File {
 public:
  explicit StringFile(std::string content) : content_(std::move(content)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    if (offset > content_.size() || bytes > content_.size() - offset) {
      return absl::OutOfRangeError("the string ends before");
    }
    content_.copy(out, bytes, offset);
    return absl::OkStatus();
  }
  absl::Status WriteAt(uint64_t, absl::string_view) override {
    return absl::UnimplementedError("read only");
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Truncate(uint64_t) override {
    return absl::UnimplementedError("read only");
  }
  absl::Status Allocate(uint64_t) override {
    return absl::UnimplementedError("read only");
  }
  absl::StatusOr<uint64_t> SizeBytes() const override {
    return content_.size();
  }

 private:
  const std::string content_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_LEGACY_STRING_FILE_H_
