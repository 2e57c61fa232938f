#include "storage/large/large_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/large/large_keys.h"

namespace rundlet {

LargeReader::LargeReader(std::shared_ptr<LargeChunks> chunks,
                         LargeReadRequest request)
    : chunks_(std::move(chunks)), request_(std::move(request)) {}

LargeReader::~LargeReader() {
  if (!snapshot_.has_value()) return;
  // If it fails, the lease has ended.
  chunks_->store->ReleaseSnapshot(snapshot_->id, [](const absl::Status&) {});
}

void LargeReader::Open(OpenCallback done) {
  Find(request_.not_before, std::move(done));
}

void LargeReader::Find(Revision not_before, OpenCallback done) {
  ReadRequest read;
  read.keys = {request_.key};
  read.at = request_.at;
  read.at_time = request_.at_time;
  read.not_before = not_before;
  chunks_->store->Read(std::move(read),
                       [self = shared_from_this(), done = std::move(done)](
                           absl::StatusOr<ReadResult> found) mutable {
                         self->OnFound(std::move(found), std::move(done));
                       });
}

void LargeReader::OnFound(absl::StatusOr<ReadResult> found, OpenCallback done) {
  if (!found.ok()) return done(found.status());
  LargeReadResult result;
  result.read_revision = found->read_revision;
  result.entry = std::move(found->entries[0]);
  if (!result.entry.has_value()) return done(std::move(result));
  Value& value = result.entry->value;
  if (value.kind == ValueKind::kLarge) {
    if (!NamesRevision(request_.at, request_.at_time)) {
      return Pin(found->read_revision, std::move(done));
    }
    absl::StatusOr<LargeValue> large = DecodeLargeValue(value.bytes);
    if (!large.ok()) return done(large.status());
    result.kind = large->kind;
    result.bytes = large->bytes;
    result.crc32 = large->crc32;
    large_ = *std::move(large);
  } else {
    plain_ = std::exchange(value.bytes, std::string());
    result.kind = value.kind;
    result.bytes = plain_.size();
    result.crc32 = Crc32(0, plain_);
  }
  SetRange(result.bytes);
  done(std::move(result));
}

void LargeReader::Pin(Revision not_before, OpenCallback done) {
  SnapshotRequest request;
  request.not_before = not_before;
  renewed_ = chunks_->clock->Monotonic();
  chunks_->store->OpenSnapshot(
      request, [self = shared_from_this(), done = std::move(done)](
                   absl::StatusOr<Snapshot> snapshot) mutable {
        if (!snapshot.ok()) return done(snapshot.status());
        self->snapshot_ = *snapshot;
        self->request_.at = snapshot->revision;
        self->request_.at_time = snapshot->read_time;
        // What stands there now may be another value, or none.
        self->Find(/*not_before=*/0, std::move(done));
      });
}

void LargeReader::SetRange(uint64_t value_bytes) {
  position_ = std::min(request_.offset, value_bytes);
  const uint64_t left = value_bytes - position_;
  end_ = position_ +
         (request_.bytes_max == 0 ? left : std::min(left, request_.bytes_max));
}

void LargeReader::Next(PartCallback done) {
  if (position_ >= end_) return done(std::string());
  if (!large_.has_value()) {
    const uint64_t bytes = std::min(chunks_->chunk_bytes, end_ - position_);
    std::string part = plain_.substr(position_, bytes);
    position_ += bytes;
    return done(std::move(part));
  }
  const absl::Duration now = chunks_->clock->Monotonic();
  const bool is_fresh =
      now - renewed_ < chunks_->store->limits().snapshot_lease / 2;
  if (!snapshot_.has_value() || is_fresh) return ReadChunk(std::move(done));
  renewed_ = now;
  chunks_->store->RenewSnapshot(
      snapshot_->id, absl::ZeroDuration(),
      [self = shared_from_this(), done = std::move(done)](
          const absl::StatusOr<Snapshot>& renewed) mutable {
        if (absl::IsNotFound(renewed.status())) {
          return done(absl::OutOfRangeError(
              "the value was not read for so long that its revision may be "
              "gone"));
        }
        if (!renewed.ok()) return done(renewed.status());
        self->ReadChunk(std::move(done));
      });
}

void LargeReader::ReadChunk(PartCallback done) {
  const uint64_t number = position_ / large_->chunk_bytes;
  ReadRequest read;
  read.keys = {ChunkKey(large_->upload_id, number)};
  read.at = request_.at;
  read.at_time = request_.at_time;
  read.fill_cache = false;  // one value would push everything else out
  chunks_->store->Read(
      std::move(read),
      [self = shared_from_this(), number,
       done = std::move(done)](absl::StatusOr<ReadResult> found) mutable {
        done(self->CheckChunk(std::move(found), number));
      });
}

absl::StatusOr<std::string> LargeReader::CheckChunk(
    absl::StatusOr<ReadResult> read, uint64_t number) {
  if (!read.ok()) return read.status();
  std::optional<Entry>& chunk = read->entries[0];
  if (!chunk.has_value()) {
    return Damage(absl::StrCat("chunk ", number, " is missing"));
  }
  std::string bytes = std::move(chunk->value.bytes);
  const uint64_t begin = number * large_->chunk_bytes;
  const uint64_t want =
      std::min<uint64_t>(large_->chunk_bytes, large_->bytes - begin);
  if (bytes.size() != want) {
    return Damage(absl::StrCat("chunk ", number, " has ", bytes.size(),
                               " bytes, not ", want));
  }
  const uint64_t end = std::min(begin + want, end_);
  if (begin < position_ || end < begin + want) {
    bytes = bytes.substr(position_ - begin, end - position_);
  }
  position_ = end;
  if (request_.offset == 0) {
    crc32_ = Crc32(crc32_, bytes);
    if (position_ == large_->bytes && crc32_ != large_->crc32) {
      return Damage("all chunks together have another checksum");
    }
  }
  return bytes;
}

absl::Status LargeReader::Damage(absl::string_view what) const {
  return absl::DataLossError(absl::StrCat(
      "the value of ", absl::CHexEscape(request_.key), ": ", what));
}

}  // namespace rundlet
