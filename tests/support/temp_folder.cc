#include "tests/support/temp_folder.h"

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace rundlet {

TempFolder::TempFolder() {
  const char* const root = std::getenv("TEST_TMPDIR");
  path_ = absl::StrCat(root == nullptr ? "/tmp" : root, "/rundlet-XXXXXX");
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror(path_.c_str());
    std::abort();
  }
}

TempFolder::~TempFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) {
    std::fprintf(stderr, "remove %s: %s\n", path_.c_str(),
                 error.message().c_str());
  }
}

std::string TempFolder::Path(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

}  // namespace rundlet
