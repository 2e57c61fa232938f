// Goal: commands of one client take effect and are answered in their order,
// whatever the store's answers do; writes go together, all else waits.
// Method: a session without a socket over a store that answers when told to,
// on this thread or on another one.

#include "service/gateway/session.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "service/admission/write_admission.h"
#include "service/gateway/reply.h"
#include "tests/service/gateway/held_store.h"

namespace rundlet {
namespace {

// No write waits for the disk.
WriteAdmission::Settings Straight() {
  WriteAdmission::Settings settings;
  settings.default_durability = Durability::kOs;
  return settings;
}

// Counts its end.
class WatchedSession : public Session {
 public:
  WatchedSession(const SessionContext* context, bool may_administer,
                 absl::AnyInvocable<void()> wake, std::atomic<int>* destroyed)
      : Session(context, may_administer, std::move(wake)),
        destroyed_(destroyed) {}
  ~WatchedSession() override { ++*destroyed_; }

 private:
  std::atomic<int>* const destroyed_;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    mailbox_->Bind();
    Restart(/*may_administer=*/true);
  }

  void Restart(bool may_administer) {
    if (session_.get() != nullptr) session_->Abandon();
    session_ = CountedRef<Session>(new WatchedSession(
        &context_, may_administer, [this] { ++wakes_; }, &destroyed_));
    EXPECT_EQ(TakeOutput(), kGreeting);
  }

  // Input, and what a loop does with it in each turn.
  void Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      ASSERT_TRUE(session_->wants_input());
      const absl::Span<char> space = session_->Space();
      const size_t piece = std::min(bytes.size(), space.size());
      std::memcpy(space.data(), bytes.data(), piece);
      bytes.remove_prefix(piece);
      session_->Received(piece);
      Turn();
    }
  }

  void Turn() {
    mailbox_->RunAll();
    session_->Advance();
    commits_.End();
  }

  // Lets the store answer everything, until nothing moves any more.
  void Settle() {
    while (store_.held_count() > 0) {
      store_.ReleaseAll();
      Turn();
    }
  }

  std::string TakeOutput() {
    const std::string output = session_->output();
    session_->ClearOutput();
    return output;
  }

  HeldStore store_;
  int wakes_ = 0;
  std::atomic<int> destroyed_{0};
  int shutdowns_ = 0;
  absl::AnyInvocable<void()> on_shutdown_ = [this] { ++shutdowns_; };
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>([] {});
  const std::shared_ptr<WriteAdmission> admission_ =
      WriteAdmission::Create(&store_, Straight());
  CommitRun commits_{admission_.get()};
  BufferBudget budget_{size_t{1} << 20};
  SessionContext context_{&store_,       &commits_, &budget_, mailbox_,
                          &on_shutdown_, 1000,      8};
  CountedRef<Session> session_;
};

TEST_F(SessionTest, WritesGoTogetherAndAreAnsweredInOrder) {
  Send("PUT a 1\nDEL b\nTTL c 5\nPUT a 2\n");
  EXPECT_EQ(store_.more_flags(), std::vector<bool>(4, true));
  EXPECT_EQ(store_.sync_count(), 1u);
  EXPECT_EQ(store_.held_count(), 4u);
  store_.ReleaseLast();
  EXPECT_EQ(TakeOutput(), "");
  store_.ReleaseAll();
  EXPECT_EQ(TakeOutput(), "OK\nDELETED\nNOT_FOUND\nOK\n");
  EXPECT_EQ(wakes_, 4);
}

TEST_F(SessionTest, AReadWaitsForTheWritesBeforeIt) {
  Send("PUT a 1\nPUT a 2\nGET a\nPUT a 3\nGET a\n");
  // The run ended before the read.
  EXPECT_EQ(store_.more_flags().size(), 2u);
  EXPECT_EQ(store_.sync_count(), 1u);
  EXPECT_EQ(store_.held_count(), 2u);
  store_.ReleaseAll();
  Turn();
  // Now the read is under way, and the write behind it waits.
  EXPECT_EQ(store_.more_flags().size(), 2u);
  EXPECT_EQ(store_.held_count(), 1u);
  EXPECT_FALSE(session_->wants_input());
  Settle();
  EXPECT_EQ(TakeOutput(), "OK\nOK\nVALUE 2\nOK\nVALUE 3\n");
  EXPECT_EQ(store_.more_flags().size(), 3u);
  EXPECT_EQ(store_.sync_count(), 2u);
}

TEST_F(SessionTest, ErrorsKeepTheirPlace) {
  Send("PUT a 1\nFROB\nGET\nPUT a\n\nPUT b 2\n");
  EXPECT_EQ(TakeOutput(), "");
  Settle();
  EXPECT_EQ(TakeOutput(),
            "OK\nERROR: Unknown command: FROB\nERROR: GET requires: GET key\n"
            "ERROR: PUT requires: PUT key value\nERROR: Unknown command\n"
            "OK\n");
}

TEST_F(SessionTest, AnswersFromAnotherThread) {
  Send("PUT a 1\nPUT b 2\nGET a\n");
  std::thread([&] { store_.ReleaseAll(); }).join();
  // Nothing has changed on this thread yet.
  EXPECT_EQ(TakeOutput(), "");
  EXPECT_EQ(session_->pending_count(), 2u);
  Turn();
  EXPECT_EQ(TakeOutput(), "OK\nOK\n");
  std::thread([&] { store_.ReleaseAll(); }).join();
  Turn();
  EXPECT_EQ(TakeOutput(), "VALUE 1\n");
}

TEST_F(SessionTest, CommandsInFlightAreBounded) {
  std::string puts;
  for (int i = 0; i < 20; ++i) puts += "PUT a 1\n";
  Send(puts);
  EXPECT_EQ(store_.held_count(), 8u);
  EXPECT_FALSE(session_->wants_input());
  Settle();
  EXPECT_EQ(session_->command_count(), 20u);
  EXPECT_TRUE(session_->wants_input());
}

TEST_F(SessionTest, OutputIsBounded) {
  store_.StopHolding();
  Send("PUT a " + std::string(400, 'x') + "\n");
  EXPECT_EQ(TakeOutput(), "OK\n");
  Send("GET a\nGET a\nGET a\nGET a\nGET a\n");
  // The third one reaches 1,000 bytes; the rest waits for room.
  EXPECT_EQ(TakeOutput().size(), 3 * 407u);
  EXPECT_TRUE(session_->runnable());
  Turn();
  EXPECT_EQ(TakeOutput().size(), 2 * 407u);
  EXPECT_TRUE(session_->wants_input());
}

TEST_F(SessionTest, CompactHoldsUpWhatComesBehindIt) {
  Send("PUT a 1\nCOMPACT now\nGET a\n");
  EXPECT_EQ(store_.held_count(), 1u);
  store_.ReleaseAll();
  Turn();
  EXPECT_EQ(TakeOutput(), "OK\n");
  EXPECT_EQ(store_.held_count(), 1u);
  Settle();
  EXPECT_EQ(TakeOutput(), "OK\nVALUE 1\n");
}

TEST_F(SessionTest, ExitDropsTheRest) {
  Send("PUT a 1\nEXIT now\nPUT a 2\n");
  EXPECT_FALSE(session_->finished());
  EXPECT_FALSE(session_->wants_input());
  Settle();
  EXPECT_TRUE(session_->finished());
  EXPECT_EQ(TakeOutput(), "OK\nOK\n");
  EXPECT_EQ(store_.more_flags().size(), 1u);
}

TEST_F(SessionTest, ShutdownWaitsForWhatCameBefore) {
  Send("PUT a 1\nSHUTDOWN\nPUT a 2\n");
  EXPECT_EQ(shutdowns_, 0);
  Settle();
  EXPECT_EQ(shutdowns_, 1);
  EXPECT_EQ(TakeOutput(), "OK\nOK\n");
  EXPECT_TRUE(session_->finished());
}

TEST_F(SessionTest, StrangersDoNotAdministrate) {
  Restart(/*may_administer=*/false);
  Send("SHUTDOWN\ncompact\nSTATS\n");
  const std::string output = TakeOutput();
  EXPECT_EQ(output.substr(0, output.find("keys_in_index")),
            "ERROR: SHUTDOWN is for clients on this machine only\n"
            "ERROR: COMPACT is for clients on this machine only\n");
  EXPECT_EQ(shutdowns_, 0);
  EXPECT_EQ(store_.held_count(), 0u);
  EXPECT_FALSE(session_->finished());
}

TEST_F(SessionTest, TheLastLineNeedsNoEndWhenTheInputEnds) {
  store_.StopHolding();
  Send("PUT a 1\nGET a");
  EXPECT_EQ(TakeOutput(), "OK\n");
  session_->EndInput();
  Turn();
  EXPECT_EQ(TakeOutput(), "VALUE 1\n");
  EXPECT_TRUE(session_->finished());
}

TEST_F(SessionTest, ADrainRunsWholeLinesOnly) {
  Send("PUT a 1\nGET a\nPUT a 2");
  session_->StopInput();
  Turn();
  EXPECT_FALSE(session_->wants_input());
  Settle();
  EXPECT_EQ(TakeOutput(), "OK\nVALUE 1\n");
  EXPECT_TRUE(session_->finished());
}

TEST_F(SessionTest, SizesBeyondTheLimits) {
  store_.StopHolding();
  const std::string long_key(4097, 'k');
  Send("GET " + long_key + "\nPUT " + long_key + " v\nGET " +
       std::string(4096, 'k') + "\n");
  EXPECT_EQ(TakeOutput(),
            "ERROR: key has 4097 bytes, key_bytes_max is 4096\n"
            "ERROR: key has 4097 bytes, key_bytes_max is 4096\nNOT_FOUND\n");
}

TEST_F(SessionTest, AnExhaustedBudgetStopsGrowth) {
  store_.StopHolding();
  BufferBudget::Share others(&budget_);
  others.Set((size_t{1} << 20) + 1);
  // Up to 64 KiB a line needs nobody's permission.
  Send("PUT a " + std::string(30'000, 'x') + "\n");
  EXPECT_EQ(TakeOutput(), "OK\n");
  Send("PUT a " + std::string(200'000, 'y'));
  EXPECT_EQ(TakeOutput(),
            "ERROR: all clients together send too much, try again with this "
            "line\n");
  EXPECT_LE(session_->buffered_bytes(), size_t{70'000});
  Send("rest of that line\nPUT b 1\n");
  EXPECT_EQ(TakeOutput(), "OK\n");
  others.Set(0);
  Send("PUT a " + std::string(200'000, 'y') + "\n");
  EXPECT_EQ(TakeOutput(), "OK\n");
}

TEST_F(SessionTest, AfterAbandonAnswersAreDropped) {
  Send("PUT a 1\nPUT b 2\n");
  session_->Abandon();
  session_ = CountedRef<Session>();
  EXPECT_EQ(destroyed_, 0);  // the callbacks hold it
  std::thread([&] { store_.ReleaseAll(); }).join();
  mailbox_->RunAll();
  EXPECT_EQ(destroyed_, 1);
  Restart(true);
  Send("PUT a 1\n");
  session_->Abandon();
  store_.ReleaseAll();  // on the loop's thread this time
  EXPECT_EQ(TakeOutput(), "");
  EXPECT_EQ(wakes_, 0);
}

}  // namespace
}  // namespace rundlet
