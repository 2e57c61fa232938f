#include "storage/format/manifest_edit.h"

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

// The tags of FORMAT.md section 5.
enum Tag : uint8_t {
  kAdd = 1,
  kSeal = 2,
  kRemove = 3,
  kRevisionCeiling = 4,
  kFloor = 5,
  kCleanStop = 6,
  kTime = 7,
  kIngested = 8,
  kSegmentIdMax = 9,
  kDictionary = 10,
};

void AppendNumbers(Tag tag, std::initializer_list<uint64_t> numbers,
                   std::string* out) {
  out->push_back(static_cast<char>(tag));
  for (const uint64_t number : numbers) AppendFixed<uint64_t>(number, out);
}

// Takes fields off the front of the payload; once it has run short, all that
// it gives is zero and ok() is false.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view bytes) : bytes_(bytes) {}

  template <typename Int>
  Int Take() {
    const absl::string_view field = TakeBytes(sizeof(Int));
    return field.empty() ? Int{0} : DecodeFixed<Int>(field.data());
  }

  absl::string_view TakeBytes(size_t count) {
    if (bytes_.size() < count) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const absl::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  bool done() const { return bytes_.empty(); }
  bool ok() const { return ok_; }

 private:
  absl::string_view bytes_;
  bool ok_ = true;
};

// False: the segment's kind is unknown.
bool TakeAdded(FieldReader& in, ManifestEdit* edit) {
  const auto id = in.Take<uint64_t>();
  const auto kind = static_cast<FileKind>(in.Take<uint8_t>());
  edit->added.push_back({id, kind});
  return kind == FileKind::kLog || kind == FileKind::kBase;
}

// False: the tag or the segment's kind is unknown.
bool TakeOperation(FieldReader& in, ManifestEdit* edit) {
  switch (in.Take<uint8_t>()) {
    case kAdd:
      return TakeAdded(in, edit);
    case kSeal: {
      SegmentSeal seal;
      seal.segment_id = in.Take<uint64_t>();
      seal.bytes = in.Take<uint64_t>();
      seal.revision_min = in.Take<uint64_t>();
      seal.revision_max = in.Take<uint64_t>();
      seal.record_count = in.Take<uint64_t>();
      edit->sealed.push_back(seal);
      return true;
    }
    case kRemove:
      edit->removed.push_back(in.Take<uint64_t>());
      return true;
    case kRevisionCeiling:
      edit->revision_ceiling = in.Take<uint64_t>();
      return true;
    case kFloor:
      edit->floor = in.Take<uint64_t>();
      return true;
    case kCleanStop: {
      CleanStop stop;
      stop.active_id = in.Take<uint64_t>();
      stop.synced_bytes = in.Take<uint64_t>();
      stop.next_revision = in.Take<uint64_t>();
      edit->clean_stop = stop;
      return true;
    }
    case kTime:
      edit->time_us = in.Take<int64_t>();
      return true;
    case kIngested: {
      const auto label_bytes = in.Take<uint16_t>();
      edit->ingested.emplace_back(in.TakeBytes(label_bytes));
      return true;
    }
    case kSegmentIdMax:
      edit->segment_id_max = in.Take<uint64_t>();
      return true;
    case kDictionary: {
      AddedDictionary& added = edit->dictionaries.emplace_back();
      added.id = in.Take<uint8_t>();
      added.bytes = std::string(in.TakeBytes(in.Take<uint16_t>()));
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

std::string EncodeManifestEdit(const ManifestEdit& edit) {
  std::string out;
  for (const AddedSegment& added : edit.added) {
    AppendNumbers(kAdd, {added.segment_id}, &out);
    out.push_back(static_cast<char>(added.kind));
  }
  for (const SegmentSeal& seal : edit.sealed) {
    AppendNumbers(kSeal,
                  {seal.segment_id, seal.bytes, seal.revision_min,
                   seal.revision_max, seal.record_count},
                  &out);
  }
  for (const uint64_t id : edit.removed) AppendNumbers(kRemove, {id}, &out);
  if (edit.revision_ceiling.has_value()) {
    AppendNumbers(kRevisionCeiling, {*edit.revision_ceiling}, &out);
  }
  if (edit.floor.has_value()) AppendNumbers(kFloor, {*edit.floor}, &out);
  if (edit.time_us.has_value()) {
    AppendNumbers(kTime, {static_cast<uint64_t>(*edit.time_us)}, &out);
  }
  if (edit.segment_id_max.has_value()) {
    AppendNumbers(kSegmentIdMax, {*edit.segment_id_max}, &out);
  }
  for (const std::string& label : edit.ingested) {
    out.push_back(static_cast<char>(kIngested));
    AppendFixed(static_cast<uint16_t>(label.size()), &out);
    out.append(label);
  }
  for (const AddedDictionary& added : edit.dictionaries) {
    out.push_back(static_cast<char>(kDictionary));
    out.push_back(static_cast<char>(added.id));
    AppendFixed(static_cast<uint16_t>(added.bytes.size()), &out);
    out.append(added.bytes);
  }
  if (edit.clean_stop.has_value()) {
    const CleanStop& stop = *edit.clean_stop;
    AppendNumbers(kCleanStop,
                  {stop.active_id, stop.synced_bytes, stop.next_revision},
                  &out);
  }
  return out;
}

absl::StatusOr<ManifestEdit> DecodeManifestEdit(absl::string_view payload) {
  ManifestEdit edit;
  FieldReader in(payload);
  while (!in.done()) {
    if (!TakeOperation(in, &edit)) {
      return absl::DataLossError(
          "a MANIFEST edit has an unknown operation or kind");
    }
  }
  if (!in.ok()) return absl::DataLossError("a MANIFEST edit ends early");
  return edit;
}

void AppendEditCopy(const EditCopy& copy, uint32_t seed, std::string* out) {
  const size_t start = out->size();
  out->append(4, '\0');
  AppendFixed(static_cast<uint32_t>(copy.payload.size()), out);
  AppendFixed<uint64_t>(copy.edit_number, out);
  out->push_back(static_cast<char>(copy.copy));
  out->append(copy.payload.data(), copy.payload.size());
  const absl::string_view covered = absl::string_view(*out).substr(start + 4);
  EncodeFixed(Crc32(seed, covered), &(*out)[start]);
}

absl::StatusOr<EditCopy> DecodeEditCopy(absl::string_view bytes,
                                        uint32_t seed) {
  if (bytes.size() < kEditHeaderBytes) {
    return absl::DataLossError("a MANIFEST edit ends early");
  }
  const uint64_t payload_bytes = DecodeFixed<uint32_t>(&bytes[4]);
  if (bytes.size() - kEditHeaderBytes < payload_bytes) {
    return absl::DataLossError("a MANIFEST edit ends early");
  }
  const absl::string_view covered =
      bytes.substr(4, kEditHeaderBytes - 4 + payload_bytes);
  if (DecodeFixed<uint32_t>(bytes.data()) != Crc32(seed, covered)) {
    return absl::DataLossError("a MANIFEST edit fails its checksum");
  }
  return EditCopy{DecodeFixed<uint64_t>(&bytes[8]),
                  static_cast<uint8_t>(bytes[16]),
                  bytes.substr(kEditHeaderBytes, payload_bytes)};
}

}  // namespace rundlet
