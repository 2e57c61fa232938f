// Server: a store and its doors, from a configuration.

#ifndef RUNDLET_SERVICE_SERVER_H_
#define RUNDLET_SERVICE_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/config.h"
#include "service/host_port.h"
#include "service/logging.h"
#include "storage/store.h"

namespace rundlet {

class GrpcServer;
class FillStore;
class LargeStore;
class TextGateway;
class WriteAdmission;

struct ServerHooks {
  // The store is open and no door is: what comes after it may be acknowledged.
  // Called once, within Start.
  std::function<void()> before_doors;
  // A client asks for the stop of the server. From any thread, any number of
  // times; it must not wait for the server.
  std::function<void()> on_shutdown;
  // The store can no longer keep its promises: the process has to end. Called
  // once, from a thread of the store.
  std::function<void(absl::Status)> on_fatal;
};

// One thread at a time.
class Server {
 public:
  // Opens the store, imports what is to be imported, opens the doors and logs
  // one line that begins with "serving" and says where. The logger is not
  // owned and must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerConfig& config, ServerHooks hooks, Logger* logger);

  // Ends as Drain(0) does.
  ~Server();

  // Turns new work away at both doors, lets work in flight go on for `timeout`
  // at most, then syncs and closes the store. The second call does nothing.
  void Drain(absl::Duration timeout);

 private:
  explicit Server(Logger* logger);

  absl::Status OpenStore(const ServerConfig& config, ServerHooks* hooks);
  absl::Status Import(const std::string& path);
  void WrapStore(const ServerConfig& config);
  void StartAdmission(const ServerConfig& config);
  absl::Status OpenDoors(const ServerConfig& config,
                         std::function<void()> on_shutdown);
  absl::StatusOr<HostPort> OpenGrpc(const ServerConfig& config);
  absl::StatusOr<HostPort> OpenText(const ServerConfig& config,
                                    std::function<void()> on_shutdown);

  Logger* const logger_;
  // In this order, so that the doors go before the store that they speak to.
  std::unique_ptr<Store> store_;
  std::unique_ptr<FillStore> fill_store_;      // all writes go through it
  std::unique_ptr<LargeStore> large_store_;    // the doors' view of it
  std::shared_ptr<WriteAdmission> admission_;  // of large_store_; the doors'
  std::unique_ptr<GrpcServer> grpc_;
  std::unique_ptr<TextGateway> text_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_SERVER_H_
