#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "leveldb/cache.h"
#include "leveldb/db.h"
#include "leveldb/filter_policy.h"
#include "leveldb/options.h"
#include "leveldb/write_batch.h"
#include "tests/bench/engine/engine.h"

namespace rundlet {
namespace {

leveldb::Slice SliceOf(absl::string_view text) {
  return {text.data(), text.size()};
}

absl::string_view ViewOf(const leveldb::Slice& slice) {
  return {slice.data(), slice.size()};
}

absl::Status StatusOf(const leveldb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("leveldb: ", status.ToString()));
}

class LeveldbEngine final : public Engine {
 public:
  explicit LeveldbEngine(const EngineSettings& settings)
      : cache_(leveldb::NewLRUCache(size_t{2} << 30)),
        filter_(leveldb::NewBloomFilterPolicy(10)) {
    options_.create_if_missing = true;
    options_.compression = leveldb::kNoCompression;
    options_.write_buffer_size = size_t{64} << 20;
    options_.block_cache = cache_.get();
    options_.filter_policy = filter_.get();
    if (settings.segment_bytes != 0) {
      options_.max_file_size = settings.segment_bytes;
    }
  }

  absl::Status Open(const std::string& path) {
    leveldb::DB* db = nullptr;
    const leveldb::Status status = leveldb::DB::Open(options_, path, &db);
    db_.reset(db);
    return StatusOf(status);
  }

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    return StatusOf(
        db_->Put(leveldb::WriteOptions(), SliceOf(key), SliceOf(value)));
  }

  absl::Status PutTransaction(absl::Span<const Row> rows) override {
    leveldb::WriteBatch batch;
    for (const Row& row : rows) batch.Put(row.key, SliceOf(row.value));
    return StatusOf(db_->Write(leveldb::WriteOptions(), &batch));
  }

  absl::Status PutDurably(absl::string_view key,
                          absl::string_view value) override {
    leveldb::WriteOptions options;
    options.sync = true;
    return StatusOf(db_->Put(options, SliceOf(key), SliceOf(value)));
  }

  absl::StatusOr<bool> Get(absl::string_view key, std::string* value) override {
    const leveldb::Status status =
        db_->Get(leveldb::ReadOptions(), SliceOf(key), value);
    if (status.IsNotFound()) return false;
    if (!status.ok()) return StatusOf(status);
    return true;
  }

  absl::Status Scan(absl::string_view prefix, Visit visit) override {
    const std::unique_ptr<leveldb::Iterator> it(
        db_->NewIterator(leveldb::ReadOptions()));
    for (it->Seek(SliceOf(prefix));
         it->Valid() && it->key().starts_with(SliceOf(prefix)); it->Next()) {
      visit(ViewOf(it->key()), ViewOf(it->value()));
    }
    return StatusOf(it->status());
  }

  absl::Status Settle() override {
    db_->CompactRange(nullptr, nullptr);
    return absl::OkStatus();
  }

 private:
  // The database uses them until it is closed.
  const std::unique_ptr<leveldb::Cache> cache_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;
  leveldb::Options options_;
  std::unique_ptr<leveldb::DB> db_;
};

absl::StatusOr<std::unique_ptr<Engine>> OpenLeveldb(
    const EngineSettings& settings) {
  auto engine = std::make_unique<LeveldbEngine>(settings);
  absl::Status opened = engine->Open(settings.path);
  if (!opened.ok()) return opened;
  return engine;
}

}  // namespace

EngineKind LeveldbKind() {
  return {"leveldb",
          "no compression, 10-bit filters, 2 GiB block cache, a memtable of "
          "64 MiB",
          &OpenLeveldb};
}

}  // namespace rundlet
