"""Goal: expiries, their tests and their jitter reach the server.

Method: against a server process; times long enough to stand still for a test.
"""

import pytest
import rundlet
from rundlet import ExpiryTest, Put, SetExpiry


def life(db, key):
    entry = db.get_entry(key)
    if entry.expire_time is None:
        return None
    return (entry.expire_time - entry.modify_time).total_seconds()


def test_a_read_touches(db, space):
    first = db.put(space, "v", ttl=100)
    touched = db.set_expiry(space, 1000, return_previous=True)
    assert touched
    assert touched.previous.value == "v"
    assert touched.previous.revision == first.revision
    assert life(db, space) == 1000
    missing = db.set_expiry(space + "x", 1000, return_previous=True)
    assert not missing
    assert (missing.existed, missing.previous, missing.revision) == (
        False,
        None,
        0,
    )


@pytest.mark.parametrize(
    ("test", "old", "new", "passes"),
    [
        (ExpiryTest.SOONER, 100, 1000, True),
        (ExpiryTest.SOONER, 1000, 100, False),
        (ExpiryTest.LATER, 1000, 100, True),
        (ExpiryTest.LATER, 100, 1000, False),
        (ExpiryTest.NEVER, None, 100, True),
        (ExpiryTest.NEVER, 100, 1000, False),
        (ExpiryTest.EXPIRES, 100, 1000, True),
        (ExpiryTest.EXPIRES, None, 100, False),
    ],
)
def test_only_if(db, space, test, old, new, passes):
    for key in (space + "alone", space + "committed"):
        db.put(key, "v", ttl=old)
    alone = db.set_expiry(space + "alone", new, only_if=test)
    assert (bool(alone), alone.existed) == (passes, True)
    [result] = db.commit(
        [SetExpiry(space + "committed", new, only_if=test)]
    ).results
    assert (result.updated, result.existed) == (passes, True)
    for key in (space + "alone", space + "committed"):
        assert life(db, key) == (new if passes else old)


def test_jitter_takes_a_part_off(db, space):
    db.put(space + "put", "v", ttl=1000, jitter_percent=20)
    db.put(space + "set", "v")
    db.set_expiry(space + "set", 1000, jitter_percent=20)
    db.add(space + "add", ttl=1000, jitter_percent=20)
    db.commit([Put(space + "tx", "v", ttl=1000, jitter_percent=20)])
    for name in ("put", "set", "add", "tx"):
        assert 800 <= life(db, space + name) <= 1000
    with pytest.raises(rundlet.InvalidArgumentError) as caught:
        db.put(space, "v", ttl=1, jitter_percent=101)
    assert caught.value.field == "jitter_percent"
