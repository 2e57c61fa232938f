// ReplyQueue: replies leave in the order of their commands, whatever the order
// in which they become known.

#ifndef RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_
#define RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rundlet {

// One thread at a time.
class ReplyQueue {
 public:
  // Numbers of replies; they wrap around, long after the replies are sent.
  using Number = uint32_t;

  // Keeps the place of the next reply; returns its number.
  Number Reserve();

  // Where to write reply `number`; then call Finish. Valid until the next call
  // of another method. REQUIRES that it is reserved and not finished.
  std::string* Begin(Number number);
  void Finish(Number number);

  // Places that are reserved and whose reply is not in output() yet.
  size_t pending_count() const { return pending_count_; }

  // Replies that may be sent.
  const std::string& output() const { return output_; }
  void ClearOutput();

 private:
  struct Place {
    bool finished = false;
    std::string reply;  // empty in the first place, which writes to output_
  };

  Place& PlaceOf(Number number) { return ring_[number & (ring_.size() - 1)]; }
  void Grow();

  // The places of the numbers from first_number_ on, each at its number modulo
  // the size, which is a power of two.
  std::vector<Place> ring_{8};
  Number first_number_ = 0;
  Number pending_count_ = 0;
  std::string output_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_
