"""Goal: every call of the client does what it says.

Method: against a server process, each test under keys of its own.
"""

import datetime

import pytest
import rundlet
from conftest import vectors
from rundlet import Durability, JsonText, Kind

HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize("vector", vectors(), ids=lambda v: v["name"])
def test_a_vector_comes_back(db, space, vector):
    match vector["kind"]:
        case "text":
            given = raw = vector["text"]
        case "data":
            given = raw = bytes.fromhex(vector["hex"])
        case "json":
            given = JsonText(vector["json_text"])
            raw = str(given)
    db.put(space, given)
    entry = db.get_entry(space)
    assert (entry.kind, entry.raw) == (Kind(vector["kind"]), raw)
    result = db.commit(
        [rundlet.Get(space)],
        conditions=[rundlet.Condition.value(space, equal=given)],
    )
    assert result.results[0].entry == entry


@pytest.mark.parametrize(
    "value",
    [
        "Alice",
        "",
        b"\x00\xff",
        {"a": [1, 2.5, None, True], "b": {}},
        [],
        9007199254740993,
        2**200,
        1.0,
        -0.0,
        1e300,
        True,
        None,
        {"\U0001f6e2": "\u2028"},
    ],
)
def test_a_value_comes_back(db, space, value):
    db.put(space, value)
    found = db.get(space, default="absent")
    assert found == value
    assert type(found) is type(value)


def test_an_absent_key(db, space):
    assert db.get(space) is None
    assert db.get(space, "default") == "default"
    assert db.get_entry(space) is None
    assert not db.delete(space)
    assert not db.set_expiry(space, 10)


def test_metadata(db, space):
    first = db.put(space, 1)
    second = db.put(
        space, 2, ttl=3600, return_previous=True, durability=Durability.DISK
    )
    assert not first.existed
    assert second.existed
    assert second.previous.value == 1
    assert second.durability is Durability.DISK
    entry = db.get_entry(space)
    assert entry.revision == second.revision == second.read_revision
    assert entry.create_revision == first.revision
    assert entry.version == 2
    assert entry.create_time < entry.modify_time
    assert entry.expire_time - entry.modify_time == HOUR
    omitted = db.get_entry(
        space, metadata_only=True, min_revision=second.read_revision
    )
    assert omitted.kind is None
    with pytest.raises(ValueError, match="left out"):
        _ = omitted.value
    with pytest.raises(rundlet.RevisionNotReachedError):
        db.get(space, min_revision=2**60)


def test_expiry(db, space):
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    db.put(space, "v", expire_time=now + HOUR)
    db.put(space, "w", keep_expiry=True)
    assert db.get_entry(space).expire_time == now + HOUR
    assert db.set_expiry(space, never=True)
    assert db.get_entry(space).expire_time is None
    assert db.set_expiry(space, 2 * HOUR)
    assert db.get_entry(space).expire_time > now + HOUR
    assert db.set_expiry(space, expire_time=now - HOUR)
    assert db.get(space) is None
    with pytest.raises(rundlet.InvalidArgumentError) as caught:
        db.put(space, "v", ttl=0)
    assert caught.value.field == "ttl"
    with pytest.raises(rundlet.InvalidArgumentError):
        db.set_expiry(space)


def test_a_key_goes_away_by_itself(db, space):
    db.put(space, "v", ttl=0.05)
    while db.get(space) is not None:
        pass
    assert db.put(space, "w").existed is False


def test_create_only(db, space):
    revision = db.put(space, "v", create_only=True).revision
    with pytest.raises(rundlet.KeyExistsError) as caught:
        db.put(space, "w", create_only=True)
    assert caught.value.revision == revision
    assert not caught.value.outcome_unknown
    assert db.get(space) == "v"


def test_expected_revision(db, space):
    revision = db.put(space, "v", expected_revision=0).revision
    for write in (
        lambda: db.put(space, "w", expected_revision=revision + 1),
        lambda: db.delete(space, expected_revision=0),
        lambda: db.set_expiry(space, 1, expected_revision=revision + 1),
    ):
        with pytest.raises(rundlet.ConditionFailedError) as caught:
            write()
        assert caught.value.revision == revision
    deleted = db.delete(space, expected_revision=revision, return_previous=True)
    assert deleted
    assert deleted.previous.value == "v"


def test_batch_get(db, space):
    db.put(space + "a", 1)
    db.put(space + "n", None)
    keys = [space + "n", space + "missing", space + "a"]
    assert db.batch_get(keys) == {space + "n": None, space + "a": 1}
    entries = db.batch_get_entries(keys, metadata_only=True)
    assert list(entries) == [space + "n", space + "a"]
    assert all(entry.kind is None for entry in entries.values())


def test_limits(db, space):
    limits = db.limits()
    assert limits["key_bytes_max"] == 4096
    assert limits["page_lease"] > 0
    assert limits["default_durability"] == Durability.DISK
    rest = limits["key_bytes_max"] - len(space)
    db.put(space + "k" * rest, "v")
    with pytest.raises(rundlet.LimitExceededError) as caught:
        db.put(space + "k" * (rest + 1), "v")
    assert caught.value.field == "key"
    assert caught.value.metadata["limit"] == "4096"
    with pytest.raises(rundlet.InvalidArgumentError):
        db.put("", "v")
    with pytest.raises(rundlet.InvalidArgumentError):
        db.put(space, JsonText("{"))


def test_stats_and_compact(db, space):
    db.put(space, "v")
    before = db.stats()
    assert before["keys_in_index"] >= 1
    assert len(before["store_id"]) == 32
    db.delete(space)
    done = db.compact()
    assert done["segments_before"] >= 1
    after = db.stats()
    assert after["put_count"] >= before["put_count"]
    assert after["delete_count"] == before["delete_count"] + 1
    assert after["last_compaction_time"] > 1_700_000_000
