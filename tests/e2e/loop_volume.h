// LoopVolume: a real ext4 file system in a file, whose power can be cut.

#ifndef RUNDLET_TESTS_E2E_LOOP_VOLUME_H_
#define RUNDLET_TESTS_E2E_LOOP_VOLUME_H_

#include <cstdint>
#include <string>

namespace rundlet {

// Needs root. Ends the process if a step cannot be done: no test can go on
// then. Gives the calling thread mounts of its own, which the threads and
// processes that it starts share.
class LoopVolume {
 public:
  // Makes the file and a file system of so many bytes in it, and mounts it;
  // both in `folder`.
  LoopVolume(const std::string& folder, uint64_t bytes);
  // Takes it away again.
  ~LoopVolume();
  LoopVolume(const LoopVolume&) = delete;
  LoopVolume& operator=(const LoopVolume&) = delete;

  const std::string& path() const { return mount_point_; }

  // From now on nothing reaches the disk. What a running commit of the journal
  // has written may be kept, or not.
  enum class Journal : uint8_t { kLost, kFlushed };
  void CutPower(Journal journal);

  // Mounts again what is on the disk: the file system recovers. REQUIRES:
  // nobody has a file of it open.
  void Restart();

 private:
  void Mount();
  void Unmount();

  const std::string image_;
  const std::string mount_point_;
  bool is_mounted_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_E2E_LOOP_VOLUME_H_
