// Clients that write to a server until it is gone, with ledgers of what it has
// acknowledged.

#ifndef RUNDLET_TESTS_E2E_LEDGER_WRITERS_H_
#define RUNDLET_TESTS_E2E_LEDGER_WRITERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rundlet/v1/key_value.grpc.pb.h"
#include "tests/e2e/ledger.h"
#include "tests/e2e/server_process.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

using KeyValueStub = rundlet::v1::KeyValueService::Stub;

// Writes through gRPC: single keys, and pairs of keys in one transaction. One
// thread at a time.
class GrpcWriter {
 public:
  GrpcWriter(const std::string& prefix, uint64_t seed);

  // Until the server is gone, or `*stop`: an answer that is behind that does
  // not count, whatever it says.
  void Write(const ServerProcess& server, const std::atomic<bool>* stop);

  // Asks for every key and holds the ledger to it: a difference fails the test.
  void Check(KeyValueStub* stub);

  uint64_t acknowledged() const { return acknowledged_; }

 private:
  bool WriteOnce(KeyValueStub* stub, const std::atomic<bool>* stop);
  grpc::Status WriteSingle(KeyValueStub* stub, size_t index,
                           WriteNumber number);
  grpc::Status WritePair(KeyValueStub* stub, size_t first, WriteNumber number);

  Ledger ledger_;
  SeededRandom random_;
  uint64_t acknowledged_ = 0;
};

// Writes through the text door, some commands at a time, and compacts. One
// thread at a time.
class TextWriter {
 public:
  TextWriter(const std::string& prefix, uint64_t seed);

  // Until the server is gone.
  void Write(TextClient* client);

  // As above.
  void Check(KeyValueStub* stub);

  uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct Sent {
    std::optional<size_t> index;  // empty: COMPACT
    std::string reply;            // that acknowledges it
  };

  std::string Command(std::vector<Sent>* sent);
  bool WriteSome(TextClient* client);

  Ledger ledger_;
  SeededRandom random_;
  uint64_t acknowledged_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_E2E_LEDGER_WRITERS_H_
