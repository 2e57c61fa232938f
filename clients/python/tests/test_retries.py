"""Goal: reads are repeated while the server is unavailable, writes never, and
a scan goes on behind what it has seen.

Method: a scripted server fails and counts.
"""

import threading

import grpc
import pytest
import rundlet
from rundlet.v1 import limits_pb2, range_pb2, read_pb2, stats_pb2
from scripted_server import Failure, end_of_call, failure

DRAINING = failure("UNAVAILABLE", "DRAINING")

READS = [
    (lambda db: db.get("k"), read_pb2.GetResponse()),
    (lambda db: db.batch_get(["k"]), read_pb2.BatchGetResponse()),
    (lambda db: db.list_page(), range_pb2.ListResponse()),
    (lambda db: db.count(), range_pb2.ListResponse()),
    (lambda db: list(db.scan()), [range_pb2.ScanResponse()]),
    (lambda db: db.limits(), limits_pb2.GetLimitsResponse()),
    (lambda db: db.stats(), stats_pb2.StatsResponse()),
]

WRITES = [
    lambda db: db.put("k", "v"),
    lambda db: db.delete("k"),
    lambda db: db.set_expiry("k", 1),
    lambda db: db.commit([rundlet.Put("k", "v")]),
]


@pytest.mark.parametrize(("read", "answer"), READS)
def test_a_read_is_repeated(scripted, scripted_db, read, answer):
    stop = [DRAINING] if isinstance(answer, list) else DRAINING
    scripted.steps = [stop, stop, answer]
    read(scripted_db)
    assert len(scripted.calls) == 3


def test_a_read_gives_up(scripted, scripted_db):
    scripted.steps = [DRAINING] * 6
    with pytest.raises(rundlet.UnavailableError):
        scripted_db.get("k")
    assert len(scripted.calls) == 5


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_not_repeated(scripted, scripted_db, write):
    scripted.steps = [DRAINING]
    with pytest.raises(rundlet.UnavailableError) as caught:
        write(scripted_db)
    assert len(scripted.calls) == 1
    assert not caught.value.outcome_unknown


def chunk(*keys: str, token: str = "") -> range_pb2.ScanResponse:
    answer = range_pb2.ScanResponse(next_page_token=token)
    for key in keys:
        answer.entries.add(key=key, value_omitted=True)
    return answer


def scanned(db, **arguments) -> list[str]:
    return [entry.key for entry in db.scan("p", **arguments)]


@pytest.mark.parametrize(
    "end",
    [
        DRAINING,
        Failure(grpc.StatusCode.UNAVAILABLE, "connection reset"),
        Failure(grpc.StatusCode.DEADLINE_EXCEEDED, "late"),
    ],
)
def test_a_scan_goes_on_behind_the_last_chunk(scripted, scripted_db, end):
    scripted.steps = [
        [chunk("a", "b", token="1"), chunk("c", token="2"), end],
        [chunk("d", token="3"), end],
        [chunk("e")],
    ]
    assert scanned(scripted_db, keys_only=True) == ["a", "b", "c", "d", "e"]
    assert [call.page_token for call in scripted.calls] == ["", "2", "3"]
    assert all(call.prefix == "p" for call in scripted.calls)
    assert all(call.keys_only for call in scripted.calls)


def test_a_scan_without_progress_gives_up(scripted, scripted_db):
    late = Failure(grpc.StatusCode.DEADLINE_EXCEEDED, "late")
    scripted.steps = [[chunk("a", token="1"), late], [late]]
    seen = []
    with pytest.raises(rundlet.DeadlineExceededError):
        for entry in scripted_db.scan():
            seen.append(entry.key)
    assert seen == ["a"]


def test_a_scan_does_not_go_on_after_other_errors(scripted, scripted_db):
    scripted.steps = [
        [chunk("a", token="1"), failure("DATA_LOSS", "CORRUPT_RECORD")]
    ]
    with pytest.raises(rundlet.CorruptRecordError):
        scanned(scripted_db)
    assert len(scripted.calls) == 1


def test_a_scan_that_ends_early_is_no_full_scan(scripted, scripted_db):
    scripted.steps = [[]]
    with pytest.raises(rundlet.RundletError, match="before its last chunk"):
        scanned(scripted_db)


def test_leaving_a_scan_ends_its_stream(scripted, scripted_db):
    ended = threading.Event()
    scripted.steps = [
        [
            # Before the chunk: afterwards the stream may be gone already.
            lambda context: context.add_callback(ended.set),
            chunk("a", token="1"),
            end_of_call,
        ]
    ]
    entries = scripted_db.scan()
    assert next(entries).key == "a"
    entries.close()
    assert ended.wait(60)
