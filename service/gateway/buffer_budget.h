// BufferBudget: the memory that all connections of a gateway hold together.

#ifndef RUNDLET_SERVICE_GATEWAY_BUFFER_BUDGET_H_
#define RUNDLET_SERVICE_GATEWAY_BUFFER_BUDGET_H_

#include <cstddef>

namespace rundlet {

// One thread at a time. It only counts: once it is exhausted, sessions stop
// growing (session.h) until others have given memory back.
class BufferBudget {
 public:
  // One connection's part, given back when it is destroyed. The budget must
  // outlive it.
  class Share {
   public:
    explicit Share(BufferBudget* budget) : budget_(budget) {}
    ~Share() { Set(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Says how many bytes the connection holds now.
    void Set(size_t bytes) {
      budget_->used_bytes_ += bytes - bytes_;  // modulo: may be less
      bytes_ = bytes;
    }

   private:
    BufferBudget* const budget_;
    size_t bytes_ = 0;
  };

  explicit BufferBudget(size_t bytes_max) : bytes_max_(bytes_max) {}

  bool exhausted() const { return used_bytes_ > bytes_max_; }
  size_t used_bytes() const { return used_bytes_; }

 private:
  const size_t bytes_max_;
  size_t used_bytes_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_BUFFER_BUDGET_H_
