"""Defects in how values are compressed, and made plain again."""

from defect import FORMAT, defect

STORE = "//tests/storage:compressed_store_test"
COMPRESSION = "//tests/storage/compression:"
CODEC = "storage/compression/value_codec.cc"
COMPRESSOR = "storage/compression/value_compressor.cc"

DEFECTS = [
    defect(
        "trust the length that a compressed value says",
        (COMPRESSION + "value_codec_test",),
        CODEC,
        "if (claimed > record.value.size() && "
        "claimed <= kCompressibleBytesMax) {",
        "if (claimed > 0) {",
    ),
    defect(
        "take any zstd value for one without a dictionary",
        (COMPRESSION + "value_codec_test", STORE),
        CODEC,
        "dictionary == nullptr\n          ? ZSTD_decompressDCtx",
        "dictionary == nullptr || id != 0\n          ? ZSTD_decompressDCtx",
    ),
    defect(
        "read a compressed value as it is stored",
        (STORE,),
        "storage/engine/read/record_reader.cc",
        "if (record->compression != Compression::kNone) {",
        "if (record->compression > Compression::kZstd) {",
    ),
    defect(
        "forget on disk that a value is compressed",
        (FORMAT + "record_test", STORE),
        "storage/format/record.cc",
        "header[kCompressionAt] = static_cast<char>(record.compression);",
        "header[kCompressionAt] = 0;",
    ),
    defect(
        "store compressed what does not become shorter",
        (COMPRESSION + "value_compressor_test",),
        COMPRESSOR,
        "return bytes <= WorthwhileBytes(value) ? bytes : 0;",
        "return bytes;",
    ),
    defect(
        "use a dictionary before it is durable",
        (COMPRESSION + "dictionary_trainer_test",),
        "storage/compression/dictionary_trainer.cc",
        "absl::Status added = settings_.install(id, bytes);\n"
        "  if (added.ok()) added = dictionaries_->Add(id, bytes);",
        "absl::Status added = dictionaries_->Add(id, bytes);\n"
        "  if (added.ok()) added = settings_.install(id, bytes);",
    ),
    defect(
        "open a store without its dictionaries",
        (STORE,),
        "storage/engine/recovery/recovery.cc",
        "segments_->KnowDictionaries(state_.dictionaries);",
        "segments_->KnowDictionaries({});",
    ),
    defect(
        "make a backup without dictionaries",
        (STORE,),
        "storage/engine/integrity/backup.cc",
        "  facts.dictionaries = state.dictionaries;\n",
        "",
    ),
    defect(
        "make a repaired store without dictionaries",
        (STORE,),
        "storage/engine/integrity/folder_reader_copying.cc",
        "  facts.dictionaries = state_.dictionaries;\n",
        "",
    ),
    defect(
        "call a record whole whose value cannot be had",
        (STORE,),
        "storage/log/segment_walk.cc",
        "    if (!value.ok()) return value;\n",
        "",
    ),
    defect(
        "lose dictionaries when the MANIFEST is rewritten",
        ("//tests/storage/log:manifest_state_test",),
        "storage/log/manifest_state.cc",
        "    edit.dictionaries.push_back({id, bytes});\n",
        "    if (id == 0) edit.dictionaries.push_back({id, bytes});\n",
    ),
]
