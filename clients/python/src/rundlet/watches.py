"""A watch that goes on where its stream broke off."""

import dataclasses
import enum
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self

import grpc

from rundlet import entries, errors
from rundlet.v1 import watch_pb2

# Seconds before a broken stream is followed by another one: at first, at most.
_WAIT_FIRST = 0.1
_WAIT_MAX = 5.0

# Reasons with which a stream ends though all changes behind it are there.
_RESUMABLE_REASONS = ("DRAINING", "OVERLOADED", "SLOW_READER", "TOO_MANY")

# Gives gRPC's call object: an iterator of messages that can be cancelled.
OpenWatch = Callable[[watch_pb2.WatchRequest], Any]


class Cause(enum.IntEnum):
    """What changed a key."""

    PUT = watch_pb2.CAUSE_PUT
    DELETE = watch_pb2.CAUSE_DELETE
    EXPIRED = watch_pb2.CAUSE_EXPIRED


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A change of one key.

    revision: that of the transaction that made it.
    entry: what was put; None if the key is gone.
    """

    cause: Cause
    key: str
    revision: int
    entry: entries.Entry | None


@dataclasses.dataclass(frozen=True, slots=True)
class Present:
    """Some entries of the present state, in the order of their keys."""

    entries: tuple[entries.Entry, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Marker:
    """Changes begin: those behind `revision`. The present state is complete."""

    revision: int


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """Changes in their order, whole transactions: everything up to `revision`
    has come."""

    changes: tuple[Change, ...]
    revision: int


Event = Present | Marker | Changes


class Watch(Iterator[Event]):
    """The changes of ranges of keys, without end.

    One thread iterates; another one may close it, which ends the iteration. A
    stream that breaks is followed by another one behind what has come. What
    cannot be resumed raises: HistoryGoneError, if the server no longer keeps
    what comes next, and any error before the Marker.
    """

    def __init__(
        self, open_watch: OpenWatch, request: watch_pb2.WatchRequest
    ) -> None:
        self._open = open_watch
        self._request = request
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._call: Any = None
        self._begun = False
        self._events = self._run()

    @property
    def resume_revision(self) -> int:
        """From where another watch goes on: its `start_revision`. 0: nothing
        has come yet to go on behind."""
        return int(self._request.start_revision) if self._begun else 0

    @property
    def store_id(self) -> str:
        """Of which store resume_revision is: the other watch's `store_id`."""
        return str(self._request.store_id)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the watch, and the iteration of another thread."""
        with self._lock:
            self._closed.set()
            if self._call is not None:
                self._call.cancel()

    def _run(self) -> Iterator[Event]:
        wait = _WAIT_FIRST
        while self._start():
            try:
                for event in self._events_of_call():
                    wait = _WAIT_FIRST
                    if event is not None:
                        yield event
            except grpc.RpcError as error:
                if self._closed.is_set():
                    return
                failure = errors.from_rpc(error, writes=False)
                if not self._begun or not _resumable(failure):
                    raise failure from error
            finally:
                self._call.cancel()
            self._closed.wait(wait * random.uniform(0.8, 1.2))
            wait = min(3 * wait, _WAIT_MAX)

    def _start(self) -> bool:
        with self._lock:
            if self._closed.is_set():
                return False
            self._call = self._open(self._request)
            return True

    def _events_of_call(self) -> Iterator[Event | None]:
        """What a stream brings; None for what only moves the bookmark."""
        gathered: list[Change] = []
        for message in self._call:
            match message.WhichOneof("part"):
                case "present":
                    found = map(entries.entry, message.present.entries)
                    yield Present(tuple(found))
                case "marker":
                    first = not self._begun
                    self._reach(message.marker)
                    yield Marker(self._reached) if first else None
                case "bookmark":
                    self._reach(message.bookmark)
                    yield None
                case "changes":
                    gathered += map(_change, message.changes.changes)
                    if message.changes.last_fragment:
                        self._begin_behind(message.changes.through_revision)
                        yield Changes(tuple(gathered), self._reached)
                        gathered = []

    @property
    def _reached(self) -> int:
        return int(self._request.start_revision) - 1

    def _reach(self, bookmark: watch_pb2.Bookmark) -> None:
        self._request.store_id = bookmark.store_id
        self._begin_behind(bookmark.through_revision)

    def _begin_behind(self, revision: int) -> None:
        self._request.present_state = False
        self._request.start_revision = revision + 1
        self._begun = True


def _change(message: watch_pb2.Change) -> Change:
    cause = Cause(message.cause)
    return Change(
        cause=cause,
        key=message.entry.key,
        revision=message.entry.revision,
        entry=entries.entry(message.entry) if cause is Cause.PUT else None,
    )


def _resumable(error: errors.RundletError) -> bool:
    return (
        error.reason in _RESUMABLE_REASONS
        or error.code is grpc.StatusCode.UNAVAILABLE
        or (not error.reason and error.code is grpc.StatusCode.CANCELLED)
    )
