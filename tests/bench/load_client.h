// LoadClient: many connections in closed loop, for any protocol whose replies
// have a known size. The same client measures every server, so that a ratio of
// rates says something about the servers alone.

#ifndef RUNDLET_TESTS_BENCH_LOAD_CLIENT_H_
#define RUNDLET_TESTS_BENCH_LOAD_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace rundlet {

// One request, its key as twelve digits that the client fills in.
struct RequestForm {
  std::string before_key;
  std::string behind_key;
  // What the server answers to each request, to the byte; empty if it answers
  // with the request itself.
  std::string reply;

  size_t bytes() const;
  size_t reply_bytes() const { return reply.empty() ? bytes() : reply.size(); }
};

inline constexpr size_t kKeyDigits = 12;

struct Target {
  int port = 0;               // on 127.0.0.1
  size_t greeting_bytes = 0;  // that the server sends first
  RequestForm form;
};

struct Load {
  Target target;
  int connections = 1;
  int in_flight = 1;        // requests sent together, on each connection
  uint64_t key_count = 1;   // keys are 0 to key_count - 1
  bool ascending = false;   // every key once; else at random until `duration`
  absl::Duration duration;  // of the measurement, if not ascending
};

struct LoadResult {
  double requests_per_second = 0;
  // From the sending of some requests to the last of their replies.
  absl::Duration p50;
  absl::Duration p99;
};

// Runs a load on the calling thread. UNAVAILABLE: no connection, or the server
// closed one. DATA_LOSS: a reply was not the one expected.
absl::StatusOr<LoadResult> RunLoad(const Load& load);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_LOAD_CLIENT_H_
