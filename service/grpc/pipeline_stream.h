// PipelineStream: one call of Pipeline.
//
// One thread at a time works through the operations of a message in order: the
// one that gRPC reads with, or, after a pause, one that brings an answer. A
// write is handed to the store with the promise that another follows
// (Transaction::more), but the last of a message, so that the log gets them
// together. A read goes through the order of writes while one of the stream's
// own is on its way, so that it sees it; else it is a plain read, several keys
// at once. What is done is answered in whatever order, while nothing is being
// worked through: so several answers make one message.

#ifndef RUNDLET_SERVICE_GRPC_PIPELINE_STREAM_H_
#define RUNDLET_SERVICE_GRPC_PIPELINE_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "google/protobuf/arena.h"
#include "rundlet/v1/pipeline.pb.h"
#include "service/admission/write_admission.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/pipeline_answers.h"
#include "service/grpc/read_codec.h"
#include "service/grpc/transaction_codec.h"
#include "storage/store.h"

namespace rundlet {

// Operations of one stream whose answers gRPC has not yet taken.
inline constexpr uint64_t kPipelineOperationsMax = 4096;

// Keeps itself alive until gRPC is done with it and no answer is owed.
class PipelineStream final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public OpenStreams::Member,
      public std::enable_shared_from_this<PipelineStream> {
 public:
  // What all pipelines of a server share. Not owned; outlives the server.
  struct Environment {
    Store* store = nullptr;
    WriteAdmission* admission = nullptr;  // of `store`
    CallGate* gate = nullptr;
    OpenStreams* open = nullptr;
    absl::string_view store_id;
  };

  // gRPC owns the pointer until it is done.
  static PipelineStream* Start(grpc::CallbackServerContext* context,
                               const Environment& environment);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Drain() override;
  void Abandon() override;

 private:
  // What the operations of one message share while an answer is owed.
  struct Batch {
    std::shared_ptr<PipelineStream> stream;
    CallGate::Pass pass;
    absl::Status refusal;  // not OK: all of them are answered with it
  };
  using BatchPtr = std::shared_ptr<Batch>;

  // A write that waits to hear whether another follows.
  struct Held {
    Transaction transaction;
    Store::CommitCallback done;
  };

  // A plain read that waits for others.
  struct Wanted {
    uint64_t id = 0;
    ReadNotes notes;
  };

  PipelineStream(grpc::CallbackServerContext* context,
                 const Environment& environment);

  // --- working through messages; by one thread at a time
  void Advance() ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeMessage();
  void RunOperations();
  // Whether another operation may begin; counts it.
  bool BeginOperation() ABSL_LOCKS_EXCLUDED(mutex_);
  void Run(v1::PipelineOperation* operation);
  template <typename Request, typename Response>
  void RunWrite(uint64_t id, Request* request,
                Response* (v1::PipelineAnswer::*response)());
  void RunGet(uint64_t id, v1::GetRequest* request);
  // Behind the writes that are on their way.
  void GetInOrder(uint64_t id, DecodedRead read);
  // Hands the write that waits to the store, and keeps this one.
  void Hold(Transaction transaction, Store::CommitCallback done);
  void LetGo(bool more);
  // Who waits for the answers, until the last operation is done.
  Caller ThisCaller() const;
  // Reads what is wanted; no write may come before.
  void ReadWanted();
  void ReadAlone(uint64_t id, DecodedRead read);

  // --- answers; by any thread
  // Which commits of its own are done with an answer.
  enum class Done { kNone, kWrite, kRead };

  // An answer that `fill` makes, or the error that it returns.
  template <typename Fill>
  void Answer(uint64_t id, Done done, Fill fill) ABSL_LOCKS_EXCLUDED(mutex_);
  void AnswerRead(const Wanted& wanted, Done done,
                  absl::StatusOr<ReadResult> result);
  void AnswerError(uint64_t id, const absl::Status& error);
  void AnswerNoFill(uint64_t id, absl::string_view field);
  // Goes on where congestion made it stop, or sends what there is.
  void Resume() ABSL_LOCKS_EXCLUDED(mutex_);
  void SendOrFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Too much is on its way for another operation, or what it might overtake.
  bool IsCongested() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::CallbackServerContext* const context_;
  const uint64_t connection_;
  const absl::Time deadline_;
  std::atomic<bool> caller_left_{false};
  const Environment environment_;
  std::shared_ptr<PipelineStream> self_;  // until OnDone

  // Of who works.
  grpc::ByteBuffer request_;  // gRPC's while reading_
  std::vector<char> first_block_;
  google::protobuf::Arena arena_;
  v1::PipelineRequest* message_ = nullptr;  // in arena_; null: none
  int next_ = 0;                            // of its operations
  BatchPtr batch_;
  std::optional<Held> held_;
  std::vector<Wanted> wanted_;
  std::vector<std::string> wanted_keys_;
  bool writes_on_their_way_ = false;  // its own, when the operation began

  mutable absl::Mutex mutex_;
  PipelineAnswers answers_ ABSL_GUARDED_BY(mutex_);
  uint64_t unsent_ ABSL_GUARDED_BY(mutex_) = 0;  // operations that are not sent
  uint64_t sending_ ABSL_GUARDED_BY(mutex_) = 0;  // of them, in message_sent_
  uint64_t commits_ ABSL_GUARDED_BY(mutex_) = 0;  // of its own, on their way
  uint64_t reads_ ABSL_GUARDED_BY(mutex_) = 0;    // of them, reads
  bool advancing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_message_ ABSL_GUARDED_BY(mutex_) =
      false;                                     // read, not worked through
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;  // by congestion
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);  // how, once it has ended
  grpc::ByteBuffer message_sent_;             // gRPC's while sending_ > 0
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_PIPELINE_STREAM_H_
