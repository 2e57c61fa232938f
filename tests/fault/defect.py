"""What a deliberate defect is: edits of the code, and who has to notice."""

from typing import NamedTuple

POWER_LOSS = "//tests/fault:power_loss_test"
IO_ERROR = "//tests/fault:io_error_test"
CRASH_SWEEP = "//tests/fault:crash_sweep_test"
DAMAGE = "//tests/fault:damage_test"
TORN_TAIL = "//tests/fault:torn_tail_test"
CLOCK_JUMP = "//tests/fault:clock_jump_test"
LOST_EDIT = "//tests/fault:lost_edit_test"
LOCK = "//tests/fault:lock_test"
HISTORY = "//tests/conformance:random_history_test"
STEPS = "//tests/storage/engine/compaction:compaction_step_test"
WATCH_HISTORY = "//tests/fault:watch_history_test"
LAWS = "//tests/conformance:engine_test"
INTERLEAVING = "//tests/fault:interleaving_test"
ENGINE = "//tests/storage/engine"
ENGINE_FOLDER = "storage/engine/"
LOG = "//tests/storage/log:"
FORMAT = "//tests/storage/format:"

# Tests of tests/linearizability, against the server.
HISTORIES = "tests/linearizability:"
KEYS = HISTORIES + "TestKeysAreLinearizable"
TRANSACTIONS = HISTORIES + "TestTransactionsHaveOneOrder"
ADDS = HISTORIES + "TestAddsHappenExactlyOnce"


class Edit(NamedTuple):
    """`text` stands in the file once, and becomes `instead`."""

    file: str
    text: str
    instead: str


class Defect(NamedTuple):
    name: str
    tests: tuple[str, ...]  # each of them has to fail
    edits: tuple[Edit, ...]
    config: str = ""  # in which they do; empty: the usual one


def defect(
    name: str, tests: tuple[str, ...], *edits: str, config: str = ""
) -> Defect:
    """`edits`: file, text, instead; file, text, instead; ..."""
    triples = zip(edits[::3], edits[1::3], edits[2::3], strict=True)
    return Defect(
        name, tests, tuple(Edit(*triple) for triple in triples), config
    )
