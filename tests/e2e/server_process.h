// ServerProcess: the server as users run it, a process of its own.
//
//   ServerProcess server({"--data=" + folder.Path("data")});
//   ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
//   TextClient client(server.text_port());
//   server.Signal(SIGTERM);
//   EXPECT_EQ(server.Wait(), 0);

#ifndef RUNDLET_TESTS_E2E_SERVER_PROCESS_H_
#define RUNDLET_TESTS_E2E_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/channel.h"

namespace rundlet {

// One thread at a time.
class ServerProcess {
 public:
  // Starts //service:rundletd with these arguments; both doors listen on a free
  // port of 127.0.0.1 unless the arguments say otherwise. The environment has
  // no RUNDLET_* variables but those that are given, as NAME=VALUE.
  explicit ServerProcess(std::vector<std::string> arguments,
                         const std::vector<std::string>& variables = {});
  // Kills it if it still runs.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Waits until the log holds `text`. False: the process ended before.
  bool WaitForLog(absl::string_view text);

  // All that it has written to standard error so far.
  std::string log() const;

  // Where the line with "serving" says that the doors are; 0 if it does not.
  int grpc_port() const { return Port("grpc"); }
  int text_port() const { return Port("text"); }

  // A new connection to the gRPC door.
  std::shared_ptr<grpc::Channel> Channel() const;

  pid_t pid() const { return process_; }

  void Signal(int signal);

  // Waits for the end: the exit status, or 128 and the signal that ended it.
  int Wait();

 private:
  int Port(absl::string_view door) const;
  void ReadLog();

  pid_t process_ = -1;
  int log_descriptor_ = -1;
  bool waited_ = false;
  int outcome_ = -1;
  mutable absl::Mutex mutex_;
  std::string log_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread reader_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_E2E_SERVER_PROCESS_H_
