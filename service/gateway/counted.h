// Counted and CountedRef: an object that is shared by counting, with pointers
// of half the size of a std::shared_ptr. A callback that holds one beside a
// number still fits into an absl::AnyInvocable without an allocation, and there
// is one callback for each command.

#ifndef RUNDLET_SERVICE_GATEWAY_COUNTED_H_
#define RUNDLET_SERVICE_GATEWAY_COUNTED_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace rundlet {

// The base of what CountedRef can hold; made by new, deleted by the last
// reference, on whichever thread that is.
class Counted {
 public:
  Counted() = default;
  virtual ~Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  template <typename T>
  friend class CountedRef;

  std::atomic<uint32_t> references_{0};
};

// A shared pointer to a T, which is a Counted; or null. Thread-safe as a
// std::shared_ptr is.
template <typename T>
class CountedRef {
 public:
  CountedRef() = default;
  explicit CountedRef(T* object) : object_(object) {
    if (object_ != nullptr) {
      object_->references_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  CountedRef(const CountedRef& other) : CountedRef(other.object_) {}
  CountedRef(CountedRef&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)) {}
  CountedRef& operator=(CountedRef other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~CountedRef() {
    if (object_ != nullptr &&
        object_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete object_;
    }
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_COUNTED_H_
