// Data folders of format version 1, as files of the source tree: how they were
// made, and what a store on each of them has to hold.

#ifndef RUNDLET_TESTS_VECTORS_FORMAT_V1_H_
#define RUNDLET_TESTS_VECTORS_FORMAT_V1_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/options.h"
#include "storage/store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

// Files by path, below kVectorFolder.
using FolderImage = std::map<std::string, std::string>;

inline constexpr char kVectorFolder[] = "/data";

// When all of them were written, and are opened: "expired" has expired since.
absl::Time VectorTime();

Options VectorOptions(CrashableFileSystem* disk, const FakeClock* clock);

// Folders by name. `clean`: base, logs, hints and a checkpoint, ingested and
// expiring keys, deleted ones. `killed`: the same, not stopped. `torn`: the
// same with half a group at the end. `recovered`: what opening `torn` leaves.
std::map<std::string, FolderImage> MakeVectors();

// One line a key: all that a reader can see of it.
absl::StatusOr<std::string> TextOf(Store* store);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_VECTORS_FORMAT_V1_H_
