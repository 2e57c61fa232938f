// GrpcServer: the gRPC door of a Store. It brings the services, the accept
// loop, limits, health and reflection together, and drains.

#ifndef RUNDLET_SERVICE_GRPC_GRPC_SERVER_H_
#define RUNDLET_SERVICE_GRPC_GRPC_SERVER_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/admission/write_admission.h"
#include "service/grpc/admin_service.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/call_meter.h"
#include "service/grpc/connection_acceptor.h"
#include "service/grpc/key_value_service.h"
#include "service/grpc/open_streams.h"
#include "service/ops/health_service.h"
#include "service/ops/log_level.h"
#include "storage/file/clock.h"
#include "storage/fill/fill_store.h"
#include "storage/large/large_store.h"
#include "storage/store.h"

namespace rundlet {

struct GrpcServerOptions {
  // HOST:PORT; port 0 picks a free one.
  std::string address = "127.0.0.1:50051";

  // Null: no encryption.
  std::shared_ptr<grpc::ServerCredentials> credentials;

  // What the store was opened with; GetLimits tells it.
  Durability default_durability = Durability::kDisk;
  absl::Duration request_window = absl::Minutes(10);

  // Connections at once, in all and from one address. They are cut to what the
  // process may open, less `descriptors_reserved` for files and other doors.
  ConnectionLimits connections;
  size_t descriptors_reserved = 256;

  // Calls at once on one connection; further ones wait in the client.
  uint32_t concurrent_calls_max = 128;

  // Memory that requests hold while they are served, and that gRPC's
  // transports hold.
  uint64_t request_memory_bytes_max = uint64_t{256} << 20;
  uint64_t transport_memory_bytes_max = uint64_t{256} << 20;

  // What writes pass on their way to the store, which other doors may share.
  // Null: one of its own, as default_durability says.
  std::shared_ptr<WriteAdmission> admission;

  // The folder below which Backup writes; empty: Backup is off.
  std::string backup_root;

  // What takes and gives large values: the store that is served. Not owned;
  // null: there are none.
  LargeStore* large_store = nullptr;

  // What gives fill leases: the store that is served, or one below it. Not
  // owned; null: there are none. A drain lets nobody wait there for good.
  FillStore* fill_store = nullptr;

  // Told of each call of one answer that fails; from many threads at once.
  CallMeter::OnFailed on_call_failed;

  // Sets the level of the server's log, and returns what it was. Null:
  // SetLogLevel is NOT_CONFIGURED.
  std::function<LogLevel(LogLevel)> set_log_level;

  // Served as well. Not owned; must outlive the server.
  std::vector<grpc::Service*> further_services;

  const Clock* clock = Clock::System();
};

// Thread-safe, but for Drain, which one thread calls once.
class GrpcServer {
 public:
  // Begins to serve; health says SERVING from then on. The store is not owned
  // and must outlive the server. INVALID_ARGUMENT: the address or an option.
  // Else the operating system's error, as when the port is taken.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const GrpcServerOptions& options, Store* store);

  // Drains without patience.
  ~GrpcServer();

  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // The port that it listens on.
  int port() const { return acceptor_.port(); }

  // What health says, until Drain.
  void SetServing(bool serving) { health_.SetServing(serving); }

  // Health says NOT_SERVING and new calls are refused with UNAVAILABLE, while
  // those under way may end; after `patience` they are cancelled. Who waits for
  // a fill is told that it is under way still. Watches
  // and verifications are ended as UNAVAILABLE at once, and cancelled after a
  // second if their clients do not read. When it returns, nobody listens on the
  // port and no call is under way.
  void Drain(absl::Duration patience);

  // What the accept loop counted.
  AcceptorCounts acceptor_counts() const { return acceptor_.counts(); }

 private:
  GrpcServer(const GrpcServerOptions& options, Listener listener, Store* store);

  absl::Status Serve(const GrpcServerOptions& options);

  // Destroyed from the last to the first: gRPC's server before what it calls.
  FillStore* const fill_store_;                    // or null
  std::shared_ptr<WriteAdmission> own_admission_;  // or null
  WriteAdmission* const admission_;                // it, or the caller's
  CallGate gate_;
  CallMeter meter_;
  OpenStreams open_streams_;
  HealthService health_;
  KeyValueService key_values_;
  AdminService admin_;
  ConnectionAcceptor acceptor_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_GRPC_SERVER_H_
