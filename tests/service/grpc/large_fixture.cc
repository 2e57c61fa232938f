#include "tests/service/grpc/large_fixture.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rundlet {

std::string LargeText(size_t bytes, int seed) {
  std::string text;
  text.reserve(bytes + 32);
  for (int i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, seed, "/", i, " ");
  }
  text.resize(bytes);
  return text;
}

void LargeFixture::StartLarge(LargeOptions options) {
  server_.reset();
  options.clock = &clock_;
  options.collect_interval = absl::ZeroDuration();
  if (options.value_bytes_max > kLargeBytesMax) {
    options.value_bytes_max = kLargeBytesMax;
  }
  large_ = std::make_unique<LargeStore>(&store_, std::move(options));
  GrpcServerOptions server;
  server.large_store = large_.get();
  StartServer(server);
}

v1::PutLargeRequest LargeFixture::Header(absl::string_view json) {
  v1::PutLargeRequest request;
  FromJson(json, request.mutable_header());
  return request;
}

v1::PutLargeRequest LargeFixture::Data(std::string bytes) {
  v1::PutLargeRequest request;
  request.set_data(std::move(bytes));
  return request;
}

v1::PutLargeRequest LargeFixture::End() {
  v1::PutLargeRequest request;
  request.mutable_end();
  return request;
}

v1::PutLargeRequest LargeFixture::End(uint32_t crc32) {
  v1::PutLargeRequest request;
  request.mutable_end()->set_crc32(crc32);
  return request;
}

grpc::Status LargeFixture::Send(
    const std::vector<v1::PutLargeRequest>& messages,
    v1::PutLargeResponse* response) {
  v1::PutLargeResponse ignored;
  const auto stream = key_values_->PutLarge(
      NewContext(), response != nullptr ? response : &ignored);
  for (const v1::PutLargeRequest& message : messages) {
    if (!stream->Write(message)) break;
  }
  stream->WritesDone();
  return stream->Finish();
}

grpc::Status LargeFixture::PutLarge(absl::string_view header_json,
                                    const std::string& value,
                                    v1::PutLargeResponse* response) {
  std::vector<v1::PutLargeRequest> messages = {Header(header_json)};
  constexpr size_t kPartBytes = 300'000;
  for (size_t at = 0; at < value.size(); at += kPartBytes) {
    messages.push_back(Data(value.substr(at, kPartBytes)));
  }
  messages.push_back(End());
  return Send(messages, response);
}

LargeFixture::Got LargeFixture::GetLarge(absl::string_view json) {
  Got got;
  const auto stream =
      key_values_->GetLarge(NewContext(), Parse<v1::GetLargeRequest>(json));
  v1::GetLargeResponse message;
  while (stream->Read(&message)) {
    if (message.has_header()) {
      got.header = message.header();
      continue;
    }
    EXPECT_TRUE(got.header.has_value());
    EXPECT_GT(message.data().size(), 0u);
    EXPECT_LE(message.data().size(), large_->chunk_bytes());
    got.bytes += message.data();
    ++got.part_count;
  }
  got.status = stream->Finish();
  return got;
}

void LargeFixture::AwaitKeys(size_t count) {
  for (int tries = 0; store_.Entries().size() != count && tries < 5000;
       ++tries) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  EXPECT_EQ(store_.Entries().size(), count);
}

}  // namespace rundlet
