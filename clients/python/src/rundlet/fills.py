"""Filling keys that are absent, one client at a time."""

import contextlib
import datetime
import math
import time
from collections.abc import Callable
from typing import Any

from google.protobuf import duration_pb2

from rundlet import entries, errors, expiry, keys
from rundlet.calls import Calls
from rundlet.v1 import fill_pb2, read_pb2, write_pb2
from rundlet.values import encode

# Seconds that one call waits for the fill of another client, at most; and
# between two calls when the server answered before that, as it does while it
# stops.
_WAIT_MAX = 5.0
_PAUSE = 0.05


class Fills(Calls):
    """A cache in front of a source."""

    def get_or_fill(
        self,
        key: str,
        compute: Callable[[], Any],
        ttl: expiry.Ttl | None = None,
        *,
        hold: float | None = None,
        expire_time: datetime.datetime | None = None,
        jitter_percent: int = 0,
        durability: entries.Durability | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The value of a key. If it is absent, one of all clients that ask for
        it now is the one whose `compute` is called, and what it returns is put;
        the others wait for it. If it raises, another one of them is next.

        Whoever changes what `compute` looks at has to delete the key
        afterwards: a value that was computed before is never put behind that,
        but computed again.

        hold: seconds that `compute` may take before another client may be told
            to fill the key; None: 10. At most `fill_hold_max` (limits()).
        timeout: seconds for all of it but `compute`, after which
            DeadlineExceededError is raised.
        """
        terms = fill_pb2.FillLeaseTerms()
        if hold is not None:
            terms.hold.FromTimedelta(datetime.timedelta(seconds=hold))
        request = read_pb2.GetRequest(
            key=keys.checked(key), json_as_text=True, fill_lease=terms
        )
        seconds = self._seconds(timeout)
        end = math.inf if seconds is None else time.monotonic() + seconds
        while True:
            left = max(end - time.monotonic(), 0.0)
            request.fill_lease.wait.CopyFrom(_duration(min(left, _WAIT_MAX)))
            answer = self._read(self._store.Get, request, left)
            if answer.HasField("entry"):
                return entries.entry(answer.entry).value
            if answer.HasField("fill_under_way"):
                time.sleep(min(_PAUSE, left))
                continue
            token = answer.fill_lease.fill_token
            began = time.monotonic()
            value = self._compute(key, token, compute, timeout)
            end += time.monotonic() - began
            put = write_pb2.PutRequest(
                key=key,
                value=encode(value),
                fill_token=token,
                durability=self._asked(durability),
                **expiry.fields(
                    ttl=ttl,
                    expire_time=expire_time,
                    jitter_percent=jitter_percent,
                ),
            )
            with contextlib.suppress(errors.FillLeaseLostError):
                self._write(self._store.Put, put, end - time.monotonic())
                return value

    def _compute(
        self,
        key: str,
        token: str,
        compute: Callable[[], Any],
        timeout: float | None,
    ) -> Any:
        try:
            return compute()
        except BaseException:
            # Whatever comes of it: the lease ends with its time.
            back = write_pb2.DeleteRequest(key=key, fill_token=token)
            with contextlib.suppress(errors.RundletError):
                self._write(self._store.Delete, back, timeout)
            raise


def _duration(seconds: float) -> duration_pb2.Duration:
    duration = duration_pb2.Duration()
    duration.FromTimedelta(datetime.timedelta(seconds=seconds))
    return duration
