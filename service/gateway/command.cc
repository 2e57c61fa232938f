#include "service/gateway/command.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/gateway/text_syntax.h"

namespace rundlet {
namespace {

// The original read at most this many bytes of a line, so it never echoed more.
constexpr size_t kEchoBytesMax = 1024;

absl::StatusOr<int64_t> ParseSeconds(absl::string_view word) {
  const absl::StatusOr<int64_t> seconds = ParseInteger(word);
  if (!seconds.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("TTL seconds must be a whole number, not ",
                     CutText(word, kEchoBytesMax)));
  }
  if (*seconds > kTtlSecondsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("TTL seconds are at most ", kTtlSecondsMax, ", not ",
                     CutText(word, kEchoBytesMax)));
  }
  return *seconds;
}

// Words in the order of the line. Remembers the last three, since only the end
// of a PUT tells whether it has a TTL, and whether the words stand one space
// apart, since then nothing has to be folded.
class ValueWords {
 public:
  explicit ValueWords(absl::string_view text) : rest_(text) {
    const char* end = nullptr;  // of the word before
    for (absl::string_view word = TakeWord(&rest_); !word.empty();
         word = TakeWord(&rest_)) {
      if (count_ == 0) begin_ = word.data();
      if (end != nullptr && (word.data() != end + 1 || *end != ' ')) {
        folded_ = false;
      }
      end = word.data() + word.size();
      before_[2] = before_[1];
      before_[1] = before_[0];
      before_[0] = word;
      ++count_;
    }
  }

  size_t count() const { return count_; }

  // The word `back` places before the last one; back is 0, 1 or 2.
  absl::string_view FromEnd(size_t back) const { return before_[back]; }

  // The value up to the word `back` places before the last one, folded.
  absl::string_view ValueUpTo(size_t back, std::string* scratch) const {
    const absl::string_view last = FromEnd(back);
    const absl::string_view text(
        begin_, static_cast<size_t>(last.data() + last.size() - begin_));
    if (folded_) return text;
    JoinWords(text, scratch);
    return *scratch;
  }

 private:
  absl::string_view rest_;
  const char* begin_ = nullptr;
  absl::string_view before_[3];
  size_t count_ = 0;
  bool folded_ = true;
};

absl::Status ParsePut(absl::string_view arguments, std::string* scratch,
                      Command* command) {
  command->verb = Command::Verb::kPut;
  command->key = TakeWord(&arguments);
  const ValueWords words(arguments);
  if (words.count() == 0) {
    return absl::InvalidArgumentError("PUT requires: PUT key value");
  }
  // "TTL n" is an expiry only behind a value of at least one word.
  if (words.count() < 3 || !absl::EqualsIgnoreCase(words.FromEnd(1), "TTL")) {
    command->value = words.ValueUpTo(0, scratch);
    return absl::OkStatus();
  }
  const absl::StatusOr<int64_t> seconds = ParseSeconds(words.FromEnd(0));
  if (!seconds.ok()) return seconds.status();
  command->ttl_seconds = *seconds;
  command->value = words.ValueUpTo(2, scratch);
  return absl::OkStatus();
}

// GET and DEL: exactly one word.
absl::Status ParseKeyOnly(Command::Verb verb, absl::string_view name,
                          absl::string_view arguments, Command* command) {
  command->verb = verb;
  command->key = TakeWord(&arguments);
  if (command->key.empty() || !TakeWord(&arguments).empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " requires: ", name, " key"));
  }
  return absl::OkStatus();
}

absl::Status ParseSetExpiry(absl::string_view arguments, Command* command) {
  command->verb = Command::Verb::kSetExpiry;
  command->key = TakeWord(&arguments);
  const absl::string_view number = TakeWord(&arguments);
  if (number.empty() || !TakeWord(&arguments).empty()) {
    return absl::InvalidArgumentError("TTL requires: TTL key seconds");
  }
  const absl::StatusOr<int64_t> seconds = ParseSeconds(number);
  if (!seconds.ok()) return seconds.status();
  command->ttl_seconds = *seconds;
  return absl::OkStatus();
}

// STATS, COMPACT, SHUTDOWN, EXIT: what follows the word is ignored.
std::optional<Command::Verb> BareVerb(absl::string_view word) {
  if (absl::EqualsIgnoreCase(word, "STATS")) return Command::Verb::kStats;
  if (absl::EqualsIgnoreCase(word, "COMPACT")) return Command::Verb::kCompact;
  if (absl::EqualsIgnoreCase(word, "SHUTDOWN")) {
    return Command::Verb::kShutdown;
  }
  if (absl::EqualsIgnoreCase(word, "EXIT")) return Command::Verb::kExit;
  return std::nullopt;
}

}  // namespace

absl::Status ParseCommand(absl::string_view line, std::string* scratch,
                          Command* command) {
  *command = Command();
  if (!IsUtf8(line)) return absl::InvalidArgumentError("line is not UTF-8");
  const absl::string_view word = TakeWord(&line);
  if (absl::EqualsIgnoreCase(word, "PUT")) {
    return ParsePut(line, scratch, command);
  }
  if (absl::EqualsIgnoreCase(word, "GET")) {
    return ParseKeyOnly(Command::Verb::kGet, "GET", line, command);
  }
  if (absl::EqualsIgnoreCase(word, "DEL")) {
    return ParseKeyOnly(Command::Verb::kDelete, "DEL", line, command);
  }
  if (absl::EqualsIgnoreCase(word, "TTL")) {
    return ParseSetExpiry(line, command);
  }
  if (const std::optional<Command::Verb> verb = BareVerb(word)) {
    command->verb = *verb;
    return absl::OkStatus();
  }
  // The original's answer to a line without words.
  if (word.empty()) return absl::InvalidArgumentError("Unknown command");
  return absl::InvalidArgumentError(
      absl::StrCat("Unknown command: ",
                   absl::AsciiStrToUpper(CutText(word, kEchoBytesMax))));
}

}  // namespace rundlet
