"""Defects in what is read, kept, dropped and shown."""

from defect import (
    CLOCK_JUMP,
    CRASH_SWEEP,
    DAMAGE,
    ENGINE,
    FORMAT,
    HISTORY,
    LAWS,
    LOG,
    POWER_LOSS,
    STEPS,
    TORN_TAIL,
    defect,
)

COMPACTION = "storage/engine/compaction/compaction.cc"
COPY_SOURCE = "storage/engine/compaction/copy_source.cc"
SURVEY = "storage/engine/compaction/compaction_survey.cc"
SUBSETS = "//tests/storage/engine/compaction:compaction_subsets_test"
RECOVERY = "storage/engine/recovery/recovery.cc"
REPLAY = "storage/log/segment_replay.cc"
RECORD = "storage/format/record.cc"
INDEX = "storage/index/index.cc"
READER = "storage/engine/read/store_reader.cc"

DEFECTS = [
    defect(
        "end a transaction at each of its records",
        (POWER_LOSS,),
        "storage/engine/commit/commit_writing.cc",
        "record.ends_transaction = false;",
        "record.ends_transaction = true;",
    ),
    defect(
        "do not check the crc of records",
        (DAMAGE, FORMAT + "record_test"),
        RECORD,
        "const uint32_t have = Crc32(seed, bytes.substr(4, record_bytes - 4));",
        "const uint32_t have =\n"
        "      seed == 1 ? 0 : DecodeFixed<uint32_t>(bytes.data());",
    ),
    defect(
        "let the crc cover the value only",
        (DAMAGE,),
        RECORD,
        "const absl::string_view covered(header + 4, "
        "record.EncodedBytes() - 4);",
        "const absl::string_view covered(\n"
        "      header + kRecordHeaderBytes + record.key.size(),\n"
        "      record.value.size());",
        RECORD,
        "Crc32(seed, bytes.substr(4, record_bytes - 4));",
        "Crc32(\n"
        "      seed,\n"
        "      bytes.substr(\n"
        "          kRecordHeaderBytes +\n"
        "              DecodeFixed<uint16_t>(&bytes[kKeyBytesAt]),\n"
        "          DecodeFixed<uint32_t>(&bytes[kValueBytesAt])));",
    ),
    defect(
        "do not bind checksums to their place",
        (FORMAT + "checksum_test", LOG + "segment_test"),
        "storage/format/checksum.h",
        "return salt ^ static_cast<uint32_t>(offset) ^\n"
        "         static_cast<uint32_t>(offset >> 32);",
        "return salt ^ static_cast<uint32_t>(offset >> 63);",
    ),
    defect(
        "cut below the synced mark",
        (DAMAGE,),
        REPLAY,
        "    tail->mark = std::max(tail->mark, header->synced_bytes);\n",
        "",
        REPLAY,
        "tail.mark = std::max(tail.mark, group.synced_bytes);",
        "if (group.synced_bytes == ~uint64_t{0}) tail.mark = 0;",
    ),
    defect(
        "look for synced marks before the tear only",
        (LOG + "inspect_tail_test",),
        REPLAY,
        "tail.mark = std::max(tail.mark, group.synced_bytes);",
        "if (group.synced_bytes == ~uint64_t{0}) tail.mark = 0;",
    ),
    defect(
        "cut the last record of the tail, too",
        (TORN_TAIL, POWER_LOSS),
        REPLAY,
        "tail->end = location.offset + location.bytes;",
        "tail->end = location.offset;",
    ),
    defect(
        "keep half a transaction of the tail",
        (POWER_LOSS, LOG + "inspect_tail_test"),
        REPLAY,
        "          whole = record.ends_transaction;\n          if (whole) {",
        "          whole = true;\n          if (whole) {",
        REPLAY,
        "  if (!whole) return Damage(segment, offset,",
        "  if (whole && !whole) return Damage(segment, offset,",
    ),
    defect(
        "lose the last group of a recovered tail",
        (POWER_LOSS, CRASH_SWEEP),
        "storage/engine/recovery/tail_copy.cc",
        "if (status.ok() && !group.empty()) status = group.WriteTo(writer);",
        "if (status.ok() && group.empty()) status = absl::OkStatus();",
    ),
    defect(
        "cut the tail of a clean stop",
        (ENGINE + "/recovery:recovery_tail_test",),
        RECOVERY,
        "status = state_.stopped_cleanly ? GoOnCleanly() : GoOnAfterCrash();",
        "state_.clean_stop.reset();\n"
        "  status = segments_ == nullptr ? GoOnCleanly() : GoOnAfterCrash();",
    ),
    defect(
        "write one copy of each MANIFEST edit",
        (DAMAGE,),
        "storage/log/manifest.cc",
        "for (uint8_t copy = 0; copy < 2; ++copy) {",
        "for (uint8_t copy = 0; copy < 1; ++copy) {",
    ),
    defect(
        "stop reading the MANIFEST at the first bad copy",
        (DAMAGE,),
        "storage/log/manifest.cc",
        "      ++at;\n      continue;",
        "      break;",
    ),
    defect(
        "drop a tombstone while an older segment stays",
        (STEPS, SUBSETS, POWER_LOSS, HISTORY),
        COPY_SOURCE,
        "  has_all_deletes_ = delete_inputs_.empty();\n",
        "  delete_inputs_.clear();\n"
        "  has_all_deletes_ = delete_inputs_.empty();\n",
    ),
    defect(
        "unlink an expired segment that shadows an older value",
        (STEPS, SUBSETS),
        COPY_SOURCE,
        "          if (record.type == RecordType::kDelete) {",
        "          if (record.type == RecordType::kDelete &&\n"
        "              !record.expired) {",
    ),
    defect(
        "believe that a segment with dead records hides nothing",
        (STEPS, SUBSETS),
        SURVEY,
        "if (harmless < seal.record_count) hiding_",
        "if (harmless == 0) hiding_",
    ),
    defect(
        "count an older version as one that cannot come back",
        (STEPS,),
        "storage/engine/compaction/live_count.cc",
        "++counts[newest.location.segment_id].newest;",
        "counts[newest.location.segment_id].newest += versions.size();",
    ),
    defect(
        "forget the requests of a step's inputs",
        (STEPS,),
        COMPACTION,
        "          found.push_back(std::move(*request->second));\n",
        "",
    ),
    defect(
        "forget expired records, which shadow older values, when opening",
        (POWER_LOSS,),
        INDEX,
        "if (node->newest().revision >= version.revision) return;",
        "if (node->newest().revision >= version.revision) return;\n"
        "  if (version.expiry_us != 0 &&\n"
        "      version.expiry_us <= version.modified_us) {\n"
        "    return;\n"
        "  }",
    ),
    defect(
        "forget tombstones when opening",
        (POWER_LOSS, HISTORY),
        INDEX,
        "if (node->newest().revision >= version.revision) return;",
        "if (version.deleted) return;\n"
        "  if (node->newest().revision >= version.revision) return;",
    ),
    defect(
        "let the segment read last win, not the higher revision",
        (POWER_LOSS, HISTORY),
        INDEX,
        "if (node->newest().revision >= version.revision) return;",
        "",
    ),
    defect(
        "lead the index to an output without looking at the revision",
        (ENGINE + "/compaction:compaction_online_test",),
        INDEX,
        "if (newest.revision == revision) {",
        "if (newest.revision >= revision) {",
    ),
    defect(
        "compact what is not published yet",
        (ENGINE + "/compaction:compaction_test",),
        SURVEY,
        "segment.seal->revision_max <= visible_ &&",
        "visible_ != ~Revision{0} &&",
    ),
    defect(
        "copy without comparing key and revision",
        (ENGINE + "/compaction:compaction_test",),
        COMPACTION,
        "if (record->key != item.key || record->revision != item.revision) {",
        "if (item.key.empty()) {",
    ),
    defect(
        "compare no key when reading",
        (ENGINE + "/read:record_reader_test",),
        "storage/engine/read/record_reader.cc",
        "if (record.key == key && record.revision",
        "if (!key.empty() && record.revision",
    ),
    defect(
        "believe the cache whatever the location",
        (LOG + "record_cache_test",),
        "storage/log/record_cache.cc",
        "if (found == shard.nodes.end() || "
        "!(found->second->location == location)) {",
        "if (found == shard.nodes.end() || location.bytes == 0) {",
    ),
    defect(
        "delete an expired key without looking at the revision",
        (ENGINE + "/commit:commit_pipeline_test",),
        "storage/engine/commit/commit_pipeline.cc",
        "if (!exists || found.version.revision != revision) continue;",
        "if (!exists || revision == 0) continue;",
    ),
    defect(
        "let versions go that a page still needs",
        (HISTORY, LAWS),
        INDEX,
        "return pin != pins_.end() && pin->first < next;",
        "return pin != pins_.end() && pin->first < next && next == 0;",
    ),
    defect(
        "do not lease the revision of a page",
        (LAWS, HISTORY),
        READER,
        "if (page.ok() && page->more) leases_->Renew(at);",
        "",
    ),
    defect(
        "read a pinned page at the time of now",
        (LAWS,),
        READER,
        "is_pinned ? absl::ToUnixMicros(request.at_time) : "
        "time_->now_us();\n  absl::StatusOr<ScanPage>",
        "time_->now_us();\n  absl::StatusOr<ScanPage>",
    ),
    defect(
        "believe a step of the wall clock",
        (CLOCK_JUMP, ENGINE + ":engine_time_test"),
        "storage/engine/engine_time.h",
        "return start_us_ + absl::ToInt64Microseconds(clock_->Monotonic() - "
        "start_);",
        "return start_us_ * 0 + absl::ToUnixMicros(clock_->Now());",
    ),
    defect(
        "forget engine time over a restart",
        (CLOCK_JUMP, POWER_LOSS),
        "storage/engine/engine_time.h",
        "std::max(absl::ToUnixMicros(clock->Now()), highest_known_us)",
        "absl::ToUnixMicros(clock->Now()) + 0 * highest_known_us",
    ),
    defect(
        "show a key at the moment that it expires",
        (LAWS,),
        "storage/index/version.h",
        "expiry_us <= time_us",
        "expiry_us < time_us",
    ),
    defect(
        "compact segments inside the history window",
        (ENGINE + "/compaction:history_window_test",),
        SURVEY,
        "         kept_.count(id) == 0;",
        "         id != 0;",
    ),
]
