"""What the store holds and what its calls answer."""

import dataclasses
import datetime
import enum
from typing import Any

from rundlet import expiry, values
from rundlet.v1 import entry_pb2, transaction_pb2


class Durability(enum.IntEnum):
    """How far a write has to be before it is acknowledged."""

    MEMORY = entry_pb2.DURABILITY_MEMORY
    OS = entry_pb2.DURABILITY_OS
    DISK = entry_pb2.DURABILITY_DISK


@dataclasses.dataclass(frozen=True, slots=True)
class LargeInfo:
    """A value without its bytes: what they are, how many, and zlib's CRC-32 of
    them."""

    kind: values.Kind
    bytes: int
    crc32: int


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One version of one key.

    kind, raw: what the value is, and its text, its bytes or the exact text of
        its JSON; None if the value was left out.
    revision: the place of the write in the one order of all writes.
    create_revision: that of the write that made the key exist.
    version: the number of writes since then, the creating one included.
    create_time, modify_time: in the server's time.
    expire_time: from when on the key is absent; None: it stays.
    large: what was left out, if only get_large gives it.
    """

    key: str
    kind: values.Kind | None
    raw: str | bytes | None
    revision: int
    create_revision: int
    version: int
    create_time: datetime.datetime
    modify_time: datetime.datetime
    expire_time: datetime.datetime | None
    large: LargeInfo | None = None

    @property
    def value(self) -> Any:
        """The value. Raises ValueError if it was left out."""
        if self.large is not None:
            raise ValueError(f"get_large gives the value of {self.key!r}")
        if self.kind is None or self.raw is None:
            raise ValueError(f"the value of {self.key!r} was left out")
        return values.decode(self.kind, self.raw)


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """What every write answers.

    revision: that of the write; 0 if nothing changed.
    read_revision: the newest revision seen; give it as `min_revision` to a
        read that must not see an older state.
    durability: what was reached, at least.
    durable_revision: the newest revision that is on disk, it and all before.
    replayed: this is the outcome of an earlier request with the same id; it has
        no previous entries.
    """

    revision: int
    read_revision: int
    durability: Durability
    durable_revision: int
    replayed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PutResult(Receipt):
    """existed: there was a value before; previous: it, if asked for."""

    existed: bool
    previous: Entry | None


@dataclasses.dataclass(frozen=True, slots=True)
class PutLargeResult(PutResult):
    """bytes: how many were written."""

    bytes: int


@dataclasses.dataclass(frozen=True, slots=True)
class DeleteResult(Receipt):
    """True if the key existed; previous: what was there, if asked for."""

    deleted: bool
    previous: Entry | None

    def __bool__(self) -> bool:
        return self.deleted


@dataclasses.dataclass(frozen=True, slots=True)
class SetExpiryResult(Receipt):
    """True if the key exists, passed the test, and has the new expiry.
    previous: what was there, if asked for, also if it did not pass."""

    updated: bool
    existed: bool
    previous: Entry | None

    def __bool__(self) -> bool:
        return self.updated


@dataclasses.dataclass(frozen=True, slots=True)
class AddResult(Receipt):
    """sum: the number now; previous: what was there before, if asked for."""

    sum: int
    existed: bool
    previous: Entry | None

    def __int__(self) -> int:
        return self.sum


@dataclasses.dataclass(frozen=True, slots=True)
class DeleteRangeResult(Receipt):
    """deleted_count: how many keys were removed; previous: they, in key order,
    if asked for."""

    deleted_count: int
    previous: tuple[Entry, ...]

    def __int__(self) -> int:
        return self.deleted_count


@dataclasses.dataclass(frozen=True, slots=True)
class OperationResult:
    """What one operation of a transaction found.

    existed: the key existed just before it; of a range, any key of it.
    entry: what a get read, or what was there before, if asked for.
    sum: of an add, the number now.
    updated: of a change of expiry, whether the key has the new one.
    deleted_count: of a delete of a range, how many keys it removed.
    entries: of a delete of a range, what was there before, if asked for.
    """

    existed: bool
    entry: Entry | None
    sum: int | None = None
    updated: bool = False
    deleted_count: int = 0
    entries: tuple[Entry, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class FailedCondition:
    """The first condition that did not hold, and what its key was instead."""

    index: int
    exists: bool
    revision: int
    version: int
    value_crc32: int


@dataclasses.dataclass(frozen=True, slots=True)
class CommitResult(Receipt):
    """True if all conditions held; results has one for each operation of the
    branch that was applied."""

    applied: bool
    results: tuple[OperationResult, ...]
    failed_condition: FailedCondition | None

    def __bool__(self) -> bool:
        return self.applied


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a range, in order; next_page_token is empty at its end.
    All pages of a range show the state at read_revision."""

    entries: tuple[Entry, ...]
    next_page_token: str
    read_revision: int


def entry(message: entry_pb2.Entry) -> Entry:
    kind, raw = None, None
    if not message.value_omitted:
        kind, raw = values.split(message.value)
    return Entry(
        key=message.key,
        kind=kind,
        raw=raw,
        revision=message.revision,
        create_revision=message.create_revision,
        version=message.version,
        create_time=expiry.to_datetime(message.create_time),
        modify_time=expiry.to_datetime(message.modify_time),
        expire_time=(
            expiry.to_datetime(message.expire_time)
            if message.HasField("expire_time")
            else None
        ),
        large=(
            large_info(message.large_value)
            if message.HasField("large_value")
            else None
        ),
    )


def large_info(message: entry_pb2.LargeValue) -> LargeInfo:
    return LargeInfo(
        kind=next(
            kind
            for kind, wire in values.WIRE_KINDS.items()
            if wire == message.kind
        ),
        bytes=message.bytes,
        crc32=message.crc32,
    )


def optional_entry(message: Any, field: str) -> Entry | None:
    """The entry in a field of a message, None if the field is not set."""
    return entry(getattr(message, field)) if message.HasField(field) else None


def receipt(message: Any) -> dict[str, Any]:
    """The arguments of Receipt, out of any answer to a write."""
    return {
        "revision": message.revision,
        "read_revision": message.read_revision,
        "durability": Durability(message.durability),
        "durable_revision": message.durable_revision,
        "replayed": message.replayed,
    }


def commit_result(message: transaction_pb2.CommitResponse) -> CommitResult:
    failed = message.failed_condition
    return CommitResult(
        **receipt(message),
        applied=message.branch == transaction_pb2.BRANCH_OPERATIONS,
        results=tuple(
            OperationResult(
                result.existed,
                optional_entry(result, "entry"),
                result.sum if result.HasField("sum") else None,
                result.updated,
                result.deleted_count,
                tuple(entry(one) for one in result.entries),
            )
            for result in message.results
        ),
        failed_condition=(
            FailedCondition(
                failed.index,
                failed.exists,
                failed.revision,
                failed.version,
                failed.value_crc32,
            )
            if message.HasField("failed_condition")
            else None
        ),
    )
