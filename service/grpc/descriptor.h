// Descriptor: owns an open file descriptor.

#ifndef RUNDLET_SERVICE_GRPC_DESCRIPTOR_H_
#define RUNDLET_SERVICE_GRPC_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace rundlet {

// Closes it when it goes out of scope. Movable, not thread-safe.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    Reset(other.Release());
    return *this;
  }
  ~Descriptor() { Reset(-1); }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Gives it away.
  int Release() { return std::exchange(fd_, -1); }

  // Owns another one, or none if it is -1.
  void Reset(int fd) {
    const int old = std::exchange(fd_, fd);
    if (old >= 0 && old != fd) close(old);
  }

 private:
  int fd_ = -1;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_DESCRIPTOR_H_
