#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "tests/bench/engine/engine.h"

namespace rundlet {
namespace {

rocksdb::Slice SliceOf(absl::string_view text) {
  return {text.data(), text.size()};
}

absl::string_view ViewOf(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

absl::Status StatusOf(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("rocksdb: ", status.ToString()));
}

class RocksdbEngine final : public Engine {
 public:
  explicit RocksdbEngine(std::unique_ptr<rocksdb::DB> db)
      : db_(std::move(db)) {}

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    return StatusOf(
        db_->Put(rocksdb::WriteOptions(), SliceOf(key), SliceOf(value)));
  }

  absl::Status PutTransaction(absl::Span<const Row> rows) override {
    rocksdb::WriteBatch batch;
    for (const Row& row : rows) {
      absl::Status put = StatusOf(batch.Put(row.key, SliceOf(row.value)));
      if (!put.ok()) return put;
    }
    return StatusOf(db_->Write(rocksdb::WriteOptions(), &batch));
  }

  absl::Status PutDurably(absl::string_view key,
                          absl::string_view value) override {
    rocksdb::WriteOptions options;
    options.sync = true;
    return StatusOf(db_->Put(options, SliceOf(key), SliceOf(value)));
  }

  absl::StatusOr<bool> Get(absl::string_view key, std::string* value) override {
    const rocksdb::Status status =
        db_->Get(rocksdb::ReadOptions(), SliceOf(key), value);
    if (status.IsNotFound()) return false;
    if (!status.ok()) return StatusOf(status);
    return true;
  }

  absl::Status GetMany(absl::Span<const std::string> keys,
                       std::vector<std::string>* values) override {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    for (const rocksdb::Status& status :
         db_->MultiGet(rocksdb::ReadOptions(), slices, values)) {
      if (!status.ok()) return StatusOf(status);
    }
    return absl::OkStatus();
  }

  absl::Status Scan(absl::string_view prefix, Visit visit) override {
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(SliceOf(prefix));
         it->Valid() && it->key().starts_with(SliceOf(prefix)); it->Next()) {
      visit(ViewOf(it->key()), ViewOf(it->value()));
    }
    return StatusOf(it->status());
  }

  absl::Status Settle() override {
    rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
    if (!status.ok()) return StatusOf(status);
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForce;
    return StatusOf(db_->CompactRange(options, nullptr, nullptr));
  }

 private:
  const std::unique_ptr<rocksdb::DB> db_;
};

absl::StatusOr<std::unique_ptr<Engine>> OpenRocksdb(
    const EngineSettings& settings) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(uint64_t{2} << 30);
  table.data_block_index_type =
      rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = uint64_t{64} << 20;
  options.max_write_buffer_number = 4;
  options.recycle_log_file_num = 4;
  if (settings.segment_bytes != 0) {
    options.target_file_size_base = settings.segment_bytes;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, settings.path, &db);
  if (!status.ok()) return StatusOf(status);
  return std::make_unique<RocksdbEngine>(std::unique_ptr<rocksdb::DB>(db));
}

}  // namespace

EngineKind RocksdbKind() {
  return {"rocksdb",
          "no compression, 10-bit filters, 2 GiB block cache, hash index in "
          "data blocks, 4 memtables of 64 MiB, recycled logs",
          &OpenRocksdb};
}

}  // namespace rundlet
