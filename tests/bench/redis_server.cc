#include "tests/bench/redis_server.h"

#include "absl/strings/str_cat.h"

namespace rundlet {

absl::StatusOr<std::unique_ptr<ChildServer>> StartRedis() {
  const int port = FreePort();
  return ChildServer::Start(
      {"redis-server", "--bind", "127.0.0.1", "--port", absl::StrCat(port),
       "--save", "", "--appendonly", "no", "--loglevel", "warning"},
      port);
}

}  // namespace rundlet
