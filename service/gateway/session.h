// Session: one client's conversation with the store, without its socket.
//
// Bytes go in through Space() and Received(), replies come out of output().
// Commands take effect in the order of their lines: writes may be under way
// together, since the store keeps their order; anything else waits until what
// came before it is answered, and holds up what comes behind it.

#ifndef RUNDLET_SERVICE_GATEWAY_SESSION_H_
#define RUNDLET_SERVICE_GATEWAY_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "service/gateway/buffer_budget.h"
#include "service/gateway/command.h"
#include "service/gateway/commit_run.h"
#include "service/gateway/counted.h"
#include "service/gateway/line_buffer.h"
#include "service/gateway/mailbox.h"
#include "service/gateway/reply_queue.h"
#include "storage/store.h"

namespace rundlet {

// What the sessions of one gateway share. Nothing is owned but the mailbox.
struct SessionContext {
  Store* store;
  CommitRun* commits;
  const BufferBudget* budget;
  std::shared_ptr<Mailbox> mailbox;
  absl::AnyInvocable<void()>* on_shutdown;  // may be empty
  size_t output_bytes_max;
  size_t commands_in_flight_max;
};

// Every method is called on the loop's thread. The callbacks of the store hold
// references to it; after Abandon() they touch nothing else.
class Session : public Counted {
 public:
  // `context` must live until Abandon(). `wake` is called when a reply came in,
  // so that Advance() and output() have something new; not while Advance()
  // runs. It must not call this object.
  Session(const SessionContext* context, bool may_administer,
          absl::AnyInvocable<void()> wake);

  // Where the next input goes; REQUIRES wants_input().
  absl::Span<char> Space() { return input_.Space(); }
  void Received(size_t bytes) { input_.Added(bytes); }

  // The client will send no more; a last line without '\n' counts.
  void EndInput() { source_ = Source::kEnded; }

  // No more input counts; a last line without '\n' is dropped.
  void StopInput() { source_ = Source::kStopped; }

  // Runs commands until there is none that may run.
  void Advance();

  // Whether Advance() would run a command that has been read.
  bool runnable() const { return has_next_ && CanRunNext(); }
  bool wants_input() const;
  // Whether output() is all that there will ever be.
  bool finished() const { return stopped_ && pending_count() == 0; }

  const std::string& output() const { return replies_.output(); }
  void ClearOutput() { replies_.ClearOutput(); }

  // Memory for input and output.
  size_t buffered_bytes() const {
    return input_.capacity_bytes() + output().capacity();
  }

  // Commands whose reply is not in output() yet.
  size_t pending_count() const { return replies_.pending_count(); }
  // Lines answered or under way, since the start.
  uint64_t command_count() const { return command_count_; }

  // The client is gone: no more wake(), replies are dropped.
  void Abandon() { abandoned_ = true; }

 private:
  enum class Source : uint8_t { kOpen, kEnded, kStopped };

  // Makes sure that there is a next command; false if none has arrived.
  bool TakeCommand();
  bool CanRunNext() const;
  // Whether the client has to read, or the store to answer, before more runs.
  bool congested() const;
  void RunNext();
  void RunWrite(const Command& command);
  void RunGet(const Command& command);
  void RunStats();
  void RunCompact();
  void RunShutdown();
  void ReplyError(const absl::Status& error);
  void Reply(absl::string_view reply);
  // Whether key and value have sizes that the store accepts.
  absl::Status CheckSizes(const Command& command) const;
  // No further command is taken.
  void Stop();

  // Writes reply `number` with `write`, on whichever thread this is.
  template <typename Writer>
  void Answer(ReplyQueue::Number number, Writer write);
  void Answered(ReplyQueue::Number number);

  LineBuffer input_;
  Source source_ = Source::kOpen;
  bool stopped_ = false;
  // The command that is next, or why its line is none; its views point into
  // input_ or folded_.
  bool has_next_ = false;
  Command next_;
  absl::Status next_error_;
  std::string folded_;

  const SessionContext* const context_;
  const std::shared_ptr<Mailbox> mailbox_;
  const bool may_administer_;
  absl::AnyInvocable<void()> wake_;

  ReplyQueue replies_;
  uint64_t command_count_ = 0;
  size_t in_flight_count_ = 0;  // handed to the store, not answered
  bool alone_ = false;          // what is in flight must be so by itself
  bool advancing_ = false;
  bool abandoned_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_SESSION_H_
