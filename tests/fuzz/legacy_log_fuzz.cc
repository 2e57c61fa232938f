// Goal: no file, however damaged, makes the legacy reader crash, lose a byte of
// the file from its report, or take what it cannot write back.
// Method: the input is a log. Its pieces must cover it; each record that is
// read must be the same after it was written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/legacy/legacy_log_reader.h"
#include "storage/legacy/legacy_record.h"
#include "tests/storage/legacy/string_file.h"

namespace rundlet {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Looks at one record's JSON, whether or not a log would hold it.
void CheckRecord(absl::string_view json) {
  const Limits limits;
  const LegacyRecord record = ParseLegacyRecord(json, limits);
  if (record.effect != LegacyRecord::Effect::kPut) return;
  Require(record.problem.empty());
  Require(!record.key.empty() && record.key.size() <= limits.key_bytes_max);
  const auto framed =
      EncodeLegacyPut(record.key, record.value, absl::FromUnixSeconds(1));
  Require(framed.ok());

  const StringFile file(*framed);
  LegacyLogReader reader(&file, framed->size());
  const auto piece = reader.Next();
  Require(piece.ok() && piece->kind == LegacyPiece::Kind::kRecord);
  Require(piece->bytes == framed->size());
  const LegacyRecord again = ParseLegacyRecord(piece->json, limits);
  // Escapes can make a value longer than the limit allows.
  if (again.effect != LegacyRecord::Effect::kPut) return;
  Require(again.key == record.key);
  Require(again.value.kind == record.value.kind);
  if (record.value.kind == ValueKind::kText) {
    Require(again.value == record.value);
  }
}

void CheckLog(const std::string& log) {
  const StringFile file(log);
  LegacyLogReader reader(&file, log.size());
  uint64_t covered = 0;
  while (true) {
    const auto piece = reader.Next();
    Require(piece.ok() && piece->offset == covered);
    covered += piece->bytes;
    if (piece->kind == LegacyPiece::Kind::kEnd) break;
    Require(piece->bytes > 0);
    if (piece->kind == LegacyPiece::Kind::kRecord) {
      Require(log.compare(piece->json_offset, piece->json.size(),
                          piece->json) == 0);
      CheckRecord(piece->json);
    } else {
      Require(!piece->reason.empty());
    }
  }
  Require(covered == log.size());
}

}  // namespace
}  // namespace rundlet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  rundlet::CheckLog(input);
  // A checksum is hard to guess: the input is taken as one record's JSON too.
  rundlet::CheckRecord(input);
  return 0;
}
