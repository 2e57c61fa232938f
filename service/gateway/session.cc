#include "service/gateway/session.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/gateway/reply.h"

namespace rundlet {
namespace {

using Verb = Command::Verb;

// Every session may have so much output, whatever the others have.
constexpr size_t kOutputBytesInNeed = size_t{64} << 10;

// The longest line that has to be understood: a key and a value of the largest
// size, TTL, and some white space.
size_t LineBytesMax(const Limits& limits) {
  constexpr size_t kWordsAndSpaces = 128;
  return limits.key_bytes_max + limits.value_bytes_max + kWordsAndSpaces;
}

bool IsWrite(Verb verb) {
  return verb == Verb::kPut || verb == Verb::kDelete ||
         verb == Verb::kSetExpiry;
}

Expiry ToExpiry(const std::optional<int64_t>& ttl_seconds) {
  // Zero is no expiry, as it always was.
  if (ttl_seconds.value_or(0) == 0) return Expiry::Never();
  return Expiry::After(absl::Seconds(*ttl_seconds));
}

Transaction ToTransaction(const Command& command) {
  Transaction transaction;
  std::vector<Operation>& operations = transaction.operations;
  std::string key(command.key);
  if (command.verb == Verb::kDelete) {
    operations.emplace_back(DeleteOperation{std::move(key)});
  } else if (command.verb == Verb::kSetExpiry) {
    operations.emplace_back(
        SetExpiryOperation{std::move(key), ToExpiry(command.ttl_seconds)});
  } else {
    operations.emplace_back(
        PutOperation{std::move(key), Value::Text(std::string(command.value)),
                     ToExpiry(command.ttl_seconds)});
  }
  return transaction;
}

absl::string_view WriteReply(Verb verb, const Receipt& receipt) {
  if (verb == Verb::kDelete) return kDeletedReply;
  if (verb == Verb::kSetExpiry && !receipt.results[0].existed) {
    return kNotFoundReply;
  }
  return kOkReply;
}

void AppendEntry(const std::optional<Entry>& entry, std::string* out) {
  if (entry) {
    AppendValue(entry->value, out);
  } else {
    absl::StrAppend(out, kNotFoundReply);
  }
}

absl::Status OnlyLoopback(absl::string_view verb) {
  return absl::PermissionDeniedError(
      absl::StrCat(verb, " is for clients on this machine only"));
}

}  // namespace

Session::Session(const SessionContext* context, bool may_administer,
                 absl::AnyInvocable<void()> wake)
    : input_(LineBytesMax(context->store->limits())),
      context_(context),
      mailbox_(context->mailbox),
      may_administer_(may_administer),
      wake_(std::move(wake)) {
  Reply(kGreeting);
}

void Session::Advance() {
  advancing_ = true;
  while (TakeCommand() && CanRunNext()) {
    has_next_ = false;
    ++command_count_;
    RunNext();
  }
  advancing_ = false;
}

bool Session::TakeCommand() {
  if (stopped_) return false;
  if (has_next_) return true;
  absl::string_view line;
  LineBuffer::Taken taken = input_.Take(&line);
  if (taken == LineBuffer::Taken::kNothing && source_ == Source::kEnded) {
    taken = input_.TakeRest(&line);
  }
  switch (taken) {
    case LineBuffer::Taken::kLine:
      next_error_ = ParseCommand(line, &folded_, &next_);
      return has_next_ = true;
    case LineBuffer::Taken::kTooLong:
      next_error_ = absl::InvalidArgumentError(
          absl::StrCat("line is longer than ",
                       LineBytesMax(context_->store->limits()), " bytes"));
      return has_next_ = true;
    case LineBuffer::Taken::kNothing:
      if (input_.needs_memory() && context_->budget->exhausted()) {
        input_.SkipLine();
        next_error_ = absl::ResourceExhaustedError(
            "all clients together send too much, try again with this line");
        return has_next_ = true;
      }
      if (source_ != Source::kOpen) Stop();
      return false;
  }
  return false;
}

bool Session::CanRunNext() const {
  if (congested()) return false;
  if (!next_error_.ok() || next_.verb == Verb::kExit) return true;
  if (IsWrite(next_.verb)) return !alone_;
  return in_flight_count_ == 0;
}

bool Session::wants_input() const {
  // While a command waits, its bytes must stay where they are.
  return source_ == Source::kOpen && !stopped_ && !has_next_ && !congested();
}

bool Session::congested() const {
  const size_t output_bytes_max =
      context_->budget->exhausted()
          ? std::min(context_->output_bytes_max, kOutputBytesInNeed)
          : context_->output_bytes_max;
  return output().size() >= output_bytes_max ||
         pending_count() >= context_->commands_in_flight_max;
}

void Session::RunNext() {
  if (!next_error_.ok()) return ReplyError(next_error_);
  const absl::Status fits = CheckSizes(next_);
  if (!fits.ok()) return ReplyError(fits);
  switch (next_.verb) {
    case Verb::kPut:
    case Verb::kDelete:
    case Verb::kSetExpiry:
      return RunWrite(next_);
    case Verb::kGet:
      return RunGet(next_);
    case Verb::kStats:
      return RunStats();
    case Verb::kCompact:
      return RunCompact();
    case Verb::kShutdown:
      return RunShutdown();
    case Verb::kExit:
      Reply(kOkReply);
      return Stop();
  }
}

absl::Status Session::CheckSizes(const Command& command) const {
  const Limits& limits = context_->store->limits();
  if (command.key.size() > limits.key_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("key has ", command.key.size(),
                     " bytes, key_bytes_max is ", limits.key_bytes_max));
  }
  if (command.value.size() > limits.value_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("value has ", command.value.size(),
                     " bytes, value_bytes_max is ", limits.value_bytes_max));
  }
  return absl::OkStatus();
}

void Session::RunWrite(const Command& command) {
  const ReplyQueue::Number number = replies_.Reserve();
  ++in_flight_count_;
  context_->commits->Add(
      ToTransaction(command), command.key.size() + command.value.size(),
      absl::HashOf(this),
      [self = CountedRef<Session>(this), number,
       verb = command.verb](const absl::StatusOr<Receipt>& receipt) {
        self->Answer(number, [&](std::string* out) {
          if (receipt.ok()) {
            absl::StrAppend(out, WriteReply(verb, *receipt));
          } else {
            AppendError(receipt.status(), out);
          }
        });
      });
}

void Session::RunGet(const Command& command) {
  const ReplyQueue::Number number = replies_.Reserve();
  ++in_flight_count_;
  alone_ = true;
  ReadRequest request;
  request.keys.emplace_back(command.key);
  context_->store->Read(std::move(request),
                        [self = CountedRef<Session>(this),
                         number](const absl::StatusOr<ReadResult>& result) {
                          self->Answer(number, [&](std::string* out) {
                            if (result.ok()) {
                              AppendEntry(result->entries[0], out);
                            } else {
                              AppendError(result.status(), out);
                            }
                          });
                        });
}

void Session::RunStats() {
  const ReplyQueue::Number number = replies_.Reserve();
  AppendStats(context_->store->Stats(), replies_.Begin(number));
  replies_.Finish(number);
}

void Session::RunCompact() {
  if (!may_administer_) return ReplyError(OnlyLoopback("COMPACT"));
  const ReplyQueue::Number number = replies_.Reserve();
  ++in_flight_count_;
  alone_ = true;
  context_->store->Compact([self = CountedRef<Session>(this),
                            number](absl::StatusOr<CompactionReport> report) {
    self->Answer(number, [&](std::string* out) {
      if (report.ok()) {
        absl::StrAppend(out, kOkReply);
      } else {
        AppendError(report.status(), out);
      }
    });
  });
}

void Session::RunShutdown() {
  if (!may_administer_) return ReplyError(OnlyLoopback("SHUTDOWN"));
  Reply(kOkReply);
  Stop();
  if (*context_->on_shutdown) (*context_->on_shutdown)();
}

void Session::Stop() {
  stopped_ = true;
  has_next_ = false;
  input_.Clear();
}

void Session::ReplyError(const absl::Status& error) {
  const ReplyQueue::Number number = replies_.Reserve();
  AppendError(error, replies_.Begin(number));
  replies_.Finish(number);
}

void Session::Reply(absl::string_view reply) {
  const ReplyQueue::Number number = replies_.Reserve();
  absl::StrAppend(replies_.Begin(number), reply);
  replies_.Finish(number);
}

template <typename Writer>
void Session::Answer(ReplyQueue::Number number, Writer write) {
  if (mailbox_->OnLoopThread()) {
    if (abandoned_) return;
    write(replies_.Begin(number));
    return Answered(number);
  }
  std::string reply;
  write(&reply);
  mailbox_->Post(
      [self = CountedRef<Session>(this), number, reply = std::move(reply)] {
        if (self->abandoned_) return;
        absl::StrAppend(self->replies_.Begin(number), reply);
        self->Answered(number);
      });
}

void Session::Answered(ReplyQueue::Number number) {
  replies_.Finish(number);
  --in_flight_count_;
  alone_ = false;
  if (!advancing_) wake_();
}

}  // namespace rundlet
