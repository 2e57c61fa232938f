"""A snapshot: reads of one point of the order of writes."""

import contextlib
import datetime
from typing import Self

from rundlet import errors, expiry
from rundlet.calls import Calls
from rundlet.large_values import LargeReads
from rundlet.reads import Reads
from rundlet.v1 import snapshot_pb2


class Snapshot(Reads, LargeReads):
    """The store as it was, while the lease runs: every read of a client.

    Use it in a with statement, or release it. A read after its end raises
    HistoryGoneError; after a renewal that came too late, SnapshotGoneError.
    """

    def __init__(self, calls: Calls, opened: snapshot_pb2.Snapshot) -> None:
        super().__init__(
            calls._channel, timeout=calls._timeout, durability=calls._durability
        )
        self._take(opened)

    def _take(self, opened: snapshot_pb2.Snapshot) -> None:
        self._snapshot_token = opened.snapshot_token
        self.revision: int = opened.read_revision
        self.lease_end_time: datetime.datetime = expiry.to_datetime(
            opened.lease_end_time
        )

    def renew(
        self,
        lease: float | datetime.timedelta | None = None,
        *,
        timeout: float | None = None,
    ) -> None:
        """Lets the lease run anew from now on; None: as long as the server
        says."""
        request = snapshot_pb2.RenewSnapshotRequest(
            snapshot_token=self._snapshot_token, lease=to_lease(lease)
        )
        answer = self._read(self._store.RenewSnapshot, request, timeout)
        self._take(answer.snapshot)

    def release(self, *, timeout: float | None = None) -> None:
        """Lets it go; if it has ended already, that is no error."""
        request = snapshot_pb2.ReleaseSnapshotRequest(
            snapshot_token=self._snapshot_token
        )
        with contextlib.suppress(errors.SnapshotGoneError):
            self._read(self._store.ReleaseSnapshot, request, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def to_lease(
    lease: float | datetime.timedelta | None,
) -> datetime.timedelta | None:
    """A lease in seconds, or as it is, for a message."""
    if lease is None or isinstance(lease, datetime.timedelta):
        return lease
    return datetime.timedelta(seconds=lease)
