// Goal: a source becomes part of the store as a whole or not at all, behind all
// that was committed before it and durably with it (P2); nobody else writes
// meanwhile.
// Method: sources from vectors, good and bad, with each call failing in turn,
// and a store opened again behind each.

#include "storage/engine/ingest.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

std::vector<Entry> EntriesOf(const std::vector<std::string>& keys) {
  std::vector<Entry> entries;
  for (const std::string& key : keys) {
    Entry entry;
    entry.key = key;
    entry.value = Value::Json(absl::StrCat("\"", key, "\""));
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Calls back before it gives its first entry.
class BusySource : public VectorSource {
 public:
  BusySource(std::vector<Entry> entries, std::function<void()> meanwhile)
      : VectorSource("busy", std::move(entries)),
        meanwhile_(std::move(meanwhile)) {}

  absl::StatusOr<bool> Next(Entry* entry) override {
    if (meanwhile_) std::exchange(meanwhile_, nullptr)();
    return VectorSource::Next(entry);
  }

 private:
  std::function<void()> meanwhile_;
};

// Says another number of entries than it gives.
class LyingSource : public VectorSource {
 public:
  LyingSource(std::vector<Entry> entries, uint64_t entry_count)
      : VectorSource("lying", std::move(entries)), entry_count_(entry_count) {}

  uint64_t entry_count() const override { return entry_count_; }

 private:
  const uint64_t entry_count_;
};

class IngestTest : public PipelineFixture {
 protected:
  IngestTest() { Start(); }

  absl::StatusOr<IngestReport> Load(EntrySource& source) {
    Ingest ingest({engine_->options.file_system, engine_->options.path,
                   engine_->options.segment_bytes, &engine_->options.limits,
                   engine_->recovered.manifest.get(), &engine_->segments,
                   &engine_->index, engine_->log.get(), &pipeline()});
    absl::StatusOr<IngestReport> report =
        ingest.Run(source, engine_->time->now_us());
    must_stop_ = ingest.must_stop();
    return report;
  }
  absl::StatusOr<IngestReport> LoadKeys(const std::string& label,
                                        const std::vector<std::string>& keys) {
    VectorSource source(label, EntriesOf(keys));
    return Load(source);
  }
  // The store is as before, and goes on.
  void ExpectUnchanged(absl::Status status, absl::StatusCode code) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_FALSE(must_stop_);
    EXPECT_EQ(engine_->index.usage().keys, 0u);
    const auto names = disk_.ListDirectory(kEngineFolder);
    ASSERT_TRUE(names.ok()) << names.status();
    for (const std::string& name : *names) {
      EXPECT_EQ(name.find(".base"), std::string::npos) << name;
    }
    EXPECT_TRUE(engine_->recovered.manifest->state().ingested.empty());
    EXPECT_TRUE(Put("probe", "v", Durability::kDisk).Get().ok());
    EXPECT_TRUE(engine_->Commit(DeleteTransaction("probe", Durability::kDisk))
                    .Get()
                    .ok());
  }

  bool must_stop_ = false;
};

TEST_F(IngestTest, EveryEntryBecomesTheNewestVersionOfItsKey) {
  Put("b", "old", Durability::kOs);
  const auto report = LoadKeys("first", {"a", "b", "c"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->entry_count, 3u);
  EXPECT_EQ(report->first_revision, 2u);
  EXPECT_EQ(report->last_revision, 4u);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(engine_->Read("b"), "\"b\"");
    const Version version = *engine_->index.Find("b");
    EXPECT_EQ(version.revision, 3u);
    EXPECT_EQ(version.create_revision, 3u);
    EXPECT_EQ(version.version, 1u);
    EXPECT_EQ(version.kind, ValueKind::kJson);
    EXPECT_GE(engine_->index.visible(), 4u);
    Start();
  }
}

TEST_F(IngestTest, ExpiriesAreKept) {
  std::vector<Entry> entries = EntriesOf({"k"});
  entries[0].expiry = absl::FromUnixMicros(77) + absl::Nanoseconds(1);
  VectorSource source("expiry", entries);
  ASSERT_TRUE(Load(source).ok());
  EXPECT_EQ(engine_->index.Find("k")->expiry_us, 78);
}

TEST_F(IngestTest, CommitsGoOnBehindIt) {
  ASSERT_TRUE(LoadKeys("first", {"a", "b"}).ok());
  const Answer next = Put("a", "new", Durability::kDisk);
  EXPECT_EQ(next.Get()->revision, 3u);
  EXPECT_EQ(engine_->index.Find("a")->version, 2u);
  Start();
  EXPECT_EQ(engine_->Read("a"), "new");
  EXPECT_EQ(engine_->Read("b"), "\"b\"");
}

TEST_F(IngestTest, ALabelIsTakenOnce) {
  ASSERT_TRUE(LoadKeys("first", {"a"}).ok());
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(LoadKeys("first", {"b"}).status().code(),
              absl::StatusCode::kAlreadyExists);
    Start();
  }
  EXPECT_EQ(engine_->Read("b"), "-");
  EXPECT_TRUE(LoadKeys("second", {"b"}).ok());
}

TEST_F(IngestTest, NoEntriesAreAnIngestToo) {
  Put("a", "1", Durability::kOs);
  const auto report = LoadKeys("empty", {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->first_revision, 0u);
  EXPECT_EQ(report->last_revision, 0u);
  EXPECT_EQ(Put("a", "2", Durability::kDisk).Get()->revision, 2u);
  EXPECT_FALSE(LoadKeys("empty", {}).ok());
}

TEST_F(IngestTest, BadSourcesChangeNothing) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  ExpectUnchanged(LoadKeys("", {"a"}).status(), invalid);
  ExpectUnchanged(LoadKeys(std::string(257, 'l'), {"a"}).status(), invalid);
  ExpectUnchanged(LoadKeys("unsorted", {"b", "a"}).status(), invalid);
  ExpectUnchanged(LoadKeys("twice", {"a", "a"}).status(), invalid);
  ExpectUnchanged(LoadKeys("empty key", {""}).status(), invalid);
  ExpectUnchanged(LoadKeys("long", {std::string(4097, 'k')}).status(), invalid);
  std::vector<Entry> large = EntriesOf({"a"});
  large[0].value.bytes.assign((1 << 20) + 1, 'v');
  VectorSource too_large("large", large);
  ExpectUnchanged(Load(too_large).status(), invalid);
  LyingSource more(EntriesOf({"a", "b"}), 3);
  ExpectUnchanged(Load(more).status(), invalid);
  LyingSource fewer(EntriesOf({"a", "b"}), 1);
  ExpectUnchanged(Load(fewer).status(), invalid);
  VectorSource broken("broken", EntriesOf({"a", "b"}));
  broken.FailAt(1);
  ExpectUnchanged(Load(broken).status(), absl::StatusCode::kDataLoss);
}

TEST_F(IngestTest, WhatWasCommittedBeforeIsAsDurable) {
  Put("memory", "1", Durability::kMemory);
  PutMore("held", "2", Durability::kOs);
  ASSERT_TRUE(LoadKeys("first", {"a"}).ok());
  EXPECT_EQ(pipeline().counts().durable_revision, 3u);
  EXPECT_EQ(pipeline().counts().pending_bytes, 0u);
  SeededRandom random(TestSeed());
  disk_.PowerOff();
  engine_.reset();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  Start();
  EXPECT_EQ(engine_->Read("memory"), "1");
  EXPECT_EQ(engine_->Read("held"), "2");
  EXPECT_EQ(engine_->Read("a"), "\"a\"");
}

TEST_F(IngestTest, NobodyElseWritesMeanwhile) {
  Put("expired", "1", Durability::kOs);
  BusySource source(EntriesOf({"a", "b"}), [this] {
    for (const auto durability : {Durability::kMemory, Durability::kDisk}) {
      const Answer refused = Put("a", "meanwhile", durability);
      EXPECT_EQ(refused.Get().status().code(), absl::StatusCode::kUnavailable);
    }
    EXPECT_EQ(pipeline().DeleteExpired({{"expired", 1}}), 0u);
    EXPECT_EQ(pipeline().Seal().code(), absl::StatusCode::kUnavailable);
  });
  ASSERT_TRUE(Load(source).ok());
  EXPECT_EQ(engine_->Read("a"), "\"a\"");
  EXPECT_EQ(pipeline().DeleteExpired({{"expired", 1}}), 1u);
}

TEST_F(IngestTest, ItsRevisionsAreBelowTheCeiling) {
  options_.revision_block = 1;
  StartAnew();
  ASSERT_TRUE(LoadKeys("first", {"a", "b", "c"}).ok());
  EXPECT_GE(engine_->recovered.manifest->state().revision_ceiling, 3u);
  Start();
  EXPECT_GT(Put("a", "1", Durability::kDisk).Get()->revision, 3u);
  EXPECT_EQ(engine_->recovered.manifest->state().floor, 4u);
}

TEST_F(IngestTest, LargeOnesTakeManySegments) {
  options_.segment_bytes = 500;
  StartAnew();
  std::vector<std::string> keys;
  for (int i = 100; i < 150; ++i) keys.push_back(absl::StrCat(i));
  ASSERT_TRUE(LoadKeys("many", keys).ok());
  EXPECT_GT(engine_->segments.All().size(), 5u);
  Start();
  for (const std::string& key : keys) {
    EXPECT_EQ(engine_->Read(key), absl::StrCat("\"", key, "\""));
  }
}

class FailingIngestTest : public IngestTest,
                          public ::testing::WithParamInterface<absl::Status> {};

TEST_P(FailingIngestTest, LeavesAllOrNothing) {
  bool loaded = false;
  for (uint64_t nth = 1; !loaded; ++nth) {
    StartAnew();
    ASSERT_TRUE(Put("before", "1", Durability::kDisk).Get().ok());
    faulty_.FailCall({std::nullopt, nth, GetParam()});
    const absl::Status status = LoadKeys("label", {"a", "b"}).status();
    loaded = status.ok();
    faulty_.Heal();
    // What the disk may have is not called refused.
    if (!loaded) {
      EXPECT_EQ(absl::IsUnknown(status), must_stop_) << status;
    }
    const bool listed =
        engine_->recovered.manifest->state().ingested.count("label") > 0;
    if (!loaded && !must_stop_) {
      EXPECT_FALSE(listed);
      EXPECT_EQ(engine_->Read("a"), "-");
      EXPECT_TRUE(LoadKeys("label", {"a", "b"}).ok()) << "at call " << nth;
    }
    Start();
    EXPECT_EQ(engine_->Read("before"), "1") << "at call " << nth;
    EXPECT_EQ(engine_->Read("a") == "-", engine_->Read("b") == "-");
    ASSERT_LT(nth, 100u);
  }
  EXPECT_EQ(engine_->Read("b"), "\"b\"");
}

INSTANTIATE_TEST_SUITE_P(
    Errors, FailingIngestTest,
    ::testing::Values(absl::ResourceExhaustedError("no room"),
                      absl::UnknownError("EIO")),
    [](const auto& info) {
      return absl::StatusCodeToString(info.param.code()) == "UNKNOWN"
                 ? "Eio"
                 : "NoRoom";
    });

}  // namespace
}  // namespace rundlet
