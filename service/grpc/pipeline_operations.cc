// PipelineStream: one operation.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/grpc/counted_write_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/pipeline_stream.h"
#include "service/grpc/store_errors.h"

namespace rundlet {
namespace {

// Of one plain read: enough to be worth it, and little to be thrown away if
// they are too large together.
constexpr size_t kWantedMax = 32;

// What a transaction of one read found.
absl::StatusOr<ReadResult> ResultOf(absl::StatusOr<Receipt> receipt,
                                    Revision not_before) {
  if (!receipt.ok()) return receipt.status();
  if (receipt->read_revision < not_before) {
    return absl::OutOfRangeError(absl::StrCat("not_before is ", not_before,
                                              ", the newest revision is ",
                                              receipt->read_revision));
  }
  ReadResult result;
  result.read_revision = receipt->read_revision;
  result.entries.push_back(std::move(receipt->results[0].entry));
  return result;
}

}  // namespace

void PipelineStream::Run(v1::PipelineOperation* operation) {
  using Proto = v1::PipelineOperation;
  using Answer = v1::PipelineAnswer;
  const uint64_t id = operation->id();
  switch (operation->operation_case()) {
    case Proto::kGet:
      return RunGet(id, operation->mutable_get());
    case Proto::kPut:
      return RunWrite(id, operation->mutable_put(), &Answer::mutable_put);
    case Proto::kDelete:
      return RunWrite(id, operation->mutable_delete_(),
                      &Answer::mutable_delete_);
    case Proto::kSetExpiry:
      return RunWrite(id, operation->mutable_set_expiry(),
                      &Answer::mutable_set_expiry);
    case Proto::kAdd:
      return RunWrite(id, operation->mutable_add(), &Answer::mutable_add);
    case Proto::kDeleteRange:
      return RunWrite(id, operation->mutable_delete_range(),
                      &Answer::mutable_delete_range);
    case Proto::kCommit:
      return RunWrite(id, operation->mutable_commit(), &Answer::mutable_commit);
    case Proto::OPERATION_NOT_SET:
      break;
  }
  AnswerError(id, InvalidField(FieldPath("operation"),
                               "is required: get, put, delete, set_expiry, "
                               "add, delete_range or commit"));
}

template <typename Request, typename Response>
void PipelineStream::RunWrite(uint64_t id, Request* request,
                              Response* (v1::PipelineAnswer::*response)()) {
  absl::StatusOr<DecodedWrite> write =
      Decode(request, environment_.store->limits());
  if (!write.ok()) return AnswerError(id, write.status());
  if (!write->fill_token.empty()) return AnswerNoFill(id, "fill_token");
  ReadWanted();
  Hold(std::move(write->transaction), [batch = batch_, id, response,
                                       notes = std::move(write->notes)](
                                          absl::StatusOr<Receipt> receipt) {
    batch->stream->Answer(id, Done::kWrite, [&](v1::PipelineAnswer* answer) {
      if (!receipt.ok()) return StoreError(receipt.status());
      return Encode(*std::move(receipt), notes, (answer->*response)());
    });
  });
}

void PipelineStream::RunGet(uint64_t id, v1::GetRequest* request) {
  absl::StatusOr<DecodedRead> read =
      Decode(request, environment_.store->limits(), environment_.store_id);
  if (!read.ok()) return AnswerError(id, read.status());
  if (read->fill.has_value()) return AnswerNoFill(id, "fill_lease");
  if (read->notes.at_snapshot) return ReadAlone(id, *std::move(read));
  if (held_.has_value() || writes_on_their_way_) {
    return GetInOrder(id, *std::move(read));
  }
  if (read->read.not_before != 0 || read->read.metadata_only) {
    ReadWanted();
    return ReadAlone(id, *std::move(read));
  }
  wanted_keys_.push_back(std::move(read->read.keys[0]));
  wanted_.push_back({id, std::move(read->notes)});
  if (wanted_.size() == kWantedMax) ReadWanted();
}

void PipelineStream::GetInOrder(uint64_t id, DecodedRead read) {
  Transaction transaction;
  transaction.operations.push_back(GetOperation{std::move(read.read.keys[0])});
  {
    const absl::MutexLock lock(&mutex_);
    ++reads_;
  }
  Hold(std::move(transaction),
       [batch = batch_, wanted = Wanted{id, std::move(read.notes)},
        not_before =
            read.read.not_before](absl::StatusOr<Receipt> receipt) mutable {
         batch->stream->AnswerRead(wanted, Done::kRead,
                                   ResultOf(std::move(receipt), not_before));
       });
}

void PipelineStream::ReadAlone(uint64_t id, DecodedRead read) {
  environment_.store->Read(
      std::move(read.read),
      [batch = batch_, wanted = Wanted{id, std::move(read.notes)}](
          absl::StatusOr<ReadResult> result) {
        batch->stream->AnswerRead(wanted, Done::kNone, std::move(result));
      });
}

void PipelineStream::Hold(Transaction transaction, Store::CommitCallback done) {
  LetGo(/*more=*/true);
  {
    const absl::MutexLock lock(&mutex_);
    ++commits_;
  }
  held_.emplace(Held{std::move(transaction), std::move(done)});
}

void PipelineStream::LetGo(bool more) {
  if (!held_.has_value()) return;
  Held held = *std::move(held_);
  held_.reset();
  held.transaction.more = more;
  WriteAdmission* const admission = environment_.admission;
  if (!admission->CommitAtOnce(&held.transaction, &held.done)) {
    admission->Commit(std::move(held.transaction), ThisCaller(),
                      std::move(held.done));
  }
}

Caller PipelineStream::ThisCaller() const {
  // What is done with an answer keeps the stream alive.
  return {[this] { return connection_; }, [this] { return deadline_; },
          [this] { return caller_left_.load(std::memory_order_acquire); },
          /*paced=*/true};
}

void PipelineStream::ReadWanted() {
  if (wanted_.empty()) return;
  ReadRequest read;
  read.keys = std::move(wanted_keys_);
  wanted_keys_.clear();
  std::vector<Wanted> wanted = std::move(wanted_);
  wanted_.clear();
  if (wanted.size() == 1) {
    return ReadAlone(wanted[0].id,
                     {std::move(read), std::move(wanted[0].notes)});
  }
  environment_.store->Read(
      std::move(read), [batch = batch_, wanted = std::move(wanted)](
                           absl::StatusOr<ReadResult> result) {
        PipelineStream& stream = *batch->stream;
        for (size_t i = 0; i < wanted.size(); ++i) {
          if (result.ok()) {
            ReadResult one;
            one.read_revision = result->read_revision;
            one.entries.push_back(std::move(result->entries[i]));
            stream.AnswerRead(wanted[i], Done::kNone, std::move(one));
            continue;
          }
          // One that is damaged, or all that are too large, are no matter of
          // the others.
          ReadRequest alone;
          alone.keys = wanted[i].notes.keys;
          stream.environment_.store->Read(
              std::move(alone),
              [batch, each = wanted[i]](absl::StatusOr<ReadResult> found) {
                batch->stream->AnswerRead(each, Done::kNone, std::move(found));
              });
        }
      });
}

template <typename Fill>
void PipelineStream::Answer(uint64_t id, Done done, Fill fill) {
  MessageArena arena;
  auto* answer = arena.New<v1::PipelineAnswer>();
  answer->set_id(id);
  absl::Status status = fill(answer);
  if (!status.ok()) EncodeError(status, answer->mutable_error());
  {
    const absl::MutexLock lock(&mutex_);
    if (done != Done::kNone) --commits_;
    if (done == Done::kRead) --reads_;
    status = answers_.Add(*answer);
    if (!status.ok()) {
      EncodeError(status, answer->mutable_error());
      answers_.Add(*answer).IgnoreError();  // an error always fits
    }
  }
  Resume();
}

void PipelineStream::AnswerRead(const Wanted& wanted, Done done,
                                absl::StatusOr<ReadResult> result) {
  Answer(wanted.id, done, [&](v1::PipelineAnswer* answer) {
    if (!result.ok()) {
      return StoreError(result.status(), wanted.notes.at_snapshot);
    }
    return Encode(*std::move(result), wanted.notes, answer->mutable_get());
  });
}

void PipelineStream::AnswerError(uint64_t id, const absl::Status& error) {
  Answer(id, Done::kNone, [&](v1::PipelineAnswer*) { return error; });
}

void PipelineStream::AnswerNoFill(uint64_t id, absl::string_view field) {
  AnswerError(id, InvalidField(FieldPath(field),
                               "does not go through a pipeline, which answers "
                               "in its own order; call the method"));
}

}  // namespace rundlet
