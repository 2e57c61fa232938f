// Goal: an upload that cannot be says why, and leaves nothing: not a wrong one,
// nor one that is cancelled, or that a drain or a refusal ends.
// Method: messages in every wrong order, values that are not what was told,
// streams that are cut, on a model store through a client on loopback.

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/service/grpc/large_fixture.h"

namespace rundlet {
namespace {

class LargeErrorsTest : public LargeFixture {
 protected:
  void ExpectField(const grpc::Status& status, const std::string& field) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << field << ": " << status.error_message();
    const ReceivedError error = DetailsOf(status);
    EXPECT_EQ(error.info.reason(), "INVALID_FIELD");
    EXPECT_EQ(error.Metadata("field"), field);
    AwaitKeys(0);
  }

  const std::string header_ = R"({"key":"k","kind":"VALUE_KIND_TEXT"})";
};

TEST_F(LargeErrorsTest, MessagesHaveAnOrder) {
  const auto header = Header(header_);
  ExpectField(Send({}), "end");
  ExpectField(Send({Data("a")}), "header");
  ExpectField(Send({End(0)}), "header");
  ExpectField(Send({header, header}), "header");
  ExpectField(Send({header}), "end");
  ExpectField(Send({header, Data("a")}), "end");
  ExpectField(Send({header, v1::PutLargeRequest()}), "part");
}

TEST_F(LargeErrorsTest, TheValueIsWhatWasTold) {
  const auto text = LargeText(2'000'000);
  ExpectField(PutLarge(R"({"key":"k"})", "a"), "kind");
  ExpectField(PutLarge(R"({"key":"k","kind":"VALUE_KIND_JSON"})", "{}"),
              "kind");
  ExpectField(PutLarge(R"({"kind":"VALUE_KIND_TEXT"})", "a"), "key");
  ExpectField(
      PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT","value_bytes":1999999})",
               text),
      "value_bytes");
  ExpectField(Send({Header(header_), Data(text), End(1)}), "end.crc32");
  ExpectField(
      PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT","ttl":"0s"})", "a"),
      "ttl");
}

TEST_F(LargeErrorsTest, ATextIsUtf8) {
  const auto text = LargeText(2'000'000);
  ExpectField(Send({Header(header_), Data(text), Data("\xff"), Data(text)}),
              "data");
  ExpectField(Send({Header(header_), Data(text), Data("\xc3"), End()}), "data");
  ASSERT_TRUE(
      Send({Header(header_), Data(text), Data("\xc3"), Data("\xbc"), End()})
          .ok());
  EXPECT_TRUE(GetLarge(R"({"key":"k"})").bytes == text + "\xc3\xbc");
}

TEST_F(LargeErrorsTest, ABrokenStreamIsNoWholeValue) {
  for (int run = 0; run < 20; ++run) {
    grpc::ClientContext context;
    v1::PutLargeResponse response;
    const auto stream = key_values_->PutLarge(&context, &response);
    ASSERT_TRUE(stream->Write(Header(header_)));
    ASSERT_TRUE(stream->Write(Data(LargeText(1'500'000))));
    AwaitKeys(6);
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
    AwaitKeys(0);
  }
}

TEST_F(LargeErrorsTest, LimitsAreNamed) {
  const auto expect_limit = [&](const grpc::Status& status,
                                const std::string& field) {
    const ReceivedError error = DetailsOf(status);
    EXPECT_EQ(error.info.reason(), "LIMIT_EXCEEDED");
    EXPECT_EQ(error.Metadata("field"), field);
    EXPECT_EQ(error.Metadata("limit_name"), "large_value_bytes_max");
    EXPECT_EQ(error.Metadata("limit"), "4194304");
    EXPECT_EQ(error.Metadata("value"), "4194305");
    AwaitKeys(0);
  };
  expect_limit(PutLarge(header_, LargeText(kLargeBytesMax + 1)), "data");
  expect_limit(
      PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT","value_bytes":4194305})",
               ""),
      "value_bytes");
}

TEST_F(LargeErrorsTest, UploadsAreCounted) {
  LargeOptions options;
  options.uploads_max = 1;
  StartLarge(std::move(options));
  grpc::ClientContext context;
  v1::PutLargeResponse response;
  const auto first = key_values_->PutLarge(&context, &response);
  ASSERT_TRUE(first->Write(Header(header_)));
  // Until its header is there the other one may come first.
  ASSERT_TRUE(first->Write(Data(LargeText(2'000'000))));
  AwaitKeys(8);
  const grpc::Status second = PutLarge(header_, "a");
  EXPECT_EQ(second.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailsOf(second).info.reason(), "TOO_MANY");
  EXPECT_EQ(DetailsOf(second).quota_failure.violations(0).subject(), "uploads");
  context.TryCancel();
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::CANCELLED);
  AwaitKeys(0);
  grpc::Status third;
  do {
    third = PutLarge(header_, "a");
  } while (third.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(third.ok()) << third.error_message();
}

TEST_F(LargeErrorsTest, CanBeTurnedOff) {
  ASSERT_TRUE(PutLarge(header_, LargeText(2'000'000)).ok());
  LargeOptions options;
  options.value_bytes_max = 0;
  StartLarge(std::move(options));
  const grpc::Status put = PutLarge(header_, "a");
  EXPECT_EQ(put.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailsOf(put).info.reason(), "NOT_CONFIGURED");
  EXPECT_EQ(DetailsOf(put).Metadata("option"), "large_value_bytes_max");
  EXPECT_TRUE(GetLarge(R"({"key":"k"})").status.ok());
  StartServer();  // one that has no large values at all
  EXPECT_EQ(DetailsOf(PutLarge(header_, "a")).info.reason(), "NOT_CONFIGURED");
  EXPECT_EQ(DetailsOf(GetLarge(R"({"key":"k"})").status).info.reason(),
            "NOT_CONFIGURED");
}

TEST_F(LargeErrorsTest, ADrainEndsAnUpload) {
  grpc::ClientContext context;
  v1::PutLargeResponse response;
  const auto stream = key_values_->PutLarge(&context, &response);
  ASSERT_TRUE(stream->Write(Header(header_)));
  ASSERT_TRUE(stream->Write(Data(LargeText(2'000'000))));
  AwaitKeys(8);
  std::thread drain([this] { server_->Drain(absl::Seconds(10)); });
  const grpc::Status status = stream->Finish();
  drain.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).info.reason(), "DRAINING");
  AwaitKeys(0);
}

TEST_F(LargeErrorsTest, ReadsSayWhatIsWrong) {
  const auto reason = [this](const std::string& json) {
    return DetailsOf(GetLarge(json).status).info.reason();
  };
  EXPECT_EQ(reason(R"({"key":"none"})"), "KEY_NOT_FOUND");
  EXPECT_EQ(reason("{}"), "INVALID_FIELD");
  EXPECT_EQ(reason(R"({"key":"k","min_revision":1000})"),
            "REVISION_NOT_REACHED");
  EXPECT_EQ(reason(R"({"key":"k","snapshot_token":"x"})"),
            "INVALID_SNAPSHOT_TOKEN");
  ASSERT_TRUE(PutLarge(header_, LargeText(2'000'000)).ok());
  BlockingStore store(&store_);
  for (const auto& [key, entry] : store_.Entries()) {
    if (key.substr(0, 2) !=
        "\xff"
        "c")
      continue;
    ASSERT_TRUE(store.Delete(key).ok());
    break;
  }
  EXPECT_EQ(reason(R"({"key":"k"})"), "CORRUPT_RECORD");
}

}  // namespace
}  // namespace rundlet
