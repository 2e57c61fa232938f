// LargeFixture: a server that takes large values, on a model store, and calls
// of PutLarge and GetLarge.

#ifndef RUNDLET_TESTS_SERVICE_GRPC_LARGE_FIXTURE_H_
#define RUNDLET_TESTS_SERVICE_GRPC_LARGE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "rundlet/v1/large.pb.h"
#include "storage/large/large_store.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {

inline constexpr uint64_t kLargeBytesMax = uint64_t{4} << 20;

// Bytes of ASCII that differ by place and seed.
std::string LargeText(size_t bytes, int seed = 0);

class LargeFixture : public GrpcFixture {
 protected:
  LargeFixture() { StartLarge(LargeOptions()); }
  // The server goes before what it serves.
  ~LargeFixture() override { server_.reset(); }

  void StartLarge(LargeOptions options);

  static v1::PutLargeRequest Header(absl::string_view json);
  static v1::PutLargeRequest Data(std::string bytes);
  static v1::PutLargeRequest End();
  static v1::PutLargeRequest End(uint32_t crc32);

  // Sends messages, half-closes and waits.
  grpc::Status Send(const std::vector<v1::PutLargeRequest>& messages,
                    v1::PutLargeResponse* response = nullptr);
  // A header, the value in parts of 300,000 bytes, and an end.
  grpc::Status PutLarge(absl::string_view header_json, const std::string& value,
                        v1::PutLargeResponse* response = nullptr);

  struct Got {
    grpc::Status status;
    v1::GetLargeHeader header;
    std::string bytes;
    size_t part_count = 0;
  };
  Got GetLarge(absl::string_view json);

  // Waits until the model has only keys of clients left, and so many.
  void AwaitKeys(size_t count);

  std::unique_ptr<LargeStore> large_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SERVICE_GRPC_LARGE_FIXTURE_H_
