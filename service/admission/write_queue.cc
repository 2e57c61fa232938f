#include "service/admission/write_queue.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rundlet {
namespace {

uint64_t OperationBytes(const std::vector<Operation>& operations) {
  uint64_t bytes = operations.size() * sizeof(Operation);
  for (const Operation& operation : operations) {
    if (const std::string* const key = KeyOf(operation)) bytes += key->size();
    if (const auto* const put = std::get_if<PutOperation>(&operation)) {
      bytes += put->value.bytes.size();
    }
  }
  return bytes;
}

}  // namespace

uint64_t BytesOf(const Transaction& transaction) {
  uint64_t bytes = OperationBytes(transaction.operations) +
                   OperationBytes(transaction.otherwise);
  for (const Condition& condition : transaction.conditions) {
    bytes +=
        sizeof(condition) + condition.key.size() + condition.value.bytes.size();
  }
  return bytes;
}

WriteQueue::Room WriteQueue::RoomFor(uint64_t connection, uint64_t bytes,
                                     uint64_t places) const {
  if (writes_.size() >= places) return Room::kNoPlace;
  // A write alone may wait whatever it holds.
  if (!writes_.empty() && bytes_ + bytes > bytes_max_) return Room::kNoBytes;
  const auto share = shares_.find(connection);
  if (share == shares_.end()) return Room::kYes;
  if (share->second.writes >= places - writes_.size()) return Room::kNoShare;
  return share->second.bytes + bytes > bytes_max_ - bytes_ ? Room::kNoBytes
                                                           : Room::kYes;
}

void WriteQueue::Push(WaitingWrite write) {
  Share& share = shares_[write.connection];
  ++share.writes;
  share.bytes += write.bytes;
  bytes_ += write.bytes;
  writes_.push_back(std::move(write));
}

WaitingWrite WriteQueue::Pop() {
  WaitingWrite write = std::move(writes_.front());
  writes_.pop_front();
  bytes_ -= write.bytes;
  const auto share = shares_.find(write.connection);
  share->second.bytes -= write.bytes;
  if (--share->second.writes == 0) shares_.erase(share);
  return write;
}

}  // namespace rundlet
