// TempFolder: a folder of its own for one test, gone with the object.

#ifndef RUNDLET_TESTS_SUPPORT_TEMP_FOLDER_H_
#define RUNDLET_TESTS_SUPPORT_TEMP_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

// Ends the process if the folder cannot be made: no test can go on then.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of something in the folder.
  std::string Path(absl::string_view name) const;

 private:
  std::string path_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_TEMP_FOLDER_H_
