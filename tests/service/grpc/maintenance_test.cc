// Goal: what operators ask for arrives: every damaged record with all of its
// keys, what a compaction would do, and backups where they are allowed and
// nowhere else.
// Method: a store that reports damage of our making; the engine, whose backup
// is opened as a store.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "service/grpc/range_codec.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/service/grpc/grpc_fixture.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

// A store whose Verify reports this, or nothing until the end.
class DamagedStore : public ModelStore {
 public:
  void Verify(VerifyCallback done) override {
    if (!hold) return done(report);
    held_ = std::move(done);
    asked.Notify();
  }

  void Release() { held_(report); }

  VerifyReport report;
  bool hold = false;
  absl::Notification asked;

 private:
  VerifyCallback held_;
};

class MaintenanceTest : public ::testing::Test {
 protected:
  void Serve(Store* store, const std::string& backup_root = "") {
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    options.backup_root = backup_root;
    auto server = GrpcServer::Start(options, store);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    admin_ = v1::AdminService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                            grpc::InsecureChannelCredentials()));
  }

  void ServeEngine(const std::string& backup_root) {
    store_ = OpenAt("/data");
    Serve(store_.get(), backup_root);
  }

  std::unique_ptr<Store> OpenAt(const std::string& path) {
    Options options;
    options.path = path;
    options.file_system = &disk_;
    options.clock = &clock_;
    auto store = Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  grpc::Status Backup(const std::string& name,
                      v1::BackupResponse* response = nullptr) {
    v1::BackupRequest request;
    request.set_name(name);
    v1::BackupResponse ignored;
    grpc::ClientContext context;
    return admin_->Backup(&context, request,
                          response != nullptr ? response : &ignored);
  }

  FakeClock clock_;
  CrashableFileSystem disk_;
  DamagedStore damaged_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

TEST_F(MaintenanceTest, EveryDamagedRecordIsListedWithAllItsKeys) {
  constexpr int kKeys = 10'000;
  DamagedRecord small{0, "MANIFEST", 7, 9, "an edit", {}};
  DamagedRecord large{3, "000003.log", 128, 4096, "checksum", {}};
  for (int i = 0; i < kKeys; ++i) {
    large.keys_at_risk.push_back(absl::StrCat(i, std::string(200, 'k')));
  }
  damaged_.report.damage = {small, large, small};
  damaged_.report.damage_count = 3;
  damaged_.report.key_at_risk_count = kKeys;
  Serve(&damaged_);
  grpc::ClientContext context;
  const auto stream = admin_->Verify(&context, v1::VerifyRequest());
  v1::VerifyResponse message;
  int records = 0;
  int keys = 0;
  std::string last;
  while (stream->Read(&message) && message.has_damage()) {
    EXPECT_LT(message.ByteSizeLong(), kPageBytesMax);
    const v1::DamagedRecord& record = message.damage();
    if (record.path() != last) ++records;
    last = record.path();
    for (const std::string& key : record.keys_at_risk()) {
      EXPECT_EQ(key, large.keys_at_risk[static_cast<size_t>(keys++)]);
    }
  }
  EXPECT_EQ(records, 3);
  EXPECT_EQ(keys, kKeys);
  EXPECT_EQ(message.summary().damage_count(), 3u);
  EXPECT_EQ(message.summary().key_at_risk_count(), 10'000u);
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(MaintenanceTest, ADrainDoesNotWaitForAVerification) {
  damaged_.hold = true;
  Serve(&damaged_);
  grpc::ClientContext context;
  const auto stream = admin_->Verify(&context, v1::VerifyRequest());
  damaged_.asked.WaitForNotification();
  server_->Drain(absl::Hours(1));
  v1::VerifyResponse message;
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(DetailsOf(stream->Finish()).info.reason(), "DRAINING");
  damaged_.Release();  // the call is long gone
}

TEST_F(MaintenanceTest, ACompactionIsExplained) {
  ServeEngine("");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(BlockingStore(store_.get())
                    .Put("k", Value::Text(std::string(1000, 'v')))
                    .ok());
  }
  ASSERT_TRUE(BlockingStore(store_.get()).Compact().ok());
  grpc::ClientContext context;
  v1::ExplainCompactionResponse plan;
  ASSERT_TRUE(admin_->ExplainCompaction(&context, {}, &plan).ok());
  const auto expected = store_->ExplainCompaction();
  ASSERT_TRUE(expected.ok());
  ASSERT_EQ(plan.inputs_size(), static_cast<int>(expected->inputs.size()));
  ASSERT_GT(plan.inputs_size(), 0);
  EXPECT_EQ(plan.inputs(0).path(), expected->inputs[0].path);
  EXPECT_EQ(plan.inputs(0).live_bytes(), expected->inputs[0].live_bytes);
  EXPECT_EQ(plan.bytes_before(), expected->bytes_before);
  EXPECT_FALSE(plan.has_estimated_duration() &&
               !expected->estimated_duration.has_value());
}

TEST_F(MaintenanceTest, ABackupIsAStore) {
  ServeEngine("/");
  ASSERT_TRUE(BlockingStore(store_.get()).Put("k", Value::Text("v")).ok());
  v1::BackupResponse report;
  const grpc::Status status = Backup("copy-1", &report);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(report.key_count(), 1u);
  const grpc::Status again = Backup("copy-1");
  EXPECT_EQ(again.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailsOf(again).info.reason(), "BACKUP_EXISTS");
  const std::unique_ptr<Store> copy = OpenAt("/copy-1");
  ASSERT_NE(copy, nullptr);
  const auto entry = BlockingStore(copy.get()).Get("k");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->value.bytes, "v");
  EXPECT_NE(copy->Stats().store_id, store_->Stats().store_id);
}

TEST_F(MaintenanceTest, ABackupStaysBelowItsRoot) {
  ServeEngine("/");
  for (const std::string name :
       {"", "..", ".hidden", "a/b", "../data", "-x", "a b"}) {
    const grpc::Status status = Backup(name);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_EQ(DetailsOf(status).Metadata("field"), "name");
  }
  EXPECT_FALSE(Backup(std::string(129, 'x')).ok());
}

TEST_F(MaintenanceTest, WithoutARootThereAreNoBackups) {
  ServeEngine("");
  const grpc::Status status = Backup("copy");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailsOf(status).info.reason(), "NOT_CONFIGURED");
}

}  // namespace
}  // namespace rundlet
