"""Goal: add and delete_range do what they say, alone and in a transaction.

Method: against a server process, each test under keys of its own.
"""

import pytest
import rundlet
from rundlet import Add, Condition, DeleteRange, Get, Put

INT64_MAX = 2**63 - 1


def test_add(db, space):
    first = db.add(space, 5, initial=100, ttl=3600)
    assert (first.sum, int(first), first.existed) == (105, 105, False)
    second = db.add(space, -10, return_previous=True)
    assert (second.sum, second.existed) == (95, True)
    assert second.previous.value == "105"
    assert db.get(space) == "95"
    assert db.get_entry(space).expire_time is not None


def test_add_happens_once(db, space):
    assert db.add(space, 2, request_id=space).sum == 2
    again = db.add(space, 2, request_id=space)
    assert (again.sum, again.replayed) == (2, True)
    assert db.get(space) == "2"


def test_add_refuses(db, space):
    db.put(space, "many")
    with pytest.raises(rundlet.NotANumberError):
        db.add(space)
    db.put(space, str(INT64_MAX))
    with pytest.raises(rundlet.SumOutOfRangeError) as caught:
        db.add(space)
    assert not caught.value.outcome_unknown
    with pytest.raises(rundlet.ConditionFailedError):
        db.add(space, -1, conditions=[Condition.absent(space)])
    assert db.get(space) == str(INT64_MAX)


def test_delete_range(db, space):
    for name in "abcd":
        db.put(space + name, name)
    part = db.delete_range(start=space + "b", end=space + "d", keys_max=1)
    assert (int(part), part.previous) == (1, ())
    assert db.get(space + "b") is None
    rest = db.delete_range(space, return_previous=True)
    assert rest.deleted_count == 3
    assert [entry.value for entry in rest.previous] == ["a", "c", "d"]
    nothing = db.delete_range(space)
    assert (nothing.deleted_count, nothing.revision) == (0, 0)


def test_delete_range_happens_once(db, space):
    db.put(space + "a", "1")
    assert int(db.delete_range(space, request_id=space)) == 1
    db.put(space + "b", "1")
    again = db.delete_range(space, request_id=space)
    assert (int(again), again.replayed) == (1, True)
    assert db.get(space + "b") == "1"


def test_delete_range_refuses_too_many(db, space):
    limit = db.limits()["transaction_operations_max"]
    for begin in range(0, limit + 1, 500):
        end = min(begin + 500, limit + 1)
        db.commit([Put(f"{space}{n:05}", "x") for n in range(begin, end)])
    with pytest.raises(rundlet.LimitExceededError):
        db.delete_range(space)
    assert int(db.delete_range(space, keys_max=limit)) == limit
    assert int(db.delete_range(space, keys_max=limit)) == 1


def test_in_a_transaction(db, space):
    db.put(space + "r1", "1")
    db.put(space + "r2", "2")
    done = db.commit(
        [
            Add(space + "n", 7, initial=1, ttl=3600, jitter_percent=10),
            Get(space + "n"),
            DeleteRange(space + "r"),
            DeleteRange(start=space + "n", end=space + "o", keys_max=5),
        ],
        return_previous=True,
    )
    add, get, removed, rest = done.results
    assert (add.sum, add.existed) == (8, False)
    assert get.entry.value == "8"
    assert get.sum is None
    assert removed.deleted_count == 2
    assert [entry.value for entry in removed.entries] == ["1", "2"]
    assert rest.deleted_count == 1
