"""The client: a store as an object."""

import importlib.resources
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import grpc

from rundlet import entries, messages
from rundlet.calls import DEFAULT_TIMEOUT
from rundlet.reads import Reads
from rundlet.v1 import admin_pb2, limits_pb2, stats_pb2
from rundlet.writes import Writes

# How soon a broken connection is tried again, and at most how late; gRPC's own
# are one second and two minutes, which outlast a restart of the server.
RECONNECT_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5000),
)

# A compaction rewrites the whole store.
COMPACT_TIMEOUT = 3600.0


def connect(
    target: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    durability: entries.Durability | None = None,
    credentials: grpc.ChannelCredentials | None = None,
    options: Sequence[tuple[str, Any]] = (),
) -> "Client":
    """A client of the server at `target`, such as 'localhost:50051'.

    The connection is made by the first call, and made again when it breaks.

    timeout: seconds that a call waits for its answer; math.inf: for ever.
    durability: of writes that do not ask for one; None: the server's default.
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
    return Client(channel, timeout=timeout, durability=durability)


class Client(Reads, Writes):
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

    def limits(self, *, timeout: float | None = None) -> dict[str, Any]:
        """Every limit of the server by its name, as `value_bytes_max`."""
        request = limits_pb2.GetLimitsRequest()
        return messages.plain(
            self._read(self._store.GetLimits, request, timeout)
        )

    def stats(self, *, timeout: float | None = None) -> dict[str, Any]:
        """What the store counts, by its name, as `keys_in_index`."""
        request = stats_pb2.StatsRequest()
        return messages.plain(self._read(self._admin.Stats, request, timeout))

    def compact(self, *, timeout: float = COMPACT_TIMEOUT) -> dict[str, Any]:
        """Gives back the space of old versions; ends when it is done."""
        request = admin_pb2.CompactRequest()
        return messages.plain(self._read(self._admin.Compact, request, timeout))
