#include "tests/e2e/ledger_writers.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr size_t kKeysOfAWriter = 40;  // even: they also go in pairs

// What the server has under a key.
std::optional<std::string> Found(KeyValueStub* stub, const std::string& key) {
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

void CheckLedger(KeyValueStub* stub, Ledger* ledger) {
  for (size_t i = 0; i < ledger->key_count(); ++i) {
    const std::string wrong = ledger->Find(i, Found(stub, ledger->key(i)));
    EXPECT_TRUE(wrong.empty()) << wrong;
  }
}

}  // namespace

GrpcWriter::GrpcWriter(const std::string& prefix, uint64_t seed)
    : ledger_(prefix, kKeysOfAWriter), random_(seed) {}

void GrpcWriter::Write(const ServerProcess& server,
                       const std::atomic<bool>* stop) {
  const auto stub = rundlet::v1::KeyValueService::NewStub(server.Channel());
  while (!*stop && WriteOnce(stub.get(), stop)) ++acknowledged_;
}

bool GrpcWriter::WriteOnce(KeyValueStub* stub, const std::atomic<bool>* stop) {
  size_t first = random_.Below(kKeysOfAWriter);
  const WriteNumber number = random_.OneIn(4) ? 0 : ledger_.NextNumber();
  // The upper half of the keys is only ever written in pairs.
  const bool is_pair = first >= kKeysOfAWriter / 2;
  if (is_pair) first -= first % 2;
  const size_t end = first + (is_pair ? 2 : 1);
  for (size_t i = first; i < end; ++i) ledger_.Ask(i, number);
  const grpc::Status status = is_pair ? WritePair(stub, first, number)
                                      : WriteSingle(stub, first, number);
  if (!status.ok() || *stop) return false;
  for (size_t i = first; i < end; ++i) ledger_.Acknowledge(i);
  return true;
}

grpc::Status GrpcWriter::WriteSingle(KeyValueStub* stub, size_t index,
                                     WriteNumber number) {
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

grpc::Status GrpcWriter::WritePair(KeyValueStub* stub, size_t first,
                                   WriteNumber number) {
  rundlet::v1::CommitRequest request;
  for (const size_t index : {first, first + 1}) {
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
  return stub->Commit(&context, request, &response);
}

void GrpcWriter::Check(KeyValueStub* stub) {
  CheckLedger(stub, &ledger_);
  for (size_t i = kKeysOfAWriter / 2; i < kKeysOfAWriter; i += 2) {
    EXPECT_EQ(ledger_.found(i), ledger_.found(i + 1))
        << "half of a transaction: " << ledger_.key(i);
  }
}

TextWriter::TextWriter(const std::string& prefix, uint64_t seed)
    : ledger_(prefix, kKeysOfAWriter), random_(seed) {}

void TextWriter::Write(TextClient* client) {
  client->ReceiveLine();  // the greeting
  while (WriteSome(client)) {
  }
}

void TextWriter::Check(KeyValueStub* stub) { CheckLedger(stub, &ledger_); }

std::string TextWriter::Command(std::vector<Sent>* sent) {
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

bool TextWriter::WriteSome(TextClient* client) {
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

}  // namespace rundlet
