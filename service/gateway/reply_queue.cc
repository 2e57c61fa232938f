#include "service/gateway/reply_queue.h"

#include <utility>

namespace rundlet {
namespace {

// A larger buffer is given back once its replies are sent.
constexpr size_t kKeptBytes = size_t{64} << 10;

}  // namespace

ReplyQueue::Number ReplyQueue::Reserve() {
  if (pending_count_ == ring_.size()) Grow();
  return first_number_ + pending_count_++;
}

void ReplyQueue::Grow() {
  std::vector<Place> larger(ring_.size() * 2);
  for (Number i = 0; i < pending_count_; ++i) {
    const Number number = first_number_ + i;
    larger[number & (larger.size() - 1)] = std::move(PlaceOf(number));
  }
  ring_ = std::move(larger);
}

std::string* ReplyQueue::Begin(Number number) {
  // The first reply that is missing needs no copy: it goes out next.
  return number == first_number_ ? &output_ : &PlaceOf(number).reply;
}

void ReplyQueue::Finish(Number number) {
  PlaceOf(number).finished = true;
  while (pending_count_ > 0 && PlaceOf(first_number_).finished) {
    Place& place = PlaceOf(first_number_);
    place.finished = false;
    if (!place.reply.empty()) {
      output_.append(place.reply);
      place.reply = std::string();
    }
    ++first_number_;
    --pending_count_;
  }
}

void ReplyQueue::ClearOutput() {
  output_.clear();
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
}

}  // namespace rundlet
