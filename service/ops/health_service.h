// HealthService: grpc.health.v1.Health, from the generated stubs, so that
// reflection describes it and every service of ours has a state.

#ifndef RUNDLET_SERVICE_OPS_HEALTH_SERVICE_H_
#define RUNDLET_SERVICE_OPS_HEALTH_SERVICE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace rundlet {

// All services have one state; it starts as NOT_SERVING. The empty name stands
// for the whole server. Thread-safe; outlives the server that it is registered
// with.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  // `service_names`: full names of the services that have a state.
  explicit HealthService(std::vector<std::string> service_names);
  ~HealthService() override;

  // Every later Check answers it, and every watcher learns it.
  void SetServing(bool serving);

  // Ends every Watch, now and later, as UNAVAILABLE: a watcher would otherwise
  // keep the server from shutting down.
  void EndWatches();

  // NOT_FOUND: a service that has no state.
  grpc::ServerUnaryReactor* Check(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request,
      grpc::health::v1::HealthCheckResponse* response) override;

  // The state now, then every change. A service that has none is
  // SERVICE_UNKNOWN, as the protocol demands. RESOURCE_EXHAUSTED: too many
  // watchers.
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Watcher;

  bool Knows(absl::string_view service_name) const;

  // Brings a watcher up to date.
  void Update(Watcher* watcher) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Ends a watch, once.
  static void End(Watcher* watcher, grpc::StatusCode code, const char* why);

  // What gRPC tells of a watcher.
  void Written(Watcher* watcher, bool ok);
  void Cancelled(Watcher* watcher);
  void Remove(Watcher* watcher);

  const std::vector<std::string> service_names_;
  absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPS_HEALTH_SERVICE_H_
