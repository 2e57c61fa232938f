"""Defects that only show if threads come to their points in a certain order."""

from defect import ENGINE_FOLDER, INTERLEAVING, defect

DEFECTS = [
    defect(
        "pass over what was compacted while history was looked for",
        (INTERLEAVING,),
        ENGINE_FOLDER + "watch/log_history.cc",
        "      is_whole = segment != nullptr;\n"
        "      if (!is_whole) break;  // compacted since\n",
        "      if (segment == nullptr) continue;\n",
        config="tsan",
    ),
    defect(
        "take a record that moved while it was backed up for lost",
        (INTERLEAVING,),
        ENGINE_FOLDER + "integrity/backup.cc",
        "      version = *again[0];\n      continue;\n",
        "      return absl::DataLossError(key);\n",
        config="tsan",
    ),
    defect(
        "take a record that moved while it was read for lost",
        (INTERLEAVING,),
        ENGINE_FOLDER + "read/store_reader.cc",
        "    if (!*found) return std::nullopt;\n",
        "    if (!*found) return absl::DataLossError(key);\n",
        config="tsan",
    ),
    defect(
        "remove the inputs before the index is led to the outputs",
        (INTERLEAVING,),
        ENGINE_FOLDER + "compaction/compaction.cc",
        "  status = LeadIndexToOutputs();\n",
        "  environment_.segments->Remove(inputs_.segment_ids);\n"
        "  status = LeadIndexToOutputs();\n",
        config="tsan",
    ),
]
