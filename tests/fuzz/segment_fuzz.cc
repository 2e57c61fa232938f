// Goal: no bytes behind a file header make the reading of a segment or of a
// MANIFEST crash or stall; what is called whole can be replayed, and a MANIFEST
// that opens goes on.
// Method: the first byte says which file it is, and whether lengths and
// checksums are made to fit, which no fuzzer guesses; the second how much was
// synced; the rest stands behind the header, in memory.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_names.h"
#include "storage/format/fixed_int.h"
#include "storage/format/group_header.h"
#include "storage/format/manifest_edit.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Makes the number of type Int at `at` fit into `room`, and returns it.
template <typename Int>
size_t FitLength(size_t at, size_t room, std::string* bytes) {
  auto length = DecodeFixed<Int>(&(*bytes)[at]);
  if (length > room) length = static_cast<Int>(length % (room + 1));
  EncodeFixed(length, &(*bytes)[at]);
  return length;
}

// Makes records of [at, end).
void FixRecords(uint32_t salt, size_t at, size_t end, std::string* bytes) {
  while (at + kRecordHeaderBytes <= end) {
    size_t room = end - at - kRecordHeaderBytes;
    room -= FitLength<uint16_t>(at + 8, room, bytes);
    room -= FitLength<uint16_t>(at + 10, room, bytes);
    room -= FitLength<uint32_t>(at + 4, room, bytes);
    const size_t record_bytes = end - at - room;
    FixCrc(PlaceSeed(salt, at), at, record_bytes, bytes);
    at += record_bytes;
  }
}

// Makes groups of [at, end of bytes).
void FixGroups(uint32_t salt, size_t at, std::string* bytes) {
  while (at + kGroupHeaderBytes <= bytes->size()) {
    bytes->replace(at + kGroupMagicAt, 4, kGroupMagic);
    const size_t start = at + kGroupHeaderBytes;
    const size_t payload =
        FitLength<uint32_t>(at + 8, bytes->size() - start, bytes);
    FixRecords(salt, start, start + payload, bytes);
    FixCrc(PlaceSeed(salt, at), at, kGroupHeaderBytes, bytes);
    at = start + payload;
  }
}

// Makes copies of edits of [at, end of bytes).
void FixEdits(uint32_t salt, size_t at, std::string* bytes) {
  while (at + kEditHeaderBytes <= bytes->size()) {
    const size_t room = bytes->size() - at - kEditHeaderBytes;
    const size_t copy_bytes =
        kEditHeaderBytes + FitLength<uint32_t>(at + 4, room, bytes);
    FixCrc(PlaceSeed(salt, at), at, copy_bytes, bytes);
    at += copy_bytes;
  }
}

absl::Status Replay(const Segment& segment, uint64_t from, uint64_t to,
                    bool* ends_transaction) {
  return ReplaySegment(
      segment, from, to, [&](const Record& record, const Location& location) {
        Require(location.offset >= from &&
                location.offset + location.bytes <= to);
        std::string buffer;
        const auto read = segment.Read(location, &buffer);
        Require(read.ok() && read->key == record.key);
        Require(read->value == record.value);
        std::string value;
        const absl::Status decoded =
            segment.DecodeValue(record, location, &value);
        Require(decoded.ok() || absl::IsDataLoss(decoded));
        Require(segment.CheckValue(record, location).ok() == decoded.ok());
        *ends_transaction = record.ends_transaction;
        return absl::OkStatus();
      });
}

void CheckLog(const Segment& segment, uint64_t synced_bytes) {
  Require(HoldsGroup(segment).ok());
  const auto tail = InspectTail(segment, synced_bytes);
  if (!tail.ok()) {
    Require(absl::IsDataLoss(tail.status()));
    return;
  }
  Require(tail->mark >= synced_bytes && tail->mark <= tail->end);
  Require(tail->end <= tail->torn_end);
  bool ends_transaction = true;
  Require(Replay(segment, kFileHeaderBytes, tail->end, &ends_transaction).ok());
  Require(ends_transaction);
}

void CheckManifest(CrashableFileSystem* disk, const std::string& path) {
  const std::string before = disk->Image().at(path);
  auto manifest = Manifest::Open(disk, kTestFolder);
  if (!manifest.ok()) {
    Require(absl::IsDataLoss(manifest.status()));
    Require(disk->Image().at(path) == before);
    return;
  }
  ManifestEdit edit;
  edit.floor = 12345;
  const Revision floor =
      std::max(*edit.floor, (*manifest)->state().floor);  // never falls
  Require((*manifest)->Append(edit).ok());
  const ManifestState state = (*manifest)->state();
  manifest = Manifest::Open(disk, kTestFolder);
  Require(manifest.ok());
  const ManifestState again = (*manifest)->state();
  Require(
      again.floor == floor && again.stopped_cleanly == state.stopped_cleanly &&
      EncodeManifestEdit(again.AsEdit()) == EncodeManifestEdit(state.AsEdit()));
}

void CheckFile(uint8_t choice, uint8_t synced, absl::string_view input) {
  const bool fix = (choice & 1) != 0;
  CrashableFileSystem disk;
  if ((choice & 2) != 0) {
    const std::string path = absl::StrCat(kTestFolder, "/", kManifestName);
    std::string bytes =
        EncodeFileHeader({FileKind::kManifest, false, kTestStoreId, 0});
    absl::StrAppend(&bytes, input);
    if (fix) FixEdits(SegmentSalt(kTestStoreId, 0), kFileHeaderBytes, &bytes);
    disk.SetImage({{path, bytes}});
    CheckManifest(&disk, path);
    return;
  }
  const FileKind kind = (choice & 4) != 0 ? FileKind::kBase : FileKind::kLog;
  SegmentBuilder builder(kind);
  absl::StrAppend(&builder.bytes(), input);
  if (fix && kind == FileKind::kLog) {
    FixGroups(builder.salt(), kFileHeaderBytes, &builder.bytes());
  } else if (fix) {
    FixRecords(builder.salt(), kFileHeaderBytes, builder.end(),
               &builder.bytes());
  }
  const auto segment = builder.Open(&disk);
  Require(segment != nullptr);
  bool ends_transaction = true;
  const absl::Status replayed =
      Replay(*segment, kFileHeaderBytes, builder.end(), &ends_transaction);
  Require(replayed.ok() || absl::IsDataLoss(replayed));
  if (kind == FileKind::kLog) CheckLog(*segment, synced);
}

}  // namespace
}  // namespace rundlet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  rundlet::CheckFile(data[0], data[1],
                     {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
