// WriteQueue: writes that wait, first come first served, and who may join them.
//
// A connection may hold as many places as are free, and as many bytes: the
// dynamic threshold of Choudhury and Hahne ("Dynamic queue length thresholds
// for shared-memory packet switches", IEEE/ACM ToN 6(2), 1998). One that floods
// gets half of the places, two a third each; what is left is for the others.

#ifndef RUNDLET_SERVICE_ADMISSION_WRITE_QUEUE_H_
#define RUNDLET_SERVICE_ADMISSION_WRITE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "service/admission/caller.h"
#include "storage/store.h"

namespace rundlet {

struct WaitingWrite {
  Transaction transaction;
  Store::CommitCallback done;
  Caller caller;
  uint64_t connection = 0;
  uint64_t bytes = 0;    // of its keys and values
  absl::Duration since;  // of Clock::Monotonic
};

// Not thread-safe.
class WriteQueue {
 public:
  enum class Room {
    kYes,
    kNoPlace,  // too many wait
    kNoShare,  // there are places, but this connection has its share
    kNoBytes,  // likewise, of bytes
  };

  explicit WriteQueue(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // Whether a write of this connection may wait where `places` are.
  Room RoomFor(uint64_t connection, uint64_t bytes, uint64_t places) const;

  void Push(WaitingWrite write);
  // REQUIRES that it is not empty.
  WaitingWrite Pop();

  bool empty() const { return writes_.empty(); }
  size_t size() const { return writes_.size(); }
  uint64_t bytes() const { return bytes_; }
  const WaitingWrite& oldest() const { return writes_.front(); }

 private:
  struct Share {
    uint64_t writes = 0;
    uint64_t bytes = 0;
  };

  const uint64_t bytes_max_;
  std::deque<WaitingWrite> writes_;
  uint64_t bytes_ = 0;
  absl::flat_hash_map<uint64_t, Share> shares_;  // by connection
};

// Of a transaction's keys and values, about.
uint64_t BytesOf(const Transaction& transaction);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_WRITE_QUEUE_H_
