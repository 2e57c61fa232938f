#include "service/ops/health_service.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rundlet {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Streams that stay open cost memory (P11).
constexpr size_t kWatchersMax = 1000;

}  // namespace

// One Watch. Its state is guarded by the service's mutex, which it holds while
// it starts a write or finishes: neither calls back inline.
class HealthService::Watcher final
    : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService* service, bool known)
      : service_(service), known_(known) {}

  bool known() const { return known_; }

  // Brings the watcher up to date. A write under way goes first; its end calls
  // this again, so that only the newest state is sent.
  void Update(ServingStatus status, bool ending)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(service_->mutex_) {
    if (finished_ || writing_) return;
    if (ending) return End("the server is shutting down");
    if (started_ && response_.status() == status) return;
    response_.set_status(status);
    started_ = true;
    writing_ = true;
    StartWrite(&response_);
  }

  void End(const char* why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(service_->mutex_) {
    if (finished_) return;
    finished_ = true;
    Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, why));
  }

  void Refuse() {
    Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "too many health watchers"));
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&service_->mutex_);
    writing_ = false;
    if (!ok) return End("the caller left");
    Update(service_->StatusOf(*this), service_->ending_);
  }

  void OnCancel() override {
    absl::MutexLock lock(&service_->mutex_);
    if (!writing_) End("the caller left");
  }

  void OnDone() override {
    service_->Remove(this);
    delete this;
  }

 private:
  HealthService* const service_;
  const bool known_;
  HealthCheckResponse response_;
  bool started_ ABSL_GUARDED_BY(service_->mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(service_->mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(service_->mutex_) = false;
};

HealthService::HealthService(std::vector<std::string> service_names)
    : service_names_(std::move(service_names)) {}

HealthService::~HealthService() = default;

void HealthService::SetServing(bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_ = serving;
  for (Watcher* watcher : watchers_) {
    watcher->Update(StatusOf(*watcher), ending_);
  }
}

void HealthService::EndWatches() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (Watcher* watcher : watchers_) {
    watcher->Update(StatusOf(*watcher), ending_);
  }
}

grpc::ServerUnaryReactor* HealthService::Check(
    grpc::CallbackServerContext* context, const HealthCheckRequest* request,
    HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!Knows(request->service())) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND,
                                 "no service of this name has a state"));
    return reactor;
  }
  {
    absl::MutexLock lock(&mutex_);
    response->set_status(serving_ ? HealthCheckResponse::SERVING
                                  : HealthCheckResponse::NOT_SERVING);
  }
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext* /*context*/,
    const HealthCheckRequest* request) {
  // Owns itself until gRPC is done with it.
  auto* watcher = new Watcher(this, Knows(request->service()));
  absl::MutexLock lock(&mutex_);
  if (watchers_.size() >= kWatchersMax) {
    watcher->Refuse();
  } else {
    watchers_.insert(watcher);
    watcher->Update(StatusOf(*watcher), ending_);
  }
  return watcher;
}

bool HealthService::Knows(absl::string_view service_name) const {
  return service_name.empty() ||
         std::find(service_names_.begin(), service_names_.end(),
                   service_name) != service_names_.end();
}

HealthService::ServingStatus HealthService::StatusOf(
    const Watcher& watcher) const {
  if (!watcher.known()) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING
                  : HealthCheckResponse::NOT_SERVING;
}

void HealthService::Remove(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

}  // namespace rundlet
