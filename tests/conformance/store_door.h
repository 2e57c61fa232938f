// StoreDoor: scenarios against a Store, by the codecs of the wire API alone.

#ifndef RUNDLET_TESTS_CONFORMANCE_STORE_DOOR_H_
#define RUNDLET_TESTS_CONFORMANCE_STORE_DOOR_H_

#include <memory>
#include <string>

#include "storage/store.h"
#include "tests/conformance/scenario_door.h"

namespace rundlet {

class StoreDoor : public ScenarioDoor {
 public:
  // Does not own the store, which must outlive it and its watches.
  explicit StoreDoor(Store* store);

  absl::Status Call(const std::string& method,
                    google::protobuf::Message* request,
                    google::protobuf::Message* response) override;
  absl::StatusOr<std::unique_ptr<WatchMessageSource>> OpenWatch(
      v1::WatchRequest* request) override;

 private:
  using Message = google::protobuf::Message;

  template <typename Request, typename Response>
  absl::Status Write(Message* request, Message* response);
  template <typename Request, typename Response>
  absl::Status Read(Message* request, Message* response);
  absl::Status List(Message* request, Message* response);
  absl::Status Scan(Message* request, Message* response);
  absl::Status Sync(Message* request, Message* response);
  absl::Status OpenSnapshot(Message* request, Message* response);
  absl::Status RenewSnapshot(Message* request, Message* response);
  absl::Status ReleaseSnapshot(Message* request, Message* response);

  Store* const store_;
  const std::string store_id_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_STORE_DOOR_H_
