// StreamLoad: messages of 100 entries on bidirectional streams, each with some
// messages on their way.

#ifndef RUNDLET_TESTS_BENCH_SERVICE_STREAM_LOAD_H_
#define RUNDLET_TESTS_BENCH_SERVICE_STREAM_LOAD_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/time/time.h"

namespace rundlet {

inline constexpr int kEntriesAMessage = 100;

struct StreamLoad {
  std::shared_ptr<grpc::Channel> channel;
  int streams = 1;
  int messages_in_flight = 4;  // on each
  absl::Duration turn;
};

// Entries per second that EchoEntries sends back.
double EchoRate(const StreamLoad& load);

// Operations per second that Pipeline answers: gets and puts in turns.
double PipelineRate(const StreamLoad& load);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_SERVICE_STREAM_LOAD_H_
