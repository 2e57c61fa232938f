// Goal: whatever bytes a client sends, the parser reads them as the original
// did, and within its bounds.
// Method: the input is a stream that arrives in pieces, whose size its first
// byte gives. Its lines, taken from a LineBuffer, are parsed and compared with
// a second parser that follows the description word by word: decode, split,
// count.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "service/gateway/command.h"
#include "service/gateway/line_buffer.h"

namespace rundlet {
namespace {

constexpr size_t kLineBytesMax = 200;

void Require(bool condition) {
  if (!condition) std::abort();
}

// The code points of well-formed UTF-8, by arithmetic rather than by table.
std::optional<std::vector<uint32_t>> Decode(absl::string_view bytes) {
  std::vector<uint32_t> codes;
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xc0 ? 0
                          : lead < 0xe0 ? 2
                          : lead < 0xf0 ? 3
                          : lead < 0xf8 ? 4
                                        : 0;
    if (length == 0 || i + length > bytes.size()) return std::nullopt;
    uint32_t code = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(bytes[i + k]);
      if ((byte & 0xc0) != 0x80) return std::nullopt;
      code = code << 6 | (byte & 0x3f);
    }
    constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff)) {
      return std::nullopt;
    }
    codes.push_back(code);
    i += length;
  }
  return codes;
}

std::vector<std::string> Split(absl::string_view line,
                               const std::vector<uint32_t>& codes) {
  static const auto* const kSpaces = new std::set<uint32_t>{
      0x09,   0x0a,   0x0b,   0x0c,   0x0d,   0x1c,   0x1d,   0x1e,
      0x1f,   0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002,
      0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
      0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  std::vector<std::string> words(1);
  size_t at = 0;
  for (const uint32_t code : codes) {
    const size_t length = code < 0x80      ? 1
                          : code < 0x800   ? 2
                          : code < 0x10000 ? 3
                                           : 4;
    if (kSpaces->count(code) == 0) {
      words.back().append(line.data() + at, length);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
    at += length;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Checks what a line that begins with PUT has become.
void CheckPut(const std::vector<std::string>& words,
              const absl::StatusOr<Command>& command) {
  if (words.size() < 3) return Require(!command.ok());
  const bool has_ttl = words.size() >= 5 &&
                       absl::AsciiStrToUpper(words[words.size() - 2]) == "TTL";
  if (!command.ok()) return Require(has_ttl);
  Require(command->verb == Command::Verb::kPut);
  Require(command->key == words[1]);
  Require(command->ttl_seconds.has_value() == has_ttl);
  Require(command->value == absl::StrJoin(words.begin() + 2,
                                          words.end() - (has_ttl ? 2 : 0),
                                          " "));
}

void CheckLine(absl::string_view line) {
  std::string scratch;
  Command parsed;
  const absl::Status status = ParseCommand(line, &scratch, &parsed);
  const absl::StatusOr<Command> command =
      status.ok() ? absl::StatusOr<Command>(parsed) : status;
  const auto codes = Decode(line);
  if (!codes) return Require(!command.ok());
  const std::vector<std::string> words = Split(line, *codes);
  if (words.empty()) return Require(!command.ok());

  const std::string verb = absl::AsciiStrToUpper(words[0]);
  if (verb == "PUT") return CheckPut(words, command);
  if (verb == "GET" || verb == "DEL") {
    Require(command.ok() == (words.size() == 2));
    if (command.ok()) Require(command->key == words[1]);
    return;
  }
  if (verb == "TTL") {
    if (words.size() != 3) return Require(!command.ok());
    if (!command.ok()) return;
    Require(command->key == words[1]);
    // What strtoll reads, unless it has underscores or does not fit.
    if (words[2].find('_') == std::string::npos && words[2].size() < 18) {
      Require(*command->ttl_seconds ==
              std::strtoll(words[2].c_str(), nullptr, 10));
    }
    return;
  }
  const bool bare = verb == "STATS" || verb == "COMPACT" ||
                    verb == "SHUTDOWN" || verb == "EXIT";
  Require(command.ok() == bare);
}

void CheckStream(absl::string_view stream, size_t piece) {
  LineBuffer buffer(kLineBytesMax);
  absl::string_view line;
  size_t lines = 0;
  const auto newlines =
      static_cast<size_t>(std::count(stream.begin(), stream.end(), '\n'));
  while (!stream.empty()) {
    const absl::Span<char> space = buffer.Space();
    const size_t bytes = std::min({piece, space.size(), stream.size()});
    Require(bytes > 0);
    std::memcpy(space.data(), stream.data(), bytes);
    stream.remove_prefix(bytes);
    buffer.Added(bytes);
    for (LineBuffer::Taken taken = buffer.Take(&line);
         taken != LineBuffer::Taken::kNothing; taken = buffer.Take(&line)) {
      ++lines;
      if (taken == LineBuffer::Taken::kLine) {
        Require(line.size() <= kLineBytesMax);
        CheckLine(line);
      }
    }
    Require(buffer.capacity_bytes() <= kLineBytesMax + 1);
  }
  if (buffer.TakeRest(&line) == LineBuffer::Taken::kLine) CheckLine(line);
  // One for each '\n', and one if the last line is too long and has none.
  Require(lines == newlines || lines == newlines + 1);
}

}  // namespace
}  // namespace rundlet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  rundlet::CheckStream(input.substr(1), size_t{data[0]} + 1);
  return 0;
}
