#include "service/gateway/reply_queue.h"

namespace rundlet {
namespace {

// A larger buffer is given back once its replies are sent.
constexpr size_t kKeptBytes = size_t{64} << 10;

}  // namespace

uint64_t ReplyQueue::Reserve() {
  places_.emplace_back();
  return first_number_ + places_.size() - 1;
}

std::string* ReplyQueue::Begin(uint64_t number) {
  // The first reply that is missing needs no copy: it goes out next.
  if (number == first_number_) return &output_;
  return &places_[number - first_number_].reply;
}

void ReplyQueue::Finish(uint64_t number) {
  places_[number - first_number_].finished = true;
  while (!places_.empty() && places_.front().finished) {
    output_.append(places_.front().reply);
    places_.pop_front();
    ++first_number_;
  }
}

void ReplyQueue::ClearOutput() {
  output_.clear();
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
}

}  // namespace rundlet
