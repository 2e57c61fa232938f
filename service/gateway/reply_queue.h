// ReplyQueue: replies leave in the order of their commands, whatever the order
// in which they become known.

#ifndef RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_
#define RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

// One thread at a time.
class ReplyQueue {
 public:
  // Keeps the place of the next reply; returns its number.
  uint64_t Reserve();

  // Where to write reply `number`; then call Finish. Valid until the next call
  // of another method. REQUIRES that it is reserved and not finished.
  std::string* Begin(uint64_t number);
  void Finish(uint64_t number);

  // Places that are reserved and whose reply is not in output() yet.
  size_t pending_count() const { return places_.size(); }

  // Replies that may be sent.
  const std::string& output() const { return output_; }
  void ClearOutput();

 private:
  struct Place {
    bool finished = false;
    std::string reply;  // empty in the first place, which writes to output_
  };

  std::deque<Place> places_;
  uint64_t first_number_ = 0;  // of places_.front()
  std::string output_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_REPLY_QUEUE_H_
