// Goal: P1 and P3. A write that was acknowledged at durability os or disk
// survives kill -9, one that was not is there as a whole or not at all, and
// nothing comes back.
// Method: clients of both doors write, delete and compact; the server is killed
// at a random moment and started again on what it left; every key must be what
// the ledger of its writer allows. RUNDLET_RUNS says how often; the 200 times
// are //tests/e2e:kill_200_test.

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "tests/e2e/ledger.h"
#include "tests/e2e/server_process.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using Stub = rundlet::v1::KeyValueService::Stub;

constexpr size_t kKeysOfAWriter = 40;  // even: they also go in pairs

// Writes through gRPC: single keys, and pairs of keys in one transaction.
class GrpcWriter {
 public:
  GrpcWriter(const std::string& prefix, uint64_t seed)
      : ledger_(prefix, kKeysOfAWriter), random_(seed) {}

  // Until the server is gone.
  void Write(const ServerProcess& server) {
    const auto stub = rundlet::v1::KeyValueService::NewStub(server.Channel());
    while (WriteOnce(stub.get())) ++acknowledged_;
  }

  // Asks for every key and holds the ledger to it.
  void Check(Stub* stub);

  uint64_t acknowledged() const { return acknowledged_; }

 private:
  bool WriteOnce(Stub* stub) {
    const size_t index = random_.Below(kKeysOfAWriter);
    const WriteNumber number = random_.OneIn(4) ? 0 : ledger_.NextNumber();
    // The upper half of the keys is only ever written in pairs.
    if (index >= kKeysOfAWriter / 2)
      return WritePair(stub, index & ~1u, number);
    ledger_.Ask(index, number);
    if (!WriteSingle(stub, index, number).ok()) return false;
    ledger_.Acknowledge(index);
    return true;
  }

  grpc::Status WriteSingle(Stub* stub, size_t index, WriteNumber number) {
    grpc::ClientContext context;
    if (number == 0) {
      rundlet::v1::DeleteRequest request;
      request.set_key(ledger_.key(index));
      rundlet::v1::DeleteResponse response;
      return stub->Delete(&context, request, &response);
    }
    rundlet::v1::PutRequest request;
    request.set_key(ledger_.key(index));
    request.mutable_value()->set_text(ledger_.ValueOf(index, number));
    rundlet::v1::PutResponse response;
    return stub->Put(&context, request, &response);
  }

  bool WritePair(Stub* stub, size_t first, WriteNumber number) {
    rundlet::v1::CommitRequest request;
    for (const size_t index : {first, first + 1}) {
      ledger_.Ask(index, number);
      rundlet::v1::Operation* operation = request.add_operations();
      if (number == 0) {
        operation->mutable_delete_()->set_key(ledger_.key(index));
        continue;
      }
      operation->mutable_put()->set_key(ledger_.key(index));
      operation->mutable_put()->mutable_value()->set_text(
          ledger_.ValueOf(index, number));
    }
    grpc::ClientContext context;
    rundlet::v1::CommitResponse response;
    if (!stub->Commit(&context, request, &response).ok()) return false;
    ledger_.Acknowledge(first);
    ledger_.Acknowledge(first + 1);
    return true;
  }

  Ledger ledger_;
  SeededRandom random_;
  uint64_t acknowledged_ = 0;
};

// What the server has under a key.
std::optional<std::string> Found(Stub* stub, const std::string& key) {
  grpc::ClientContext context;
  rundlet::v1::GetRequest request;
  request.set_key(key);
  request.set_allow_missing(true);
  rundlet::v1::GetResponse response;
  const grpc::Status status = stub->Get(&context, request, &response);
  EXPECT_TRUE(status.ok()) << key << ": " << status.error_message();
  if (!response.has_entry()) return std::nullopt;
  return response.entry().value().text();
}

void CheckLedger(Stub* stub, Ledger* ledger) {
  for (size_t i = 0; i < ledger->key_count(); ++i) {
    const std::string wrong = ledger->Find(i, Found(stub, ledger->key(i)));
    EXPECT_TRUE(wrong.empty()) << wrong;
  }
}

void GrpcWriter::Check(Stub* stub) {
  CheckLedger(stub, &ledger_);
  for (size_t i = kKeysOfAWriter / 2; i < kKeysOfAWriter; i += 2) {
    EXPECT_EQ(ledger_.found(i), ledger_.found(i + 1))
        << "half of a transaction: " << ledger_.key(i);
  }
}

// Writes through the text door, some commands at a time, and compacts.
class TextWriter {
 public:
  TextWriter(const std::string& prefix, uint64_t seed)
      : ledger_(prefix, kKeysOfAWriter), random_(seed) {}

  // Until the server is gone.
  void Write(TextClient* client) {
    client->ReceiveLine();  // the greeting
    while (WriteSome(client)) {
    }
  }

  void Check(Stub* stub) { CheckLedger(stub, &ledger_); }

  uint64_t acknowledged() const { return acknowledged_; }

 private:
  struct Sent {
    std::optional<size_t> index;  // empty: COMPACT
    std::string reply;            // that acknowledges it
  };

  std::string Command(std::vector<Sent>* sent) {
    if (random_.OneIn(200)) {
      sent->push_back({std::nullopt, "OK\n"});
      return "COMPACT\n";
    }
    const size_t index = random_.Below(kKeysOfAWriter);
    const WriteNumber number = random_.OneIn(4) ? 0 : ledger_.NextNumber();
    ledger_.Ask(index, number);
    sent->push_back({index, number == 0 ? "DELETED\n" : "OK\n"});
    if (number == 0) return absl::StrCat("DEL ", ledger_.key(index), "\n");
    return absl::StrCat("PUT ", ledger_.key(index), " ",
                        ledger_.ValueOf(index, number), "\n");
  }

  bool WriteSome(TextClient* client) {
    std::string commands;
    std::vector<Sent> sent;
    const uint64_t count = random_.Between(1, 16);
    for (uint64_t i = 0; i < count; ++i) commands += Command(&sent);
    client->Send(commands);
    for (const Sent& command : sent) {
      const std::string reply = client->ReceiveLine();
      if (reply.empty() || reply.back() != '\n') return false;
      EXPECT_EQ(reply, command.reply);
      if (!command.index.has_value()) continue;
      ledger_.Acknowledge(*command.index);
      ++acknowledged_;
    }
    return true;
  }

  Ledger ledger_;
  SeededRandom random_;
  uint64_t acknowledged_ = 0;
};

class KillTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<ServerProcess> Serve() const {
    return std::make_unique<ServerProcess>(std::vector<std::string>{
        "--data=" + folder_.Path("data"), "--segment_bytes=64KiB",
        "--compaction_dead_bytes=256KiB",
        absl::StrCat("--durability=", GetParam())});
  }

  void CheckAll(const ServerProcess& server) {
    const auto stub = rundlet::v1::KeyValueService::NewStub(server.Channel());
    for (GrpcWriter& writer : grpc_) writer.Check(stub.get());
    for (TextWriter& writer : text_) writer.Check(stub.get());
  }

  void KillUnderLoad(ServerProcess* server) {
    std::vector<std::thread> threads;
    for (GrpcWriter& writer : grpc_) {
      threads.emplace_back([&writer, server] { writer.Write(*server); });
    }
    // Connected before the server can be gone.
    std::vector<std::unique_ptr<TextClient>> clients;
    for (TextWriter& writer : text_) {
      clients.push_back(std::make_unique<TextClient>(server->text_port()));
      threads.emplace_back(
          [&writer, client = clients.back().get()] { writer.Write(client); });
    }
    absl::SleepFor(absl::Milliseconds(random_.Between(10, 300)));
    server->Signal(SIGKILL);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(server->Wait(), 128 + SIGKILL);
  }

  // Recovery may be cut short as well, at any moment.
  void KillWhileStarting() {
    const std::unique_ptr<ServerProcess> server = Serve();
    absl::SleepFor(absl::Milliseconds(random_.Below(60)));
    server->Signal(SIGKILL);
    EXPECT_EQ(server->Wait(), 128 + SIGKILL) << server->log();
  }

  uint64_t Acknowledged() const {
    uint64_t count = 0;
    for (const GrpcWriter& writer : grpc_) count += writer.acknowledged();
    for (const TextWriter& writer : text_) count += writer.acknowledged();
    return count;
  }

  const TempFolder folder_;
  SeededRandom random_{TestSeed()};
  std::vector<GrpcWriter> grpc_ = {{"grpc:a:", random_.Next()},
                                   {"grpc:b:", random_.Next()}};
  std::vector<TextWriter> text_ = {{"text:a:", random_.Next()},
                                   {"text:b:", random_.Next()}};
};

TEST_P(KillTest, LosesNothingThatWasAcknowledged) {
  const uint64_t runs = TestRuns(10);
  for (uint64_t run = 0; run <= runs && !HasFailure(); ++run) {
    if (random_.OneIn(4)) KillWhileStarting();
    const std::unique_ptr<ServerProcess> server = Serve();
    ASSERT_TRUE(server->WaitForLog("serving")) << server->log();
    CheckAll(*server);
    if (HasFailure()) {
      ADD_FAILURE() << "after kill " << run << "\n" << server->log();
    }
    if (run < runs) KillUnderLoad(server.get());
  }
  EXPECT_GT(Acknowledged(), runs) << "there was no load";
  RecordProperty("kills", static_cast<int>(runs));
  RecordProperty("acknowledged", static_cast<int>(Acknowledged()));
  std::printf("%s: %d kills, %d writes acknowledged\n", GetParam(),
              static_cast<int>(runs), static_cast<int>(Acknowledged()));
}

INSTANTIATE_TEST_SUITE_P(Durabilities, KillTest,
                         ::testing::Values("os", "disk"), [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace rundlet
