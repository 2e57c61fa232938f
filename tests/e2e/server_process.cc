#include "tests/e2e/server_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace rundlet {
namespace {

// Where bazel puts the binary beside a test that names it as data.
constexpr char kBinary[] = "service/rundletd";

// No test can go on without its server.
void Require(bool condition, const char* what) {
  if (condition) return;
  std::perror(what);
  std::abort();
}

void AddUnlessGiven(const std::string& name, const std::string& value,
                    std::vector<std::string>* arguments) {
  const std::string prefix = absl::StrCat(name, "=");
  if (absl::c_none_of(*arguments, [&prefix](const std::string& argument) {
        return absl::StartsWith(argument, prefix);
      })) {
    arguments->push_back(prefix + value);
  }
}

// Pointers to the strings, and a null pointer behind them, as exec wants it.
std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& string : *strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> CleanEnvironment(
    const std::vector<std::string>& further) {
  std::vector<std::string> variables = further;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!absl::StartsWith(*variable, "RUNDLET_"))
      variables.push_back(*variable);
  }
  return variables;
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> arguments,
                             const std::vector<std::string>& variables) {
  AddUnlessGiven("--grpc", "127.0.0.1:0", &arguments);
  AddUnlessGiven("--text", "127.0.0.1:0", &arguments);
  arguments.insert(arguments.begin(), kBinary);
  std::vector<std::string> environment = CleanEnvironment(variables);

  int ends[2];
  Require(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  log_descriptor_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const int failed =
      posix_spawn(&process_, kBinary, &actions, nullptr,
                  Pointers(&arguments).data(), Pointers(&environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  Require(failed == 0, kBinary);
  reader_ = std::thread([this] { ReadLog(); });
}

ServerProcess::~ServerProcess() {
  if (!waited_) {
    Signal(SIGKILL);
    Wait();
  }
  close(log_descriptor_);
}

bool ServerProcess::WaitForLog(absl::string_view text) {
  const auto happened = [this, text]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return ended_ || absl::StrContains(log_, text);
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&happened));
  return absl::StrContains(log_, text);
}

std::string ServerProcess::log() const {
  const absl::MutexLock lock(&mutex_);
  return log_;
}

std::shared_ptr<grpc::Channel> ServerProcess::Channel() const {
  // Without this, channels to one address share a connection.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", grpc_port()),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

void ServerProcess::Signal(int signal) {
  Require(waited_ || kill(process_, signal) == 0, "kill");
}

int ServerProcess::Wait() {
  if (waited_) return outcome_;
  int status = 0;
  Require(waitpid(process_, &status, 0) == process_, "waitpid");
  waited_ = true;
  outcome_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  reader_.join();
  return outcome_;
}

int ServerProcess::Port(absl::string_view door) const {
  const std::string log = this->log();
  const size_t line = log.find("serving");
  if (line == std::string::npos) return 0;
  const std::string name = absl::StrCat(" ", door, "=127.0.0.1:");
  const size_t found = log.find(name, line);
  if (found == std::string::npos) return 0;
  return std::atoi(log.c_str() + found + name.size());
}

void ServerProcess::ReadLog() {
  char chunk[4096];
  while (true) {
    const ssize_t bytes = read(log_descriptor_, chunk, sizeof(chunk));
    const absl::MutexLock lock(&mutex_);
    if (bytes <= 0) {
      ended_ = true;
      return;
    }
    log_.append(chunk, static_cast<size_t>(bytes));
  }
}

}  // namespace rundlet
