#include "storage/legacy/legacy_log_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/format/checksum.h"
#include "storage/legacy/utf8.h"

namespace rundlet {
namespace {

constexpr uint64_t kWindowBytes = uint64_t{256} << 10;

constexpr size_t kCharactersDigitsMax = 19;
constexpr size_t kChecksumDigitsMax = 10;
constexpr size_t kHeaderBytesMax =
    kCharactersDigitsMax + 1 + kChecksumDigitsMax + 1;  // a space and a CR

// Takes the digits at the end of *text off it.
absl::string_view TakeTrailingDigits(absl::string_view* text) {
  size_t digits = 0;
  while (digits < text->size() &&
         absl::ascii_isdigit((*text)[text->size() - 1 - digits])) {
    ++digits;
  }
  const absl::string_view taken = text->substr(text->size() - digits);
  text->remove_suffix(digits);
  return taken;
}

// The bytes of the first `characters` characters of `text`, or all of them.
size_t PrefixBytes(absl::string_view text, uint64_t characters) {
  const absl::string_view ascii = text.substr(0, characters);
  size_t missing = ascii.size() - CountUtf8Characters(ascii);
  size_t bytes = ascii.size();
  // Every continuation byte seen so far makes room for one byte more.
  while (bytes < text.size()) {
    const bool continues =
        (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80;
    if (!continues && missing == 0) break;
    if (!continues) --missing;
    ++bytes;
  }
  return bytes;
}

// The bytes of the line end that `rest` begins with.
size_t LineEndBytes(absl::string_view rest) {
  if (absl::StartsWith(rest, "\r\n")) return 2;
  return absl::StartsWith(rest, "\n") ? 1 : 0;
}

}  // namespace

absl::StatusOr<LegacyPiece> LegacyLogReader::Next() {
  LegacyPiece piece;
  piece.offset = position_;
  if (position_ == file_bytes_) return piece;
  const absl::StatusOr<uint64_t> line_end = FindLineEnd(position_);
  if (!line_end.ok()) return line_end.status();
  const auto header = FindHeader(position_, *line_end);
  if (!header.ok()) return header.status();

  piece.kind = LegacyPiece::Kind::kDamage;
  piece.reason = "no header stands here";
  if (header->has_value() && (*header)->offset == position_) {
    absl::StatusOr<Body> body = ReadBody(**header);
    if (!body.ok()) return body.status();
    piece.reason = std::move(body->reason);
    if (piece.reason.empty()) {
      piece.kind = LegacyPiece::Kind::kRecord;
      piece.json_offset = (*header)->json_offset;
      piece.json = std::move(body->json);
      piece.bytes = piece.json_offset + body->bytes - position_;
    }
  }
  if (piece.kind == LegacyPiece::Kind::kDamage) {
    const absl::StatusOr<uint64_t> end = FindDamageEnd(position_);
    if (!end.ok()) return end.status();
    piece.bytes = *end - position_;
  }
  position_ += piece.bytes;
  return piece;
}

absl::StatusOr<absl::string_view> LegacyLogReader::View(uint64_t offset,
                                                        uint64_t bytes) {
  bytes = std::min(bytes, file_bytes_ - std::min(offset, file_bytes_));
  if (offset < window_offset_ ||
      offset + bytes > window_offset_ + window_.size()) {
    const uint64_t window_bytes =
        std::min(std::max(bytes, kWindowBytes), file_bytes_ - offset);
    window_.resize(window_bytes);
    window_offset_ = offset;
    absl::Status read = file_->ReadAt(offset, window_bytes, &window_[0]);
    if (!read.ok()) {
      window_.clear();
      return read;
    }
  }
  return absl::string_view(window_).substr(offset - window_offset_, bytes);
}

absl::StatusOr<uint64_t> LegacyLogReader::FindLineEnd(uint64_t offset) {
  while (offset < file_bytes_) {
    const auto view = View(offset, kWindowBytes / 4);
    if (!view.ok()) return view.status();
    const size_t found = view->find('\n');
    if (found != absl::string_view::npos) return offset + found;
    offset += view->size();
  }
  return file_bytes_;
}

absl::StatusOr<std::optional<LegacyLogReader::Header>>
LegacyLogReader::FindHeader(uint64_t line, uint64_t line_end) {
  // One byte more than a header can have tells whether digits go on before it.
  const uint64_t tail_bytes =
      std::min<uint64_t>(line_end - line, kHeaderBytesMax + 1);
  const auto view = View(line_end - tail_bytes, tail_bytes);
  if (!view.ok()) return view.status();
  absl::string_view tail = *view;
  absl::ConsumeSuffix(&tail, "\r");
  const absl::string_view checksum = TakeTrailingDigits(&tail);
  if (!absl::ConsumeSuffix(&tail, " ")) return std::nullopt;
  const absl::string_view characters = TakeTrailingDigits(&tail);

  Header header;
  if (characters.size() > kCharactersDigitsMax ||
      checksum.size() > kChecksumDigitsMax ||
      !absl::SimpleAtoi(characters, &header.characters) ||
      !absl::SimpleAtoi(checksum, &header.checksum)) {
    return std::nullopt;
  }
  header.offset = line_end - tail_bytes + tail.size();
  header.json_offset = std::min(line_end + 1, file_bytes_);
  return header;
}

absl::StatusOr<LegacyLogReader::Body> LegacyLogReader::ReadBody(
    const Header& header) {
  Body body;
  if (header.characters > kLegacyRecordCharactersMax) {
    body.reason = absl::StrCat("the header announces ", header.characters,
                               " characters, at most ",
                               kLegacyRecordCharactersMax, " are read");
    return body;
  }
  const absl::StatusOr<uint64_t> line_end = FindLineEnd(header.json_offset);
  if (!line_end.ok()) return line_end.status();
  const uint64_t line_bytes = *line_end - header.json_offset;
  // A character has 4 bytes at most, and a line end 2.
  const auto view = View(header.json_offset,
                         std::min(line_bytes + 1, 4 * header.characters + 2));
  if (!view.ok()) return view.status();
  const absl::string_view line = view->substr(0, line_bytes);
  const absl::string_view json =
      line.substr(0, PrefixBytes(line, header.characters));
  const size_t characters = CountUtf8Characters(json);
  if (characters < header.characters) {
    body.reason = absl::StrCat(
        *line_end == file_bytes_ ? "the file ends behind " : "the line has ",
        characters, " of ", header.characters, " characters");
    return body;
  }
  const uint32_t checksum = Crc32(0, json);
  if (checksum != header.checksum) {
    body.reason = absl::StrCat("the checksum is ", checksum,
                               ", the header says ", header.checksum);
    return body;
  }
  body.json = std::string(json);
  body.bytes = json.size() + LineEndBytes(view->substr(json.size()));
  return body;
}

absl::StatusOr<uint64_t> LegacyLogReader::FindDamageEnd(uint64_t offset) {
  for (uint64_t line = offset; line < file_bytes_;) {
    const absl::StatusOr<uint64_t> line_end = FindLineEnd(line);
    if (!line_end.ok()) return line_end.status();
    const auto header = FindHeader(line, *line_end);
    if (!header.ok()) return header.status();
    if (header->has_value() && (*header)->offset > offset) {
      if ((*header)->offset == line) return line;
      const absl::StatusOr<Body> body = ReadBody(**header);
      if (!body.ok()) return body.status();
      if (body->reason.empty()) return (*header)->offset;
    }
    line = *line_end + 1;
  }
  return file_bytes_;
}

}  // namespace rundlet
