"""Defects in how large values are written, read and collected."""

from defect import defect

LARGE = "storage/large/"
UPLOAD = "//tests/storage/large:large_upload_test"
READER = "//tests/storage/large:large_reader_test"
COLLECTOR = "//tests/storage/large:large_collector_test"
STORE = "//tests/storage/large:large_store_test"

DEFECTS = [
    defect(
        "read chunks at the newest revision",
        (READER,),
        LARGE + "large_reader.cc",
        "  read.at = request_.at;\n"
        "  read.at_time = request_.at_time;\n"
        "  read.fill_cache",
        "  read.fill_cache",
    ),
    defect(
        "compare no checksum of the whole value",
        (READER,),
        LARGE + "large_reader.cc",
        "if (position_ == large_->bytes && crc32_ != large_->crc32) {",
        "if (position_ > large_->bytes) {",
    ),
    defect(
        "renew no lease while a value is read",
        (READER,),
        LARGE + "large_reader.cc",
        "now - renewed_ < chunks_->store->limits().snapshot_lease / 2;",
        "now >= renewed_;",
    ),
    defect(
        "commit a large value before its last chunks are written",
        (UPLOAD,),
        LARGE + "large_upload.cc",
        "if (is_ending && in_flight_ == 0 && !HasChunk()) return TakeEnd();",
        "if (is_ending && !HasChunk()) return TakeEnd();",
    ),
    defect(
        "leave the chunks of an upload that was refused",
        (UPLOAD,),
        LARGE + "large_upload.cc",
        "const bool is_there = receipt.ok() && !receipt->replayed &&",
        "const bool is_there = receipt.ok() ||",
    ),
    defect(
        "tell repeats of an upload by its id",
        (UPLOAD,),
        "storage/engine/requests/receipt_codec.cc",
        "value.kind == ValueKind::kLarge ?",
        "value.kind == ValueKind::kJson && value.bytes.empty() ?",
    ),
    defect(
        "collect the chunks of uploads under way",
        (COLLECTOR,),
        LARGE + "large_collector.cc",
        "      if (chunks_->running.Has(upload_id)) continue;\n",
        "",
    ),
    defect(
        "keep chunks that another upload of their key has replaced",
        (COLLECTOR,),
        LARGE + "large_collector.cc",
        "return large.ok() && large->upload_id == upload_id;",
        "return large.ok() && !upload_id.empty();",
    ),
    defect(
        "show chunks to clients that list",
        (STORE,),
        LARGE + "large_store.cc",
        "  LeaveOutLargeKeys(&request.range);\n",
        "",
    ),
]
