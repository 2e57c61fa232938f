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

// One Watch. Its state belongs to the service, which guards it by its mutex,
// and holds that while it starts a write or finishes: neither calls back
// inline.
class HealthService::Watcher final
    : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService* service, bool known)
      : service_(service), known_(known) {}

  void OnWriteDone(bool ok) override { service_->Written(this, ok); }
  void OnCancel() override { service_->Cancelled(this); }
  void OnDone() override {
    service_->Remove(this);
    delete this;
  }

 private:
  friend class HealthService;

  HealthService* const service_;
  const bool known_;  // the service asked for has a state
  HealthCheckResponse response_;
  bool started_ = false;   // something was sent
  bool writing_ = false;   // a write is under way
  bool finished_ = false;  // Finish was called
};

HealthService::HealthService(std::vector<std::string> service_names)
    : service_names_(std::move(service_names)) {}

HealthService::~HealthService() {
  // The last watcher may just be leaving.
  const absl::MutexLock lock(&mutex_);
}

void HealthService::SetServing(bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_ = serving;
  for (Watcher* watcher : watchers_) Update(watcher);
}

void HealthService::EndWatches() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  for (Watcher* watcher : watchers_) Update(watcher);
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
    End(watcher, grpc::StatusCode::RESOURCE_EXHAUSTED,
        "too many health watchers");
  } else {
    watchers_.insert(watcher);
    Update(watcher);
  }
  return watcher;
}

bool HealthService::Knows(absl::string_view service_name) const {
  return service_name.empty() ||
         std::find(service_names_.begin(), service_names_.end(),
                   service_name) != service_names_.end();
}

void HealthService::Update(Watcher* watcher) {
  // The end of the write calls this again, so only the newest state is sent.
  if (watcher->finished_ || watcher->writing_) return;
  if (ending_) {
    return End(watcher, grpc::StatusCode::UNAVAILABLE,
               "the server is shutting down");
  }
  HealthCheckResponse::ServingStatus status =
      serving_ ? HealthCheckResponse::SERVING
               : HealthCheckResponse::NOT_SERVING;
  if (!watcher->known_) status = HealthCheckResponse::SERVICE_UNKNOWN;
  if (watcher->started_ && watcher->response_.status() == status) return;
  watcher->response_.set_status(status);
  watcher->started_ = true;
  watcher->writing_ = true;
  watcher->StartWrite(&watcher->response_);
}

void HealthService::Written(Watcher* watcher, bool ok) {
  absl::MutexLock lock(&mutex_);
  watcher->writing_ = false;
  if (ok) {
    Update(watcher);
  } else {
    End(watcher, grpc::StatusCode::CANCELLED, "the caller left");
  }
}

void HealthService::Cancelled(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  if (watcher->writing_) return;  // its end comes, and fails
  End(watcher, grpc::StatusCode::CANCELLED, "the caller left");
}

void HealthService::End(Watcher* watcher, grpc::StatusCode code,
                        const char* why) {
  if (watcher->finished_) return;
  watcher->finished_ = true;
  watcher->Finish(grpc::Status(code, why));
}

void HealthService::Remove(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

}  // namespace rundlet
