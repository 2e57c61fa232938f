// Values as a web shop keeps of its visitors: JSON of about 300 bytes, whose
// names are always the same and whose values are mostly not.

#ifndef RUNDLET_TESTS_SUPPORT_SESSION_VALUE_H_
#define RUNDLET_TESTS_SUPPORT_SESSION_VALUE_H_

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

inline std::string SessionTime(SeededRandom& random) {
  return absl::StrFormat("2026-%02d-%02dT%02d:%02d:%02dZ",
                         random.Between(1, 12), random.Between(1, 28),
                         random.Below(24), random.Below(60), random.Below(60));
}

inline std::string SessionValue(SeededRandom& random) {
  const auto pick = [&random](const std::vector<std::string>& words) {
    return random.Pick(words);
  };
  return absl::StrCat(
      "{\"session_id\":\"", absl::BytesToHexString(random.Bytes(16)),
      "\",\"user_id\":", random.Below(100'000'000), ",\"created_at\":\"",
      SessionTime(random), "\",\"last_seen_at\":\"", SessionTime(random),
      "\",\"ip_address\":\"", random.Below(256), ".", random.Below(256), ".",
      random.Below(256), ".", random.Below(256), "\",\"device\":\"",
      pick({"ios", "android", "web", "desktop"}), "\",\"locale\":\"",
      pick({"en-US", "de-DE", "fr-FR", "es-ES", "pt-BR"}), "\",\"roles\":[\"",
      pick({"reader", "editor", "admin", "billing"}), "\",\"",
      pick({"reader", "editor", "admin", "billing"}), "\"],\"theme\":\"",
      pick({"light", "dark", "system"}),
      "\",\"authenticated\":", pick({"true", "false"}),
      ",\"cart_items\":", random.Below(20), "}");
}

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_SESSION_VALUE_H_
