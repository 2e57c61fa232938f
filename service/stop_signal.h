// StopSignal: waits until somebody wants the process to stop.

#ifndef RUNDLET_SERVICE_STOP_SIGNAL_H_
#define RUNDLET_SERVICE_STOP_SIGNAL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace rundlet {

// One a process. Request() is thread-safe; Wait() has one caller, once.
class StopSignal {
 public:
  // From here on SIGTERM and SIGINT no longer end the process but are waited
  // for. REQUIRES: the calling thread is the only one, so that every later one
  // inherits this.
  static absl::StatusOr<std::unique_ptr<StopSignal>> Create();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Asks for the stop from inside the process. Only the first call counts.
  void Request();

  // Waits for a signal or a request, and says which.
  std::string Wait();

  // From here on either signal ends the process at once, for as long as the
  // calling thread lives.
  static void LetSignalsEndTheProcess();

 private:
  StopSignal(int signals, int requests)
      : signals_(signals), requests_(requests) {}

  const int signals_;   // a signalfd
  const int requests_;  // an eventfd
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_STOP_SIGNAL_H_
