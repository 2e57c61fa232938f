#include "storage/index/key_node.h"

#include <cstring>
#include <new>
#include <thread>
#include <utility>

namespace rundlet {
namespace {

// Words::place, from its lowest bit: 48 of offset, 3 of kind, 1 for deleted, 12
// high ones of the segment. Words::extent: 32 low ones of the segment, 32 of
// length.
constexpr unsigned kKindShift = 48;
constexpr unsigned kDeletedShift = 51;
constexpr unsigned kSegmentShift = 52;
constexpr unsigned kLengthShift = 32;

constexpr int kTriesBeforeYield = 64;

uint64_t LowBits(uint64_t word, unsigned bits) {
  return word & ((uint64_t{1} << bits) - 1);
}

uint64_t PackPlace(const Version& version) {
  return version.location.offset |
         static_cast<uint64_t>(version.kind) << kKindShift |
         static_cast<uint64_t>(version.deleted) << kDeletedShift |
         (version.location.segment_id >> kLengthShift) << kSegmentShift;
}

uint64_t PackExtent(const Version& version) {
  return LowBits(version.location.segment_id, kLengthShift) |
         static_cast<uint64_t>(version.location.bytes) << kLengthShift;
}

// Whether a node without details says it all.
bool IsPlain(const Version& version) {
  return version.expiry_us == 0 && version.value == nullptr;
}

}  // namespace

KeyNode::KeyNode(absl::string_view key, const Version& version)
    : key_bytes_(static_cast<uint32_t>(key.size())) {
  std::memcpy(reinterpret_cast<char*>(this + 1), key.data(), key.size());
  Write(Pack(version, {}), [] {});
}

KeyNode::Pointer KeyNode::Make(absl::string_view key, const Version& version) {
  void* const memory = ::operator new(sizeof(KeyNode) + key.size());
  return Pointer(new (memory) KeyNode(key, version));
}

void KeyNode::Free::operator()(KeyNode* node) const {
  node->~KeyNode();
  ::operator delete(node);
}

KeyNode::Words KeyNode::Pack(const Version& version,
                             std::vector<Version> older) {
  Words words{version.revision,    version.create_revision,
              version.version,     version.created_us,
              version.modified_us, PackPlace(version),
              PackExtent(version), nullptr};
  if (!IsPlain(version) || !older.empty()) {
    words.details =
        new Details{version.expiry_us, version.value, std::move(older)};
  }
  return words;
}

Version KeyNode::Unpack(const Words& words) {
  Version version;
  version.revision = words.revision;
  version.create_revision = words.create_revision;
  version.version = words.version;
  version.created_us = words.created_us;
  version.modified_us = words.modified_us;
  version.kind = static_cast<ValueKind>(LowBits(words.place >> kKindShift, 3));
  version.deleted = LowBits(words.place >> kDeletedShift, 1) != 0;
  version.location.segment_id = LowBits(words.extent, kLengthShift) |
                                words.place >> kSegmentShift << kLengthShift;
  version.location.offset = LowBits(words.place, kKindShift);
  version.location.bytes = static_cast<uint32_t>(words.extent >> kLengthShift);
  if (words.details == nullptr) return version;
  version.expiry_us = words.details->expiry_us;
  version.value = words.details->value;
  return version;
}

// A word that was written behind the first look at the number brings the odd
// number with it, so that the second look differs.
KeyNode::Words KeyNode::Read() const {
  for (int tries = 1;; ++tries) {
    const uint32_t sequence = sequence_.load(std::memory_order_acquire);
    const Words words{revision_.load(std::memory_order_acquire),
                      create_revision_.load(std::memory_order_acquire),
                      version_.load(std::memory_order_acquire),
                      created_us_.load(std::memory_order_acquire),
                      modified_us_.load(std::memory_order_acquire),
                      place_.load(std::memory_order_acquire),
                      extent_.load(std::memory_order_acquire),
                      details_.load(std::memory_order_acquire)};
    if (sequence % 2 == 0 &&
        sequence_.load(std::memory_order_relaxed) == sequence) {
      return words;
    }
    if (tries % kTriesBeforeYield == 0) std::this_thread::yield();
  }
}

void KeyNode::Write(const Words& words, absl::FunctionRef<void()> before) {
  const uint32_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  before();
  revision_.store(words.revision, std::memory_order_release);
  create_revision_.store(words.create_revision, std::memory_order_release);
  version_.store(words.version, std::memory_order_release);
  created_us_.store(words.created_us, std::memory_order_release);
  modified_us_.store(words.modified_us, std::memory_order_release);
  place_.store(words.place, std::memory_order_release);
  extent_.store(words.extent, std::memory_order_release);
  details_.store(words.details, std::memory_order_release);
  sequence_.store(sequence + 2, std::memory_order_release);
}

KeyNode::AsOf KeyNode::ReadAsOf(Revision at) const {
  const Words words = Read();
  AsOf as_of;
  as_of.superseded = words.revision > at;
  if (!as_of.superseded) {
    as_of.version = Unpack(words);
  } else if (words.details != nullptr) {
    const std::vector<Version>& older = words.details->older;
    for (auto it = older.rbegin(); it != older.rend(); ++it) {
      if (it->revision > at) continue;
      as_of.version = *it;
      break;
    }
  }
  return as_of;
}

std::vector<Version> KeyNode::versions() const {
  const Words words = Read();
  std::vector<Version> versions;
  if (words.details != nullptr) versions = words.details->older;
  versions.push_back(Unpack(words));
  return versions;
}

void KeyNode::Retire(const Details* details, Epochs* epochs) {
  if (details == nullptr) return;
  const size_t value_bytes =
      details->value == nullptr ? 0 : details->value->size();
  epochs->Delete(details, sizeof(Details) + value_bytes);
}

void KeyNode::Set(const Version& newest, std::vector<Version> older,
                  Epochs* epochs, absl::FunctionRef<void()> before) {
  const Details* const replaced = details_.load(std::memory_order_relaxed);
  Write(Pack(newest, std::move(older)), before);
  Retire(replaced, epochs);
}

void KeyNode::SetLocation(const Location& location, Epochs* epochs) {
  Words words = Read();
  Version version = Unpack(words);
  version.location = location;
  if (version.value != nullptr) {
    version.value = nullptr;
    return Set(version, words.details->older, epochs);
  }
  words.place = PackPlace(version);
  words.extent = PackExtent(version);
  Write(words, [] {});
}

uint64_t KeyNode::record_bytes() const {
  const Words words = Read();
  uint64_t bytes = words.extent >> kLengthShift;
  if (words.details == nullptr) return bytes;
  for (const Version& version : words.details->older) {
    bytes += version.location.bytes;
  }
  return bytes;
}

size_t KeyNode::bytes() const {
  const Details* const details = details_.load(std::memory_order_relaxed);
  return sizeof(KeyNode) + key_bytes_ +
         (details == nullptr
              ? 0
              : sizeof(Details) + details->older.size() * sizeof(Version));
}

}  // namespace rundlet
