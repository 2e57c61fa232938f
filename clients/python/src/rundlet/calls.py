"""How every call is made: stubs, deadlines, exceptions."""

import math
from typing import Any

import grpc

from rundlet import entries, errors
from rundlet.v1 import admin_pb2_grpc, key_value_pb2_grpc

# Seconds to wait for an answer, unless told otherwise.
DEFAULT_TIMEOUT = 10.0


class Calls:
    """A channel with the stubs on it."""

    def __init__(
        self,
        channel: grpc.Channel,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        durability: entries.Durability | None = None,
    ) -> None:
        self._channel = channel
        self._timeout = timeout
        self._durability = durability
        self._store = key_value_pb2_grpc.KeyValueServiceStub(channel)  # type: ignore[no-untyped-call]
        self._admin = admin_pb2_grpc.AdminServiceStub(channel)  # type: ignore[no-untyped-call]

    def _asked(self, durability: entries.Durability | None) -> Any:
        return durability or self._durability

    def _seconds(self, timeout: float | None) -> float | None:
        seconds = self._timeout if timeout is None else timeout
        return None if math.isinf(seconds) else seconds

    def _read(self, method: Any, request: Any, timeout: float | None) -> Any:
        return self._call(method, request, timeout, writes=False)

    def _write(self, method: Any, request: Any, timeout: float | None) -> Any:
        return self._call(method, request, timeout, writes=True)

    def _call(
        self, method: Any, request: Any, timeout: float | None, writes: bool
    ) -> Any:
        try:
            return method(request, timeout=self._seconds(timeout))
        except grpc.RpcError as error:
            raise errors.from_rpc(error, writes=writes) from error
