"""Defects of the server above the engine: what clients are told, and when."""

from defect import ADDS, KEYS, TRANSACTIONS, defect

GRPC = "service/grpc/"
GATEWAY = "service/gateway/"
CALLS = "//tests/service/grpc:key_value_service_test"
SESSION = "//tests/service/gateway:session_test"

DEFECTS = [
    defect(
        "acknowledge what only memory has",
        (KEYS,),
        GRPC + "write_fields.h",
        "transaction->durability = *durability;",
        "transaction->durability = *durability == Durability::kDefault\n"
        "      ? Durability::kMemory : *durability;",
    ),
    defect(
        "answer a write of a stream before it is committed",
        (KEYS, TRANSACTIONS),
        GRPC + "pipeline_operations.cc",
        "  ReadWanted();\n  Hold(std::move(write->transaction), [batch",
        "  ReadWanted();\n"
        "  Receipt early;\n"
        "  early.branch = Receipt::Branch::kOperations;\n"
        "  early.results.resize(write->transaction.operations.size());\n"
        "  early.revision = environment_.store->Stats().visible_revision + 1;\n"
        "  early.read_revision = early.revision;\n"
        "  Answer(id, Done::kNone, [&](v1::PipelineAnswer* answer) {\n"
        "    return Encode(early, write->notes, (answer->*response)());\n"
        "  });\n"
        "  return Hold(std::move(write->transaction),\n"
        "              [batch = batch_](absl::StatusOr<Receipt>) {\n"
        "                const absl::MutexLock lock(&batch->stream->mutex_);\n"
        "                --batch->stream->commits_;\n"
        "              });\n"
        "  Hold(std::move(write->transaction), [batch",
    ),
    defect(
        "let the reads of a stream pass its writes",
        (KEYS,),
        GRPC + "pipeline_operations.cc",
        "if (held_.has_value() || writes_on_their_way_) {",
        "if (held_.has_value() && wanted_.size() > kWantedMax) {",
    ),
    defect(
        "keep the first write of a message until its end",
        (KEYS,),
        GRPC + "pipeline_operations.cc",
        "  LetGo(/*more=*/true);\n  {",
        "  {",
        GRPC + "pipeline_operations.cc",
        "  held_.emplace(Held{std::move(transaction), std::move(done)});",
        "  if (held_.has_value()) {\n"
        "    return environment_.store->Commit(std::move(transaction),\n"
        "                                      std::move(done));\n"
        "  }\n"
        "  held_.emplace(Held{std::move(transaction), std::move(done)});",
    ),
    defect(
        "mix up the answers to the reads of a stream",
        (KEYS,),
        GRPC + "pipeline_operations.cc",
        "std::move(result->entries[i])",
        "std::move(result->entries[wanted.size() - 1 - i])",
    ),
    defect(
        "forget the request id of a write of a stream",
        (ADDS,),
        GRPC + "pipeline_operations.cc",
        "  ReadWanted();\n  Hold(std::move(write->transaction), [batch",
        "  ReadWanted();\n"
        "  write->transaction.request.reset();\n"
        "  Hold(std::move(write->transaction), [batch",
    ),
    defect(
        "commit a write again without its id",
        (ADDS,),
        GRPC + "key_value_service.cc",
        "    admission_->Commit(std::move(write->transaction), "
        "std::move(caller),\n",
        "    Transaction again = write->transaction;\n"
        "    again.request.reset();\n"
        "    store_->Commit(std::move(again),\n"
        "                   [](absl::StatusOr<Receipt>) {});\n"
        "    admission_->Commit(std::move(write->transaction), "
        "std::move(caller),\n",
    ),
    defect(
        "tell the answer to a repeat as a first one",
        (ADDS,),
        GRPC + "write_fields.h",
        "proto->set_replayed(receipt.replayed);",
        "proto->set_replayed(receipt.replayed && receipt.revision == 0);",
    ),
    defect(
        "look at no conditions if there is an otherwise",
        (TRANSACTIONS,),
        GRPC + "commit_codec.cc",
        "    transaction.has_otherwise = true;\n",
        "    transaction.has_otherwise = true;\n"
        "    transaction.conditions.clear();\n",
    ),
    defect(
        "say that operations applied when otherwise did",
        (TRANSACTIONS,),
        GRPC + "transaction_codec.cc",
        "proto->set_branch(receipt.branch == Receipt::Branch::kOtherwise",
        "proto->set_branch(receipt.branch == Receipt::Branch::kNone",
    ),
    defect(
        "read the pages of a list at the newest revision",
        (TRANSACTIONS,),
        GRPC + "range_codec.cc",
        "  range.scan.at = token->read_revision;\n"
        "  range.scan.at_time = token->read_time;\n",
        "",
    ),
    defect(
        "show the newest revision to who scans a snapshot",
        (TRANSACTIONS,),
        GRPC + "range_codec.cc",
        "    if (!status.ok()) return status;\n    return range;\n",
        "    if (!status.ok()) return status;\n"
        "    range.scan.at = 0;\n"
        "    range.scan.at_time = absl::Time();\n"
        "    return range;\n",
    ),
    defect(
        "read below the revision that is asked for at least",
        (CALLS,),
        GRPC + "read_codec.cc",
        "  decoded->read.not_before = proto.min_revision();\n",
        "",
    ),
    defect(
        "let a text client's reads pass its writes",
        (SESSION,),
        GATEWAY + "session.cc",
        "return in_flight_count_ == 0;",
        "return !alone_;",
    ),
]
