// Goal: the server starts, says where it serves, drains and ends as --help
// promises; a wrong start is refused with the reason and the exit status.
// Method: the binary as a process, its log, both doors and signals.

#include "tests/e2e/server_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGreeting[] = "Welcome to KVStore Server\n";

class ServerProcessTest : public ::testing::Test {
 protected:
  std::string Data() const { return "--data=" + folder_.Path("data"); }

  std::unique_ptr<ServerProcess> Serve(std::vector<std::string> arguments) {
    arguments.push_back(Data());
    auto server = std::make_unique<ServerProcess>(std::move(arguments));
    EXPECT_TRUE(server->WaitForLog("serving")) << server->log();
    return server;
  }

  TempFolder folder_;
};

// Starts a server that must not come to serve; gives back its log.
std::string Refused(const std::vector<std::string>& arguments, int status) {
  ServerProcess server(arguments);
  EXPECT_EQ(server.Wait(), status) << server.log();
  EXPECT_THAT(server.log(), Not(HasSubstr("serving ")));
  return server.log();
}

std::string Asked(const ServerProcess& server, absl::string_view line) {
  TextClient client(server.text_port());
  EXPECT_EQ(client.ReceiveLine(), kGreeting);
  return client.Ask(line);
}

grpc::Status Put(rundlet::v1::KeyValueService::Stub* stub,
                 const std::string& key, const std::string& text) {
  grpc::ClientContext context;
  rundlet::v1::PutRequest request;
  request.set_key(key);
  request.mutable_value()->set_text(text);
  rundlet::v1::PutResponse response;
  return stub->Put(&context, request, &response);
}

TEST_F(ServerProcessTest, ServesOneStoreAtBothDoors) {
  const auto server = Serve({});
  const auto stub = rundlet::v1::KeyValueService::NewStub(server->Channel());
  ASSERT_TRUE(Put(stub.get(), "k", "through gRPC").ok());
  EXPECT_EQ(Asked(*server, "GET k"), "VALUE through gRPC\n");
  EXPECT_EQ(Asked(*server, "PUT k through text"), "OK\n");
  grpc::ClientContext context;
  rundlet::v1::GetRequest request;
  request.set_key("k");
  rundlet::v1::GetResponse response;
  ASSERT_TRUE(stub->Get(&context, request, &response).ok());
  EXPECT_EQ(response.entry().value().text(), "through text");
}

TEST_F(ServerProcessTest, EndsWithZeroHoweverItIsAsked) {
  for (const int signal : {SIGTERM, SIGINT, 0}) {
    const auto server = Serve({});
    EXPECT_EQ(Asked(*server, absl::StrCat("PUT k ", signal)), "OK\n");
    if (signal == 0) {
      EXPECT_EQ(Asked(*server, "SHUTDOWN"), "OK\n");
    } else {
      server->Signal(signal);
    }
    EXPECT_EQ(server->Wait(), 0) << server->log();
    EXPECT_THAT(server->log(), HasSubstr("store closed"));
    EXPECT_EQ(Asked(*Serve({}), "GET k"), absl::StrCat("VALUE ", signal, "\n"));
  }
}

TEST_F(ServerProcessTest, LeavesADoorClosed) {
  const auto no_text = Serve({"--text="});
  EXPECT_EQ(no_text->text_port(), 0);
  EXPECT_NE(no_text->grpc_port(), 0);
  no_text->Signal(SIGTERM);
  EXPECT_EQ(no_text->Wait(), 0);
  const auto no_grpc = Serve({"--grpc="});
  EXPECT_EQ(no_grpc->grpc_port(), 0);
  EXPECT_EQ(Asked(*no_grpc, "GET k"), "NOT_FOUND\n");
}

TEST_F(ServerProcessTest, RefusesWrongOptions) {
  EXPECT_THAT(Refused({"--no_such_option"}, 2), HasSubstr("--no_such_option"));
  EXPECT_THAT(Refused({"--durability=never"}, 2),
              HasSubstr("is none of memory, os, disk"));
  EXPECT_THAT(Refused({"--text=", "--grpc="}, 2), HasSubstr("both off"));
}

TEST_F(ServerProcessTest, RefusesAFolderThatAnotherProcessServes) {
  const auto server = Serve({});
  EXPECT_THAT(Refused({Data()}, 1), HasSubstr(folder_.Path("data")));
  EXPECT_EQ(Asked(*server, "PUT k v"), "OK\n");
}

TEST_F(ServerProcessTest, RefusesAPortThatIsTaken) {
  const auto server = Serve({});
  const std::string text = absl::StrCat("127.0.0.1:", server->text_port());
  const std::string grpc = absl::StrCat("127.0.0.1:", server->grpc_port());
  const std::string data = "--data=" + folder_.Path("other");
  EXPECT_THAT(Refused({data, "--text=" + text}, 1),
              HasSubstr(absl::StrCat(server->text_port())));
  EXPECT_THAT(Refused({data, "--grpc=" + grpc}, 1),
              HasSubstr(absl::StrCat(server->grpc_port())));
}

TEST_F(ServerProcessTest, ImportsALegacyLogOnce) {
  const std::string log = "tests/storage/legacy/testdata/corrupt-middle.log";
  for (const char* const outcome : {"legacy log imported", "imported before"}) {
    const auto server = Serve({"--import_legacy=" + log});
    EXPECT_THAT(server->log(), HasSubstr(outcome));
    EXPECT_EQ(Asked(*server, "GET config:17"),
              "VALUE na\u00EFve caf\u00E9 \u6771\u4EAC \U0001F680 307\n");
    EXPECT_EQ(Asked(*server, "GET config:14"), "NOT_FOUND\n");
    server->Signal(SIGTERM);
    EXPECT_EQ(server->Wait(), 0);
  }
  EXPECT_THAT(Refused({Data(), "--import_legacy=/nobody"}, 1),
              HasSubstr("/nobody"));
}

TEST_F(ServerProcessTest, EndsWithThreeWhenASyncFails) {
  const std::string trigger = folder_.Path("trigger");
  {
    ServerProcess server({Data()}, {"RUNDLET_FAIL_SYNC=" + trigger,
                                    "LD_PRELOAD=tests/e2e/libfailing_sync.so"});
    ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
    EXPECT_EQ(Asked(server, "PUT before v"), "OK\n");
    std::ofstream(trigger) << "now";
    EXPECT_THAT(Asked(server, "PUT after v"), Not(HasSubstr("OK")));
    EXPECT_EQ(server.Wait(), 3) << server.log();
    EXPECT_THAT(server.log(), HasSubstr("the store failed"));
  }
  // The next start trusts the disk alone.
  EXPECT_EQ(Asked(*Serve({}), "GET before"), "VALUE v\n");
}

TEST_F(ServerProcessTest, EndsWithThreeWhenAMappedFileCannotBeRead) {
  ServerProcess server({Data(), "--cache_entries=0"});
  ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
  EXPECT_EQ(Asked(server, "PUT k v"), "OK\n");
  EXPECT_EQ(Asked(server, "GET k"), "VALUE v\n");
  // To a reader of the mapping a file cut short is a disk that fails.
  std::string cut;
  for (const auto& file :
       std::filesystem::directory_iterator(folder_.Path("data"))) {
    if (file.path().extension() != ".log") continue;
    cut = file.path().string();
    std::filesystem::resize_file(file.path(), 0);
  }
  EXPECT_EQ(Asked(server, "GET k"), "");
  EXPECT_EQ(server.Wait(), 3) << server.log();
  EXPECT_THAT(server.log(), HasSubstr("a mapped file could not be read"));
  EXPECT_THAT(server.log(), HasSubstr(cut));
}

TEST_F(ServerProcessTest, ReadsWithoutMappingsWhenAskedTo) {
  ServerProcess server({Data(), "--cache_entries=0", "--mmap=off"});
  ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
  EXPECT_EQ(Asked(server, "PUT k v"), "OK\n");
  EXPECT_EQ(Asked(server, "GET k"), "VALUE v\n");
  for (const auto& file :
       std::filesystem::directory_iterator(folder_.Path("data"))) {
    if (file.path().extension() == ".log") {
      std::filesystem::resize_file(file.path(), 0);
    }
  }
  EXPECT_THAT(Asked(server, "GET k"), HasSubstr("ERROR"));
  server.Signal(SIGKILL);
}

TEST_F(ServerProcessTest, LogsJsonLines) {
  const auto server = Serve({"--log_format=json", "--log_level=debug"});
  server->Signal(SIGTERM);
  EXPECT_EQ(server->Wait(), 0);
  bool serving = false;
  for (const absl::string_view line :
       absl::StrSplit(server->log(), '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(std::string(line));
    EXPECT_TRUE(json.contains("time") && json.contains("level")) << line;
    if (json["message"] != "serving") continue;
    serving = true;
    EXPECT_THAT(json["grpc"].get<std::string>(), HasSubstr("127.0.0.1:"));
    EXPECT_THAT(json["text"].get<std::string>(), HasSubstr("127.0.0.1:"));
  }
  EXPECT_TRUE(serving);
}

// A call that cannot end by itself: its client does not read.
class DrainTest : public ServerProcessTest {
 protected:
  void Start(const std::string& drain_timeout) {
    server_ = Serve({"--drain_timeout=" + drain_timeout});
    channel_ = server_->Channel();
    const auto stub = rundlet::v1::KeyValueService::NewStub(channel_);
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(
          Put(stub.get(), absl::StrCat("k", i), std::string(500000, 'v')).ok());
    }
    scan_ = stub->Scan(&scan_context_, rundlet::v1::ScanRequest());
    rundlet::v1::ScanResponse page;
    ASSERT_TRUE(scan_->Read(&page));
    server_->Signal(SIGTERM);
    ASSERT_TRUE(server_->WaitForLog("draining")) << server_->log();
  }

  std::string Health() {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status =
        grpc::health::v1::Health::NewStub(channel_)->Check(
            &context, grpc::health::v1::HealthCheckRequest(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return grpc::health::v1::HealthCheckResponse::ServingStatus_Name(
        response.status());
  }

  std::unique_ptr<ServerProcess> server_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext scan_context_;
  std::unique_ptr<grpc::ClientReader<rundlet::v1::ScanResponse>> scan_;
};

TEST_F(DrainTest, RefusesNewWorkWhileOldWorkEnds) {
  ASSERT_NO_FATAL_FAILURE(Start("1h"));
  // The log line comes just before the doors hear of it.
  while (Health() == "SERVING") {
  }
  EXPECT_EQ(Health(), "NOT_SERVING");
  const auto stub = rundlet::v1::KeyValueService::NewStub(channel_);
  const grpc::Status put = Put(stub.get(), "late", "1");
  EXPECT_EQ(put.error_code(), grpc::StatusCode::UNAVAILABLE);
  rundlet::v1::ScanResponse page;
  while (scan_->Read(&page)) {
  }
  EXPECT_TRUE(scan_->Finish().ok());
  EXPECT_EQ(server_->Wait(), 0) << server_->log();
}

TEST_F(DrainTest, CancelsWhatDoesNotEndInTime) {
  ASSERT_NO_FATAL_FAILURE(Start("100ms"));
  EXPECT_EQ(server_->Wait(), 0) << server_->log();
  rundlet::v1::ScanResponse page;
  while (scan_->Read(&page)) {
  }
  EXPECT_FALSE(scan_->Finish().ok());
}

TEST_F(DrainTest, ASecondSignalEndsItAtOnce) {
  ASSERT_NO_FATAL_FAILURE(Start("1h"));
  server_->Signal(SIGTERM);
  EXPECT_EQ(server_->Wait(), 128 + SIGTERM) << server_->log();
  rundlet::v1::ScanResponse page;
  while (scan_->Read(&page)) {
  }
  EXPECT_FALSE(scan_->Finish().ok());
}

}  // namespace
}  // namespace rundlet
