// ThreadSanitizer's options for tests that link Debian's libraries, which are
// not instrumented. The suppressions name the top of the stack, from its start:
// "race:grpc::" would match any stack whose demangled signatures mention gRPC,
// which is every handler of ours, and so hide our own races. Abseil and the
// standard library are not named at all: their templates run in our code. The
// rest of the list is gRPC's, too: the closure that ends a call, whose top
// frame is std::function's; and functions that call nothing of ours, but
// functions and counters of the standard library. The last is ours: gRPC ends a
// stream behind its cancellation, but orders the two in its library.
// canary_test.sh holds both ends of this.

#define RUNDLET_NOT_INSTRUMENTED __attribute__((no_sanitize("thread")))

extern "C" {

RUNDLET_NOT_INSTRUMENTED const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1:halt_on_error=0:"
         "second_deadlock_stack=1:exitcode=66";
}

RUNDLET_NOT_INSTRUMENTED const char* __tsan_default_suppressions() {
  return "race_top:^grpc::\n"
         "race_top:^google::protobuf\n"
         "race_top:^std::_Function_handler<void (bool), grpc::internal::\n"
         "race:^grpc::internal::InterceptorBatchMethodsImpl::\n"
         "race:^grpc::internal::CallbackWithSuccessTag::Clear\n"
         "race:^grpc::internal::ServerCallbackCall::ServerCallbackCall\n"
         "race:^grpc::internal::CallOpServerSendStatus::~CallOpServerSend\n"
         "race:^grpc::Status grpc::internal::CallOpSendMessage::\n"
         "race:^rundlet::OutStream::OnDone\n";
}

}  // extern "C"
