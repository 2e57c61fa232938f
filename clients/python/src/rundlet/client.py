"""The client: a store as an object."""

import datetime
import importlib.resources
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import grpc

from rundlet import entries, messages
from rundlet.calls import DEFAULT_TIMEOUT
from rundlet.counted_writes import CountedWrites
from rundlet.fills import Fills
from rundlet.large_values import LargeReads, LargeWrites
from rundlet.maintenance import Maintenance
from rundlet.reads import Reads
from rundlet.snapshots import Snapshot, to_lease
from rundlet.v1 import (
    limits_pb2,
    snapshot_pb2,
    watch_pb2,
)
from rundlet.watches import Watch
from rundlet.writes import Writes

# How soon a broken connection is tried again, and at most how late; gRPC's own
# are one second and two minutes, which outlast a restart of the server.
RECONNECT_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5000),
)


def connect(
    target: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    durability: entries.Durability | None = None,
    retry_writes: bool = False,
    credentials: grpc.ChannelCredentials | None = None,
    options: Sequence[tuple[str, Any]] = (),
) -> "Client":
    """A client of the server at `target`, such as 'localhost:50051'.

    The connection is made by the first call, and made again when it breaks.

    timeout: seconds that a call waits for its answer; math.inf: for ever.
    durability: of writes that do not ask for one; None: the server's default.
    retry_writes: give every write a request id, so that it can be retried. The
        server remembers so many ids and no more (limits()), and refuses further
        ones with TooManyError: not for bulk loads.
    credentials: for TLS, as grpc.ssl_channel_credentials() makes them; without
        them the connection is not encrypted.
    options: further channel arguments of gRPC.
    """
    config = importlib.resources.files("rundlet") / "service_config.json"
    arguments = [
        ("grpc.service_config", config.read_text()),
        *RECONNECT_OPTIONS,
        *options,
    ]
    if credentials is None:
        channel = grpc.insecure_channel(target, arguments)
    else:
        channel = grpc.secure_channel(target, credentials, arguments)
    return Client(
        channel,
        timeout=timeout,
        durability=durability,
        retry_writes=retry_writes,
    )


class Client(
    Reads, LargeReads, Writes, LargeWrites, CountedWrites, Fills, Maintenance
):
    """A store, by way of a gRPC channel, which it closes.

    Any thread may call it. Every call takes `timeout` in seconds, and raises
    RundletError if it fails.
    """

    def close(self) -> None:
        """Ends all calls; further ones raise ValueError."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def snapshot(
        self,
        lease: float | datetime.timedelta | None = None,
        *,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Snapshot:
        """The store as it is now, to be read in a with statement. It stays for
        `lease`, in seconds or as a timedelta, and must be renewed before; None:
        as long as the server says."""
        request = snapshot_pb2.OpenSnapshotRequest(
            lease=to_lease(lease), min_revision=min_revision
        )
        answer = self._read(self._store.OpenSnapshot, request, timeout)
        return Snapshot(self, answer.snapshot)

    def watch(
        self,
        *prefixes: str,
        present_state: bool = False,
        start_revision: int = 0,
        store_id: str = "",
        puts: bool = True,
        deletes: bool = True,
        metadata_only: bool = False,
    ) -> Watch:
        """The changes of all keys with one of these prefixes, or of all keys,
        as an iterator without end of Present, Marker and Changes.

        present_state: first what is there, then a Marker, then the changes.
        start_revision, store_id: instead, every change from this revision on;
            both as a Watch before had them.
        puts, deletes: which changes; expired keys are deletes.
        """
        request = watch_pb2.WatchRequest(
            ranges=[
                watch_pb2.KeyRange(prefix=each) for each in prefixes or ("",)
            ],
            present_state=present_state,
            start_revision=start_revision,
            store_id=store_id,
            no_puts=not puts,
            no_deletes=not deletes,
            metadata_only=metadata_only,
            json_as_text=True,
        )
        return Watch(self._store.Watch, request)

    def limits(self, *, timeout: float | None = None) -> dict[str, Any]:
        """Every limit of the server by its name, as `value_bytes_max`."""
        request = limits_pb2.GetLimitsRequest()
        return messages.plain(
            self._read(self._store.GetLimits, request, timeout)
        )
