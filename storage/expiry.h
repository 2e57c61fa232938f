// Expiry: when a key goes away by itself.

#ifndef RUNDLET_STORAGE_EXPIRY_H_
#define RUNDLET_STORAGE_EXPIRY_H_

#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

// Relative times count from engine time at commit; a time that is not in the
// future makes the key expire at once.
class Expiry {
 public:
  enum class Rule : uint8_t { kNever, kKeep, kAfter, kAt };

  static constexpr uint32_t kJitterPercentMax = 100;

  static Expiry Never() { return Expiry(Rule::kNever); }
  // Keeps the expiry that the key has; a key that is absent gets none.
  static Expiry Keep() { return Expiry(Rule::kKeep); }
  // With jitter, a part of `ttl` that is drawn anew for each write is taken
  // off, at most so many percent: keys that are written together need not
  // expire together. Nothing lives longer than `ttl`.
  static Expiry After(absl::Duration ttl, uint32_t jitter_percent = 0) {
    Expiry expiry(Rule::kAfter);
    expiry.ttl_ = ttl;
    expiry.jitter_percent_ = jitter_percent;
    return expiry;
  }
  static Expiry At(absl::Time time) {
    Expiry expiry(Rule::kAt);
    expiry.time_ = time;
    return expiry;
  }

  Rule rule() const { return rule_; }
  absl::Duration ttl() const { return ttl_; }
  absl::Time time() const { return time_; }
  uint32_t jitter_percent() const { return jitter_percent_; }

 private:
  explicit Expiry(Rule rule) : rule_(rule) {}

  Rule rule_;
  uint32_t jitter_percent_ = 0;
  absl::Duration ttl_;
  absl::Time time_;
};

// Which expiry a key has to have so that it gets another one. Never is later
// than any time.
enum class ExpiryTest : uint8_t {
  kAny = 0,      // whatever it has
  kSooner = 1,   // one before the new one: it can only live longer
  kLater = 2,    // one behind the new one: it can only live shorter
  kNever = 3,    // none
  kExpires = 4,  // one
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_EXPIRY_H_
