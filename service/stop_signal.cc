#include "service/stop_signal.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "absl/memory/memory.h"

namespace rundlet {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StopSignal>> StopSignal::Create() {
  const sigset_t signals = StopSignals();
  const int masked = pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (masked != 0) return absl::ErrnoToStatus(masked, "pthread_sigmask");
  const int signal_descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
  if (signal_descriptor < 0) return absl::ErrnoToStatus(errno, "signalfd");
  const int request_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (request_descriptor < 0) {
    const int error = errno;
    close(signal_descriptor);
    return absl::ErrnoToStatus(error, "eventfd");
  }
  return absl::WrapUnique(
      new StopSignal(signal_descriptor, request_descriptor));
}

StopSignal::~StopSignal() {
  close(signals_);
  close(requests_);
}

void StopSignal::Request() {
  // Fails only where 2^64 - 2 requests are waiting, which is request enough.
  const eventfd_t one = 1;
  (void)eventfd_write(requests_, one);
}

std::string StopSignal::Wait() {
  pollfd descriptors[] = {{signals_, POLLIN, 0}, {requests_, POLLIN, 0}};
  while (poll(descriptors, 2, -1) < 0 && errno == EINTR) {
  }
  std::string reason = "SHUTDOWN";
  signalfd_siginfo information;
  if (descriptors[0].revents != 0 &&
      read(signals_, &information, sizeof(information)) ==
          sizeof(information)) {
    reason = information.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
  }
  return reason;
}

void StopSignal::LetSignalsEndTheProcess() {
  // The default action, also where the parent had the signals ignored.
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace rundlet
