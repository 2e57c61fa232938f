"""Defects in who fills a key, and when a fill is refused."""

from defect import LAWS, defect

FILL = "storage/fill/"
STORE = "//tests/storage/fill:fill_store_test"
ORDER = "//tests/storage/fill:fill_order_test"
RACE = "//tests/storage/fill:fill_race_test"

DEFECTS = [
    defect(
        "ask for the lease before a fill has its place",
        (ORDER,),
        FILL + "fill_store.cc",
        "  transaction.last_check = [this, key, token] {\n"
        "    return table_.Use(key, token, clock_->Monotonic());\n"
        "  };\n",
        "  const auto use = table_.Use(key, token, clock_->Monotonic());\n"
        "  if (!use.ok()) return done(use);\n",
    ),
    defect(
        "ask no transaction whether it may have its place",
        (LAWS, RACE),
        "storage/engine/commit/commit_planning.cc",
        "    return transaction->last_check();\n",
        "    return admitted;\n",
    ),
    defect(
        "fill a key that has a value",
        (ORDER,),
        FILL + "fill_store.cc",
        "  transaction.conditions.push_back(Condition::Missing(key));\n",
        "",
    ),
    defect(
        "let a delete leave the lease",
        (ORDER, RACE),
        FILL + "fill_table.cc",
        "if (std::holds_alternative<GetOperation>(operation)) continue;",
        "if (!std::holds_alternative<PutOperation>(operation)) continue;",
    ),
    defect(
        "give a lease by the first miss",
        (ORDER,),
        FILL + "fill_store.cc",
        "  const bool absent = found.ok() && !found->entries[0].has_value();",
        "  found = get->Miss().read;\n  const bool absent = found.ok();",
    ),
    defect(
        "let who waits go on waiting when the holder is lost",
        (STORE,),
        FILL + "fill_table.cc",
        "      DropHolder(place);\n      PassOn(at, &steps);\n",
        "      DropHolder(place);\n",
    ),
    defect(
        "fill with a lease whose time is over",
        (STORE,),
        FILL + "fill_table.cc",
        "if (at == places_.end() || at->second.holder->end <= now) return",
        "if (at == places_.end() || now < absl::ZeroDuration()) return",
    ),
    defect(
        "give a lease to who has gone",
        (STORE,),
        FILL + "fill_store.cc",
        "  Do(table_.NotFilled(get->key(), token, /*give_up=*/true));\n",
        "",
        FILL + "fill_table.cc",
        "  if (get->answered()) {\n",
        "  if (get->answered() && probe_again) {\n",
    ),
]
