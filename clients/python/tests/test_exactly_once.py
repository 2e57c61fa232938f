"""Goal: a write with a request id happens once, and is retried until it has.

Method: repeats against a server process; a scripted server that fails and
counts.
"""

import pytest
import rundlet
from rundlet.v1 import transaction_pb2, write_pb2
from scripted_server import failure

DRAINING = failure("UNAVAILABLE", "DRAINING")
UNKNOWN = failure("UNKNOWN", "OUTCOME_UNKNOWN")

WRITES = [
    (lambda db: db.put("k", "v"), write_pb2.PutResponse()),
    (lambda db: db.delete("k"), write_pb2.DeleteResponse()),
    (lambda db: db.set_expiry("k", 1), write_pb2.SetExpiryResponse()),
    (
        lambda db: db.commit([rundlet.Put("k", "v")]),
        transaction_pb2.CommitResponse(),
    ),
]


@pytest.fixture
def retrying_db(scripted):
    with rundlet.connect(scripted.target, retry_writes=True) as db:
        yield db


def test_a_repeat_gets_the_first_outcome(db, space):
    first = db.put(space + "a", "1", request_id=space)
    db.put(space + "a", "2")
    again = db.put(space + "a", "1", request_id=space)
    assert not first.replayed
    assert again.replayed
    assert again.revision == first.revision
    assert again.durable_revision >= first.revision
    assert db.get(space + "a") == "2"


def test_a_failed_condition_is_an_outcome(db, space):
    db.put(space + "a", "1")
    for replayed in (False, True):
        with pytest.raises(rundlet.KeyExistsError) as caught:
            db.put(space + "a", "2", create_only=True, request_id=space)
        assert caught.value.replayed is replayed
        db.delete(space + "a")


def test_an_id_names_one_write(db, space):
    db.put(space + "a", "1", request_id=space)
    with pytest.raises(rundlet.RequestIdReusedError):
        db.put(space + "a", "2", request_id=space)


@pytest.mark.parametrize(("write", "answer"), WRITES)
def test_a_write_with_an_id_is_repeated(scripted, retrying_db, write, answer):
    answer.durability = rundlet.Durability.DISK
    scripted.steps = [DRAINING, UNKNOWN, answer]
    write(retrying_db)
    ids = {call.request_id for call in scripted.calls}
    assert len(scripted.calls) == 3
    assert len(ids) == 1
    assert len(ids.pop()) == 32


def test_each_write_has_an_id_of_its_own(scripted, retrying_db):
    answer = write_pb2.PutResponse(durability=rundlet.Durability.DISK)
    scripted.steps = [answer, answer]
    retrying_db.put("k", "v")
    retrying_db.put("k", "v")
    assert scripted.calls[0].request_id != scripted.calls[1].request_id


def test_it_gives_up_and_says_what_is_known(scripted, retrying_db):
    scripted.steps = [DRAINING] * 6
    with pytest.raises(rundlet.UnavailableError) as caught:
        retrying_db.put("k", "v")
    assert not caught.value.outcome_unknown
    assert len(scripted.calls) == 5
    scripted.steps = [UNKNOWN, failure("UNAVAILABLE", "DRAINING", 60_000)]
    with pytest.raises(rundlet.UnavailableError) as caught:
        retrying_db.put("k", "v", timeout=5)
    # The last try was refused, but not the one before it.
    assert caught.value.outcome_unknown


def test_sync(db, space):
    put = db.put(space + "a", "1", durability=rundlet.Durability.MEMORY)
    assert db.sync(put.revision) >= put.revision
    with pytest.raises(rundlet.RevisionNotReachedError):
        db.sync(put.revision + (1 << 40))
