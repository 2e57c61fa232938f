"""Times on the wire."""

import datetime
import enum
from typing import Any

from google.protobuf import duration_pb2, timestamp_pb2

from rundlet.v1 import write_pb2

# Seconds, or a timedelta.
Ttl = float | datetime.timedelta


class ExpiryTest(enum.IntEnum):
    """Which expiry a key has to have so that it gets another one: one before
    the new one, one behind it, none, or any. Never is behind all times."""

    SOONER = write_pb2.EXPIRY_TEST_SOONER
    LATER = write_pb2.EXPIRY_TEST_LATER
    NEVER = write_pb2.EXPIRY_TEST_NEVER
    EXPIRES = write_pb2.EXPIRY_TEST_EXPIRES


def fields(
    *,
    ttl: Ttl | None = None,
    expire_time: datetime.datetime | None = None,
    keep_expiry: bool = False,
    never: bool = False,
    jitter_percent: int = 0,
) -> dict[str, Any]:
    """The field of `oneof expiry` to set, if any, and the jitter of a ttl.

    Raises ValueError if more than one is given.
    """
    chosen: dict[str, Any] = {}
    if ttl is not None:
        chosen["ttl"] = _duration(ttl)
    if expire_time is not None:
        chosen["expire_time"] = _timestamp(expire_time)
    if keep_expiry:
        chosen["keep_expiry"] = True
    if never:
        chosen["never"] = True
    if len(chosen) > 1:
        raise ValueError(f"at most one of these: {', '.join(chosen)}")
    if jitter_percent:
        chosen["jitter_percent"] = jitter_percent
    return chosen


def test_field(test: ExpiryTest | None) -> Any:
    """The field `only_if`."""
    return test


def to_datetime(timestamp: timestamp_pb2.Timestamp) -> datetime.datetime:
    """In UTC, cut to microseconds, which is what Python has."""
    return timestamp.ToDatetime(tzinfo=datetime.UTC)


def _duration(ttl: Ttl) -> duration_pb2.Duration:
    if not isinstance(ttl, datetime.timedelta):
        ttl = datetime.timedelta(seconds=ttl)
    message = duration_pb2.Duration()
    message.FromTimedelta(ttl)
    return message


def _timestamp(time: datetime.datetime) -> timestamp_pb2.Timestamp:
    if time.tzinfo is None:
        raise ValueError("expire_time needs a time zone, as datetime.UTC")
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(time)
    return message
