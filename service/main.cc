// rundletd: configuration -> store -> doors -> drain.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "service/command_line.h"
#include "service/config.h"
#include "service/descriptor_limit.h"
#include "service/logging.h"
#include "service/mapping_fault.h"
#include "service/offline_job.h"
#include "service/server.h"
#include "service/stop_signal.h"

namespace rundlet {
namespace {

// Exit statuses, also told by --help.
constexpr int kStoppedAsAsked = 0;
constexpr int kCouldNotServe = 1;
constexpr int kWrongOptions = 2;
constexpr int kStoreFailed = 3;
constexpr int kDrainTookTooLong = 4;
constexpr int kSomethingIsLost = 5;

// What closing the store may take beyond --drain_timeout.
constexpr absl::Duration kCloseTimeout = absl::Seconds(5);

// Ends the process now, whatever other threads are at; nothing that has been
// acknowledged depends on an orderly end.
[[noreturn]] void EndAtOnce(int status, Logger* logger) {
  logger->Flush();
  std::_Exit(status);
}

// Waits for the stop on a thread of its own. Before the server serves, a stop
// ends the process at once: recovery and import may be long, and leave nothing
// behind that a crash would not leave. Once a door may be open it is a drain.
class StopWatch {
 public:
  // Owns neither; both must outlive it.
  StopWatch(StopSignal* stop, Logger* logger)
      : stop_(stop), thread_([this, logger] {
          reason_ = stop_->Wait();
          EndUnlessServing(logger);
          stopped_.Notify();
        }) {}
  ~StopWatch() {
    stop_->Request();
    thread_.join();
  }

  // From now on a stop is waited for. Does not come back when a stop came
  // first, so that no door opens that nobody would drain.
  void Serve() {
    const absl::MutexLock lock(&mutex_);
    serving_ = true;
  }

  // Says why. A second signal ends the process from here on.
  std::string WaitForStop() {
    stopped_.WaitForNotification();
    StopSignal::LetSignalsEndTheProcess();
    return reason_;
  }

 private:
  void EndUnlessServing(Logger* logger) {
    const absl::MutexLock lock(&mutex_);
    if (serving_) return;
    logger->Info("stopped before it served", {{"reason", reason_}});
    EndAtOnce(kStoppedAsAsked, logger);
  }

  StopSignal* const stop_;
  absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Notification stopped_;
  std::string reason_;  // written before stopped_
  std::thread thread_;
};

void DrainWithin(absl::Duration timeout, Server* server, Logger* logger) {
  absl::Notification drained;
  std::thread watchdog([&drained, timeout, logger] {
    if (drained.WaitForNotificationWithTimeout(timeout + kCloseTimeout)) return;
    logger->Error("the drain took too long");
    EndAtOnce(kDrainTookTooLong, logger);
  });
  server->Drain(timeout);
  drained.Notify();
  watchdog.join();
}

absl::Status Serve(const ServerConfig& config, Logger* logger) {
  const absl::StatusOr<std::unique_ptr<StopSignal>> stop = StopSignal::Create();
  if (!stop.ok()) return stop.status();
  // A reader of the log that has gone must not take the server with it.
  std::signal(SIGPIPE, SIG_IGN);
  ReportMappingFaults(kStoreFailed);
  const absl::StatusOr<uint64_t> descriptors = RaiseDescriptorLimit();
  if (!descriptors.ok()) return descriptors.status();
  logger->Debug("descriptor limit",
                {{"descriptors_max", absl::StrCat(*descriptors)}});

  StopWatch watch(stop->get(), logger);
  ServerHooks hooks;
  hooks.before_doors = [&watch] { watch.Serve(); };
  hooks.on_shutdown = [stop = stop->get()] { stop->Request(); };
  hooks.on_fatal = [logger](const absl::Status& status) {
    logger->Error("the store failed", {{"reason", status.ToString()}});
    EndAtOnce(kStoreFailed, logger);
  };
  const absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(config, std::move(hooks), logger);
  watch.Serve();  // a start that failed ends in its own way, too
  if (!server.ok()) return server.status();

  const std::string reason = watch.WaitForStop();
  logger->Info("draining",
               {{"reason", reason},
                {"timeout", absl::FormatDuration(config.drain_timeout)}});
  DrainWithin(config.drain_timeout, server->get(), logger);
  logger->Info("stopped");
  return absl::OkStatus();
}

int Main(const std::vector<std::string>& arguments) {
  const absl::StatusOr<CommandLine> command_line = ParseCommandLine(arguments);
  if (!command_line.ok()) {
    std::fprintf(stderr, "rundletd: %s\nrundletd --help lists the options.\n",
                 std::string(command_line.status().message()).c_str());
    return kWrongOptions;
  }
  if (!command_line->config.has_value()) {
    std::fputs(command_line->help.c_str(), stdout);
    return kStoppedAsAsked;
  }
  const ServerConfig& config = *command_line->config;
  Logger logger(config.log_format, config.log_level);
  if (HasOfflineJob(config)) {
    const absl::StatusOr<bool> whole = RunOfflineJob(config, &logger);
    if (whole.ok()) return *whole ? kStoppedAsAsked : kSomethingIsLost;
    logger.Error("could not be done", {{"reason", whole.status().ToString()}});
    return kCouldNotServe;
  }
  const absl::Status served = Serve(config, &logger);
  if (!served.ok()) {
    logger.Error("could not serve", {{"reason", served.ToString()}});
    return kCouldNotServe;
  }
  return kStoppedAsAsked;
}

}  // namespace
}  // namespace rundlet

int main(int argument_count, char** arguments) {
  // Debian's Abseil is built to look for deadlocks at each lock; the tests do.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return rundlet::Main({arguments + 1, arguments + argument_count});
}
