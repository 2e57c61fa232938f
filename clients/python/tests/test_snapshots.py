"""Goal: a snapshot shows one point of the order of writes until it ends.

Method: against a server process, with writes behind the snapshot.
"""

import pytest
import rundlet


def test_a_snapshot_shows_what_was_there(db, space):
    for key in ("a", "b"):
        db.put(space + key, "old")
    with db.snapshot() as then:
        db.put(space + "a", "new")
        db.delete(space + "b")
        db.put(space + "c", "new")
        assert then.get(space + "a") == "old"
        assert then.batch_get([space + "b", space + "c"]) == {
            space + "b": "old"
        }
        assert [entry.value for entry in then.scan(space)] == ["old", "old"]
        assert len(then.list_page(space).entries) == 2
        assert then.count(space) == 2
        assert then.get_entry(space + "a").revision <= then.revision
    assert db.get(space + "a") == "new"
    with pytest.raises(rundlet.HistoryGoneError):
        then.get(space + "a")


def test_a_snapshot_outlives_a_compaction(db, space):
    db.put(space + "a", "old")
    with db.snapshot(lease=30) as then:
        db.put(space + "a", "new")
        db.compact()
        assert then.get(space + "a") == "old"


def test_renewal_and_release(db, space):
    db.put(space + "a", "old")
    then = db.snapshot(lease=5)
    end = then.lease_end_time
    then.renew(lease=60)
    assert (then.lease_end_time - end).total_seconds() > 50
    then.release()
    then.release()  # no error
    with pytest.raises(rundlet.SnapshotGoneError):
        then.renew()


def test_a_snapshot_is_not_before(db, space):
    revision = db.put(space + "a", "1").revision
    with db.snapshot(min_revision=revision) as then:
        assert then.revision >= revision
    with pytest.raises(rundlet.RevisionNotReachedError):
        db.snapshot(min_revision=revision + (1 << 40))
    with pytest.raises(rundlet.InvalidArgumentError, match="lease"):
        db.snapshot(lease=1e6)
