// Tells ThreadSanitizer what gRPC orders: the end of a batch, wherever it is
// taken from the completion queue, comes after its start. Debian's libgrpc is
// built without instrumentation, so without this file whatever a handler leaves
// for its next callback would look raced for. The functions below take the
// place of gRPC's by symbol interposition. The order is that of one tag, so
// that two calls stay unordered and their races stay to be found.

#include <dlfcn.h>
#include <grpc/grpc.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

namespace {

// gRPC's own definition of `symbol`.
template <typename Function>
Function* Grpc(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

}  // namespace

extern "C" {

grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* ops,
                                      size_t nops, void* tag, void* reserved) {
  static auto* const original =
      Grpc<decltype(grpc_call_start_batch)>("grpc_call_start_batch");
  __tsan_release(tag);
  return original(call, ops, nops, tag, reserved);
}

grpc_event grpc_completion_queue_next(grpc_completion_queue* queue,
                                      gpr_timespec deadline, void* reserved) {
  static auto* const original =
      Grpc<decltype(grpc_completion_queue_next)>("grpc_completion_queue_next");
  const grpc_event event = original(queue, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

}  // extern "C"
