// Goal: reflection describes every service with its methods, so that grpcurl
// needs no .proto files. Method: what it answers from is the pool of generated
// descriptors; a service is there only if its file was linked, which nothing
// but reflection needs.

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

using ReflectionTest = GrpcFixture;

TEST_F(ReflectionTest, EveryServiceIsDescribed) {
  const google::protobuf::DescriptorPool* const pool =
      google::protobuf::DescriptorPool::generated_pool();
  for (const char* method :
       {"rundlet.v1.KeyValueService.Watch", "rundlet.v1.AdminService.Verify",
        "grpc.health.v1.Health.Check"}) {
    EXPECT_NE(pool->FindMethodByName(method), nullptr) << method;
  }
}

}  // namespace
}  // namespace rundlet
