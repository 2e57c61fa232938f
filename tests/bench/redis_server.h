// A redis-server without persistence.

#ifndef RUNDLET_TESTS_BENCH_REDIS_SERVER_H_
#define RUNDLET_TESTS_BENCH_REDIS_SERVER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "tests/bench/child_server.h"

namespace rundlet {

// On a free port; as ChildServer::Start.
absl::StatusOr<std::unique_ptr<ChildServer>> StartRedis();

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_REDIS_SERVER_H_
