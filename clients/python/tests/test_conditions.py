"""Goal: conditions hold for every write of one key, and digests name values.

Method: against a server process, each condition met and not.
"""

import pytest
import rundlet
from rundlet import Condition, JsonText


@pytest.mark.parametrize(
    "value",
    ["", "text", b"", b"\xff\0", {"b": [1, 2.0]}, JsonText("[ 1 ]"), None],
)
def test_a_digest_names_its_value(db, space, value):
    db.put(space, value)
    digest = rundlet.digest(value)
    assert db.put(
        space, value, conditions=[Condition.digest(space, equal=digest)]
    ).existed
    with pytest.raises(rundlet.ConditionFailedError):
        db.delete(space, conditions=[Condition.digest(space, not_equal=digest)])


def test_a_digest_covers_the_kind():
    given = ["1", b"1", 1]
    assert len({rundlet.digest(value) for value in given}) == len(given)


@pytest.mark.parametrize(
    "write",
    [
        lambda db, key, **more: db.put(key, "new", **more),
        lambda db, key, **more: db.delete(key, **more),
        lambda db, key, **more: db.set_expiry(key, 3600, **more),
        lambda db, key, **more: db.add(key, **more),
    ],
)
def test_every_write_has_conditions(db, space, write):
    db.put(space, "1")
    with pytest.raises(rundlet.ConditionFailedError) as caught:
        write(
            db,
            space,
            conditions=[Condition.exists(space), Condition.absent(space)],
        )
    assert caught.value.index == 1
    assert db.get_entry(space).version == 1
    write(db, space, conditions=[Condition.version(space, equal=1)])
    entry = db.get_entry(space)
    assert entry is None or entry.version == 2
