"""Goal: transactions apply whole or not at all, and never lose an update.

Method: against a server process.
"""

import concurrent.futures
import datetime

import pytest
import rundlet
from rundlet import Condition, Delete, Durability, Get, Put, SetExpiry


def test_operations_see_the_earlier_ones(db, space):
    a, b = space + "a", space + "b"
    db.put(a, 1)
    result = db.commit(
        [
            Put(b, b"2", ttl=datetime.timedelta(hours=1)),
            Get(b),
            Delete(a),
            Get(a),
            SetExpiry(b, never=True),
        ],
        return_previous=True,
        durability=Durability.DISK,
    )
    assert result
    assert result.failed_condition is None
    existed = [one.existed for one in result.results]
    assert existed == [False, True, True, False, True]
    assert result.results[1].entry.value == b"2"
    assert result.results[2].entry.value == 1
    entry = db.get_entry(b)
    assert entry.revision == result.revision
    assert entry.expire_time is None
    assert db.get(a) is None


def test_conditions_that_hold(db, space):
    revision = db.put(space, {"a": 1.0}).revision
    assert db.commit(
        [Get(space)],
        conditions=[
            Condition.exists(space),
            Condition.absent(space + "x"),
            Condition.revision(space, equal=revision),
            Condition.revision(space, greater=revision - 1),
            Condition.create_revision(space, less=revision + 1),
            Condition.version(space, not_equal=2),
            Condition.version(space + "x", equal=0),
            Condition.value(space, equal={"a": 1.0}),
            Condition.value(space, not_equal={"a": 1}),
            Condition.value(space + "x", not_equal="v"),
        ],
    )


@pytest.mark.parametrize(
    "condition",
    [
        Condition.exists,
        lambda key: Condition.revision(key, greater=0),
        lambda key: Condition.create_revision(key, not_equal=0),
        lambda key: Condition.version(key, equal=1),
        lambda key: Condition.value(key, equal="v"),
    ],
)
def test_a_condition_that_does_not_hold(db, space, condition):
    conditions = [Condition.absent(space), condition(space)]
    with pytest.raises(rundlet.ConditionFailedError) as caught:
        db.commit([Put(space, "v")], conditions=conditions)
    assert (caught.value.index, caught.value.exists) == (1, False)
    assert not caught.value.outcome_unknown
    assert db.get(space) is None
    result = db.commit([Put(space, "v")], conditions=conditions, otherwise=[])
    assert not result
    assert result.failed_condition == rundlet.FailedCondition(1, False, 0, 0, 0)
    assert (result.revision, result.results) == (0, ())
    result = db.commit(
        [Put(space, "v")],
        conditions=conditions,
        otherwise=[Put(space, "w"), Get(space)],
    )
    assert result.results[1].entry.value == "w"


def test_concurrent_increments(db, space):
    increments, writers = 20, 4
    db.put(space, 0)

    def increment() -> None:
        done = 0
        while done < increments:
            entry = db.get_entry(space)
            try:
                db.put(
                    space,
                    entry.value + 1,
                    expected_revision=entry.revision,
                    durability=Durability.OS,
                )
                done += 1
            except rundlet.ConditionFailedError:
                pass

    with concurrent.futures.ThreadPoolExecutor(writers) as pool:
        for future in [pool.submit(increment) for _ in range(writers)]:
            future.result()
    assert db.get(space) == increments * writers
