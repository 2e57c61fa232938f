#include "tests/bench/service/stream_load.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "echo.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "tests/bench/service/bench_server.h"

namespace rundlet {
namespace {

// One stream: sends the same message again and again, so that no more than
// `in_flight` are unanswered, until it is told to stop.
template <typename Request, typename Response>
class Sender : public grpc::ClientBidiReactor<Request, Response> {
 public:
  Sender(Request request, uint64_t in_flight, const std::atomic<bool>* stop,
         absl::BlockingCounter* ended)
      : request_(std::move(request)),
        in_flight_(in_flight * kEntriesAMessage),
        stop_(stop),
        ended_(ended) {}

  grpc::ClientContext* context() { return &context_; }
  uint64_t answered() const { return received_; }

  void Start() {
    this->StartRead(&response_);
    {
      const absl::MutexLock lock(&mutex_);
      Write();
    }
    this->StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    const absl::MutexLock lock(&mutex_);
    received_ += CountOf(response_);
    this->StartRead(&response_);
    if (!writing_) Write();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) std::abort();
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    Write();
  }
  void OnDone(const grpc::Status& status) override {
    if (!status.ok() || sent_ != received_) std::abort();
    ended_->DecrementCount();
  }

 private:
  static uint64_t CountOf(const bench::EchoMessage& message) {
    return message.entries_size();
  }
  static uint64_t CountOf(const v1::PipelineResponse& message) {
    for (const v1::PipelineAnswer& answer : message.answers()) {
      if (answer.has_error()) std::abort();
    }
    return message.answers_size();
  }

  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (done_ || sent_ - received_ >= in_flight_) return;
    if (stop_->load()) {
      done_ = true;
      this->StartWritesDone();
      return;
    }
    writing_ = true;
    sent_ += kEntriesAMessage;
    this->StartWrite(&request_);
  }

  const Request request_;
  const uint64_t in_flight_;
  const std::atomic<bool>* const stop_;
  absl::BlockingCounter* const ended_;
  grpc::ClientContext context_;
  Response response_;
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t sent_ = 0;      // guarded by mutex_ until the stream has ended
  uint64_t received_ = 0;  // alike
};

// Runs the streams that `open(sender)` begins for a turn.
template <typename Request, typename Response, typename Open>
double Rate(const StreamLoad& load, const Request& request, Open open) {
  std::atomic<bool> stop{false};
  absl::BlockingCounter ended(load.streams);
  std::vector<std::unique_ptr<Sender<Request, Response>>> senders;
  const absl::Time start = absl::Now();
  for (int i = 0; i < load.streams; ++i) {
    senders.push_back(std::make_unique<Sender<Request, Response>>(
        request, load.messages_in_flight, &stop, &ended));
    open(senders.back().get());
    senders.back()->Start();
  }
  absl::SleepFor(load.turn);
  stop.store(true);
  ended.Wait();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  uint64_t answered = 0;
  for (const auto& sender : senders) answered += sender->answered();
  return static_cast<double>(answered) / seconds;
}

}  // namespace

double EchoRate(const StreamLoad& load) {
  bench::EchoMessage request;
  for (int i = 0; i < kEntriesAMessage; ++i) {
    bench::EchoEntry* const entry = request.add_entries();
    entry->set_id(i);
    entry->set_key(BenchKey(i));
    entry->set_text(std::string(kBenchValueBytes, 'w'));
  }
  const auto stub = bench::EchoService::NewStub(load.channel);
  return Rate<bench::EchoMessage, bench::EchoMessage>(
      load, request, [&stub](auto* sender) {
        stub->async()->EchoEntries(sender->context(), sender);
      });
}

double PipelineRate(const StreamLoad& load) {
  v1::PipelineRequest request;
  for (int i = 0; i < kEntriesAMessage; ++i) {
    v1::PipelineOperation* const operation = request.add_operations();
    operation->set_id(i);
    if (i % 2 == 0) {
      operation->mutable_get()->set_key(BenchKey(i));
    } else {
      operation->mutable_put()->set_key(BenchKey(i));
      operation->mutable_put()->mutable_value()->set_text(
          std::string(kBenchValueBytes, 'w'));
    }
  }
  const auto stub = v1::KeyValueService::NewStub(load.channel);
  return Rate<v1::PipelineRequest, v1::PipelineResponse>(
      load, request, [&stub](auto* sender) {
        stub->async()->Pipeline(sender->context(), sender);
      });
}

}  // namespace rundlet
