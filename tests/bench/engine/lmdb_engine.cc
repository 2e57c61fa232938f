#include <lmdb.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/bench/engine/engine.h"

namespace rundlet {
namespace {

constexpr size_t kMapBytes = size_t{64} << 30;  // address space, no more

MDB_val ValOf(absl::string_view text) {
  return {text.size(), const_cast<char*>(text.data())};
}

absl::string_view ViewOf(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

absl::Status StatusOf(int error) {
  if (error == MDB_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("lmdb: ", mdb_strerror(error)));
}

// One reading transaction a thread, renewed for each read, as its manual says.
class ThreadReader {
 public:
  ~ThreadReader() { End(); }

  int Begin(MDB_env* env) {
    if (env_ == env) return mdb_txn_renew(txn_);
    End();
    env_ = env;
    return mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_);
  }
  void Reset() { mdb_txn_reset(txn_); }
  void End() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    txn_ = nullptr;
    env_ = nullptr;
  }
  MDB_txn* txn() const { return txn_; }

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

ThreadReader& Reader() {
  thread_local ThreadReader reader;
  return reader;
}

class LmdbEngine final : public Engine {
 public:
  // The environment that syncs each commit is the same file without NOSYNC;
  // flags of a whole environment are all that LMDB has.
  ~LmdbEngine() override {
    Reader().End();
    if (env_ != nullptr) mdb_env_close(env_);
  }

  absl::Status Open(const EngineSettings& settings) {
    std::filesystem::create_directories(settings.path);
    int error = mdb_env_create(&env_);
    if (error == 0) error = mdb_env_set_mapsize(env_, kMapBytes);
    if (error == 0) {
      error = mdb_env_open(env_, settings.path.c_str(),
                           MDB_WRITEMAP | MDB_NOSYNC | MDB_NORDAHEAD, 0644);
    }
    MDB_txn* txn = nullptr;
    if (error == 0) error = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (error == 0) error = mdb_dbi_open(txn, nullptr, 0, &table_);
    if (error == 0) error = mdb_txn_commit(txn);
    return StatusOf(error);
  }

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    const Row row = {std::string(key), value};
    return PutTransaction({&row, 1});
  }

  absl::Status PutTransaction(absl::Span<const Row> rows) override {
    MDB_txn* txn = nullptr;
    int error = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (error != 0) return StatusOf(error);
    for (const Row& row : rows) {
      MDB_val key = ValOf(row.key);
      MDB_val value = ValOf(row.value);
      error = mdb_put(txn, table_, &key, &value, 0);
      if (error != 0) {
        mdb_txn_abort(txn);
        return StatusOf(error);
      }
    }
    return StatusOf(mdb_txn_commit(txn));
  }

  absl::Status PutDurably(absl::string_view key,
                          absl::string_view value) override {
    absl::Status put = Put(key, value);
    if (!put.ok()) return put;
    return StatusOf(mdb_env_sync(env_, 1));
  }

  absl::StatusOr<bool> Get(absl::string_view key, std::string* value) override {
    ThreadReader& reader = Reader();
    int error = reader.Begin(env_);
    if (error != 0) return StatusOf(error);
    MDB_val wanted = ValOf(key);
    MDB_val found;
    error = mdb_get(reader.txn(), table_, &wanted, &found);
    if (error == 0) value->assign(ViewOf(found).data(), found.mv_size);
    reader.Reset();
    if (error == MDB_NOTFOUND) return false;
    if (error != 0) return StatusOf(error);
    return true;
  }

  absl::Status Scan(absl::string_view prefix, Visit visit) override {
    ThreadReader& reader = Reader();
    int error = reader.Begin(env_);
    if (error != 0) return StatusOf(error);
    const absl::Cleanup reset = [&reader] { reader.Reset(); };
    MDB_cursor* cursor = nullptr;
    error = mdb_cursor_open(reader.txn(), table_, &cursor);
    if (error != 0) return StatusOf(error);
    const absl::Cleanup close = [cursor] { mdb_cursor_close(cursor); };
    MDB_val key = ValOf(prefix);
    MDB_val value;
    MDB_cursor_op next = prefix.empty() ? MDB_FIRST : MDB_SET_RANGE;
    while ((error = mdb_cursor_get(cursor, &key, &value, next)) == 0 &&
           absl::StartsWith(ViewOf(key), prefix)) {
      visit(ViewOf(key), ViewOf(value));
      next = MDB_NEXT;
    }
    return error == MDB_NOTFOUND ? absl::OkStatus() : StatusOf(error);
  }

  absl::Status Settle() override { return absl::OkStatus(); }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
};

absl::StatusOr<std::unique_ptr<Engine>> OpenLmdb(
    const EngineSettings& settings) {
  auto engine = std::make_unique<LmdbEngine>();
  absl::Status opened = engine->Open(settings);
  if (!opened.ok()) return opened;
  return engine;
}

}  // namespace

EngineKind LmdbKind() {
  return {"lmdb",
          "WRITEMAP, NOSYNC (a sync of its own for durable puts), "
          "NORDAHEAD, one transaction a put, a renewed reader a thread",
          &OpenLmdb};
}

}  // namespace rundlet
