// Ledger: what a key may be after a crash. One writer writes down what it asks
// for and what was acknowledged; afterwards the key is what was acknowledged
// last, or something that was asked for since, and nothing else.

#ifndef RUNDLET_TESTS_E2E_LEDGER_H_
#define RUNDLET_TESTS_E2E_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace rundlet {

// The number of the write that made a key's value; 0: the key is absent.
using WriteNumber = uint64_t;

// Not thread-safe.
class Ledger {
 public:
  // Keys `prefix`0, `prefix`1, ..., all absent.
  Ledger(const std::string& prefix, size_t key_count);

  size_t key_count() const { return keys_.size(); }
  const std::string& key(size_t index) const { return keys_[index].name; }

  // One word of text, different for every key and number; from one byte to
  // about 3,000. Nothing torn looks like it.
  std::string ValueOf(size_t index, WriteNumber number) const;

  // A number that no write of this ledger has yet.
  WriteNumber NextNumber() { return ++last_number_; }

  // The writer asks for a put with this number, or with 0 for a delete.
  void Ask(size_t index, WriteNumber number);

  // What was asked for first, and not acknowledged yet, is acknowledged.
  void Acknowledge(size_t index);

  // What the key was found to be. Empty if it may be; else what was wrong. It
  // then counts as acknowledged: a second crash must not undo it.
  std::string Find(size_t index, const std::optional<std::string>& value);

  // What the last Find() of the key found.
  WriteNumber found(size_t index) const {
    return keys_[index].possible.front();
  }

 private:
  struct Key {
    std::string name;
    // Acknowledged last, then asked for in this order.
    std::deque<WriteNumber> possible;
  };

  std::vector<Key> keys_;
  WriteNumber last_number_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_E2E_LEDGER_H_
