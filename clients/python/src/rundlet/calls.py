"""How every call is made: stubs, deadlines, exceptions."""

import math
import random
import time
import uuid
from typing import Any

import grpc

from rundlet import entries, errors
from rundlet.v1 import admin_pb2_grpc, key_value_pb2_grpc

# Seconds to wait for an answer, unless told otherwise.
DEFAULT_TIMEOUT = 10.0

# How a write with a request id is retried. The server remembers an id for ten
# minutes at least, unless it was told otherwise; half of that is on the safe
# side.
_ATTEMPTS_MAX = 5
_RETRY_SECONDS_MAX = 300.0
_BACKOFF_FIRST = 0.1
_BACKOFF_MAX = 2.0


class Calls:
    """A channel with the stubs on it."""

    def __init__(
        self,
        channel: grpc.Channel,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        durability: entries.Durability | None = None,
        retry_writes: bool = False,
    ) -> None:
        self._channel = channel
        self._timeout = timeout
        self._durability = durability
        self._retry_writes = retry_writes
        self._snapshot_token = ""
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
        if self._retry_writes and not request.request_id:
            request.request_id = uuid.uuid4().hex
        if not request.request_id:
            return self._call(method, request, timeout, writes=True)
        seconds = self._seconds(timeout) or _RETRY_SECONDS_MAX
        end = time.monotonic() + min(seconds, _RETRY_SECONDS_MAX)
        return self._write_once(method, request, timeout, end)

    def _write_once(
        self, method: Any, request: Any, timeout: float | None, end: float
    ) -> Any:
        """Repeats a write, which its id makes harmless, until `end`."""
        backoff = _BACKOFF_FIRST
        unknown = False
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                return self._call(method, request, timeout, writes=True)
            except (
                errors.UnavailableError,
                errors.OutcomeUnknownError,
            ) as error:
                unknown = unknown or error.outcome_unknown
                error.outcome_unknown = unknown
                wait = backoff * random.uniform(0.8, 1.2)
                if error.retry_delay is not None:
                    wait = max(wait, error.retry_delay.total_seconds())
                timeout = end - time.monotonic() - wait
                if attempt == _ATTEMPTS_MAX or timeout <= 0:
                    raise
            except errors.RundletError as error:
                error.outcome_unknown = error.outcome_unknown or (
                    unknown and not error.replayed
                )
                raise
            time.sleep(wait)
            backoff = min(3 * backoff, _BACKOFF_MAX)
        raise AssertionError("the last attempt returns or raises")

    def _call(
        self, method: Any, request: Any, timeout: float | None, writes: bool
    ) -> Any:
        try:
            return method(request, timeout=self._seconds(timeout))
        except grpc.RpcError as error:
            raise errors.from_rpc(error, writes=writes) from error
