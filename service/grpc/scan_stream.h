// ScanStream: one call of Scan. It reads a page, writes it as a chunk, and
// reads the next one once gRPC took it: one page is in memory at a time.

#ifndef RUNDLET_SERVICE_GRPC_SCAN_STREAM_H_
#define RUNDLET_SERVICE_GRPC_SCAN_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/range_codec.h"
#include "storage/store.h"

namespace rundlet {

// Made on the heap; deletes itself when gRPC is done with it. gRPC and the
// store call it one after the other, never at once.
class ScanStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Neither pointer is owned; `store_id` is not copied.
  ScanStream(grpc::CallbackServerContext* context, Store* store,
             absl::string_view store_id)
      : context_(context), store_(store), store_id_(store_id) {}

  // Passes the gate, parses the request and reads the first page. To be called
  // once, at first.
  void Start(CallGate* gate, const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  absl::Status Admit(CallGate* gate, const grpc::ByteBuffer& request);
  void ReadPage();
  void WritePage(absl::StatusOr<ScanPage> page);
  void End(const absl::Status& status);

  grpc::CallbackServerContext* const context_;
  Store* const store_;
  const absl::string_view store_id_;
  CallGate::Pass pass_;
  ScanRequest next_;  // the page to read next
  RangeNotes notes_;
  bool last_ = false;  // the chunk being written is the last one
  grpc::ByteBuffer chunk_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_SCAN_STREAM_H_
