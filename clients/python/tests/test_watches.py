"""Goal: a watch brings every change once, in order, transactions whole, and
goes on by itself where it can.

Method: against a server process that is stopped and started again; and a
scripted server for what a healthy one does not show.
"""

import threading

import pytest
import rundlet
import rundletd
from rundlet.v1 import watch_pb2
from scripted_server import failure

DRAINING = failure("UNAVAILABLE", "DRAINING")


def changes_of(watch, count: int) -> list[tuple[str, str, object]]:
    """The next `count` changes or more: cause, key and value."""
    found = []
    for event in watch:
        if isinstance(event, rundlet.Changes):
            for change in event.changes:
                value = change.entry.value if change.entry else None
                found.append((change.cause.name, change.key, value))
        if len(found) >= count:
            return found
    return found


def test_a_watch_brings_changes(db, space):
    with db.watch(space) as watch:
        marker = next(watch)
        assert isinstance(marker, rundlet.Marker)
        db.put(space + "a", "1")
        db.put(space[:-1], "not in range")
        db.put(space + "b", {"n": 2})
        db.delete(space + "a")
        assert changes_of(watch, 3) == [
            ("PUT", space + "a", "1"),
            ("PUT", space + "b", {"n": 2}),
            ("DELETE", space + "a", None),
        ]
        assert watch.resume_revision > marker.revision
        assert watch.store_id == db.stats()["store_id"]


def test_the_present_state_comes_first(db, space):
    for key in ("a", "b"):
        db.put(space + key, "old")
    with db.watch(space, present_state=True, deletes=False) as watch:
        keys = []
        while isinstance(event := next(watch), rundlet.Present):
            keys += [entry.key for entry in event.entries]
        assert keys == [space + "a", space + "b"]
        assert isinstance(event, rundlet.Marker)
        db.delete(space + "a")
        db.put(space + "b", "new")
        assert changes_of(watch, 1) == [("PUT", space + "b", "new")]


def test_an_expired_key_is_a_change(db, space):
    with db.watch(space) as watch:
        next(watch)
        db.put(space + "a", "1", ttl=0.01)
        assert changes_of(watch, 2)[1] == ("EXPIRED", space + "a", None)


def test_a_transaction_comes_whole(db, space):
    value = "v" * 100_000
    with db.watch(space) as watch:
        next(watch)
        db.commit([rundlet.Put(f"{space}{i:02}", value) for i in range(25)])
        event = next(watch)
        assert len(event.changes) == 25
        assert {change.revision for change in event.changes} == {event.revision}


def test_a_watch_goes_on_behind_a_restart(tmp_path, space):
    with rundletd.serving(tmp_path / "data") as first:
        address = first.target
        db = rundlet.connect(address)
        watch = db.watch(space)
        next(watch)
        db.put(space + "a", "1")
        assert changes_of(watch, 1) == [("PUT", space + "a", "1")]
    seen: list = []
    with rundletd.serving(tmp_path / "data", address), db:
        reader = threading.Thread(
            target=lambda: seen.extend(changes_of(watch, 2))
        )
        reader.start()
        with rundlet.connect(address, retry_writes=True) as other:
            other.put(space + "b", "2")
            other.put(space + "c", "3")
        reader.join(60)
        watch.close()
    assert [key for _, key, _ in seen] == [space + "b", space + "c"]


def test_where_another_watch_goes_on(db, space):
    with db.watch(space) as watch:
        next(watch)
        resume, store = watch.resume_revision, watch.store_id
    db.put(space + "missed", "1")
    with db.watch(space, start_revision=resume, store_id=store) as watch:
        assert isinstance(next(watch), rundlet.Marker)
        assert changes_of(watch, 1) == [("PUT", space + "missed", "1")]
    with pytest.raises(rundlet.ForeignStoreError):
        next(db.watch(start_revision=1, store_id="another"))


def test_history_that_is_gone_raises(fresh_server):
    with rundlet.connect(fresh_server) as db:
        for i in range(10):
            db.put("k", i)
        db.compact()
        with pytest.raises(rundlet.HistoryGoneError) as caught:
            next(db.watch(start_revision=1))
        oldest = caught.value.oldest_revision
        with db.watch(start_revision=oldest) as watch:
            assert next(watch) == rundlet.Marker(oldest - 1)


def test_closing_ends_the_iteration_of_another_thread(db, space):
    watch = db.watch(space)
    next(watch)
    ended = threading.Event()

    def read() -> None:
        for _ in watch:
            pass
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    watch.close()
    assert ended.wait(60)
    reader.join()


def bookmark(kind: str, revision: int) -> watch_pb2.WatchResponse:
    mark = watch_pb2.Bookmark(through_revision=revision, store_id="s")
    return watch_pb2.WatchResponse(**{kind: mark})


def fragment(*keys: str, through: int = 0) -> watch_pb2.WatchResponse:
    answer = watch_pb2.WatchResponse()
    for key in keys:
        answer.changes.changes.add(cause="CAUSE_DELETE").entry.key = key
    answer.changes.through_revision = through
    answer.changes.last_fragment = through > 0
    return answer


def test_what_broke_off_within_a_transaction_comes_again(scripted, scripted_db):
    slow = failure("RESOURCE_EXHAUSTED", "SLOW_READER", resume_revision="8")
    scripted.steps = [
        [bookmark("marker", 5), bookmark("bookmark", 7), fragment("a"), slow],
        [bookmark("marker", 7), fragment("a"), fragment("b", through=9)],
        [],
    ]
    watch = scripted_db.watch("p")
    assert next(watch) == rundlet.Marker(5)
    event = next(watch)
    assert [change.key for change in event.changes] == ["a", "b"]
    assert event.revision == 9
    assert [call.start_revision for call in scripted.calls] == [0, 8]
    assert scripted.calls[1].store_id == "s"
    watch.close()


def test_before_the_marker_nothing_is_resumed(scripted, scripted_db):
    present = watch_pb2.WatchResponse()
    present.present.entries.add(key="k", value_omitted=True)
    scripted.steps = [[present, DRAINING]]
    watch = scripted_db.watch("p", present_state=True)
    assert isinstance(next(watch), rundlet.Present)
    with pytest.raises(rundlet.UnavailableError):
        next(watch)


def test_what_cannot_be_resumed_raises(scripted, scripted_db):
    gone = failure("OUT_OF_RANGE", "HISTORY_GONE", oldest_revision="70")
    scripted.steps = [[bookmark("marker", 5), DRAINING], [gone]]
    watch = scripted_db.watch("p")
    next(watch)
    with pytest.raises(rundlet.HistoryGoneError) as caught:
        next(watch)
    assert caught.value.oldest_revision == 70
