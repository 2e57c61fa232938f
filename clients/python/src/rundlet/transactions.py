"""Conditions and operations of a transaction."""

import dataclasses
import datetime
from typing import Any

from rundlet import expiry, keys, values
from rundlet.v1 import condition_pb2, transaction_pb2


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """A statement about one key before the operations; made by the methods
    below. An absent key has revision, create revision and version 0."""

    _message: condition_pb2.Condition

    @classmethod
    def exists(cls, key: str) -> "Condition":
        """The key exists."""
        return cls._about(key, exists=True)

    @classmethod
    def absent(cls, key: str) -> "Condition":
        """The key is absent."""
        return cls._about(key, exists=False)

    @classmethod
    def revision(cls, key: str, **comparison: int) -> "Condition":
        """The key's revision: equal=, not_equal=, less= or greater=."""
        return cls._about(key, revision=_number(comparison))

    @classmethod
    def create_revision(cls, key: str, **comparison: int) -> "Condition":
        """The revision that made the key exist, compared likewise."""
        return cls._about(key, create_revision=_number(comparison))

    @classmethod
    def version(cls, key: str, **comparison: int) -> "Condition":
        """The number of the key's writes, compared likewise."""
        return cls._about(key, version=_number(comparison))

    @classmethod
    def value(cls, key: str, **comparison: Any) -> "Condition":
        """The key's value: equal= or not_equal=. JSON is compared by its
        text, as this client writes it."""
        _one_of(comparison, ("equal", "not_equal"))
        return cls._about(
            key,
            value=condition_pb2.ValueComparison(
                **{
                    name: values.encode(value)
                    for name, value in comparison.items()
                }
            ),
        )

    @classmethod
    def digest(cls, key: str, **comparison: bytes) -> "Condition":
        """The digest() of the key's value: equal= or not_equal=."""
        _one_of(comparison, ("equal", "not_equal"))
        return cls._about(
            key, digest=condition_pb2.DigestComparison(**comparison)
        )

    @classmethod
    def _about(cls, key: str, **test: Any) -> "Condition":
        return cls(condition_pb2.Condition(key=keys.checked(key), **test))

    def to_wire(self) -> condition_pb2.Condition:
        return self._message


@dataclasses.dataclass(frozen=True, slots=True)
class Get:
    """Reads a key."""

    key: str

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            get=transaction_pb2.GetOperation(key=keys.checked(self.key))
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Put:
    """Writes a key; without an expiry it stays until it is deleted."""

    key: str
    value: Any
    ttl: expiry.Ttl | None = None
    expire_time: datetime.datetime | None = None
    keep_expiry: bool = False
    jitter_percent: int = 0

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            put=transaction_pb2.PutOperation(
                key=keys.checked(self.key),
                value=values.encode(self.value),
                **expiry.fields(
                    ttl=self.ttl,
                    expire_time=self.expire_time,
                    keep_expiry=self.keep_expiry,
                    jitter_percent=self.jitter_percent,
                ),
            )
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Delete:
    """Removes a key; that it is absent is no error."""

    key: str

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            delete=transaction_pb2.DeleteOperation(key=keys.checked(self.key))
        )


@dataclasses.dataclass(frozen=True, slots=True)
class SetExpiry:
    """Gives a key another expiry; that it is absent, or its present expiry
    does not pass the test, is no error."""

    key: str
    ttl: expiry.Ttl | None = None
    expire_time: datetime.datetime | None = None
    never: bool = False
    jitter_percent: int = 0
    only_if: expiry.ExpiryTest | None = None

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            set_expiry=transaction_pb2.SetExpiryOperation(
                key=keys.checked(self.key),
                only_if=expiry.test_field(self.only_if),
                **expiry.fields(
                    ttl=self.ttl,
                    expire_time=self.expire_time,
                    never=self.never,
                    jitter_percent=self.jitter_percent,
                ),
            )
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Add:
    """Adds to a number; an absent key counts as `initial`, and is created with
    the expiry."""

    key: str
    delta: int = 1
    initial: int = 0
    ttl: expiry.Ttl | None = None
    expire_time: datetime.datetime | None = None
    jitter_percent: int = 0

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            add=transaction_pb2.AddOperation(
                key=keys.checked(self.key),
                delta=self.delta,
                initial=self.initial,
                **expiry.fields(
                    ttl=self.ttl,
                    expire_time=self.expire_time,
                    jitter_percent=self.jitter_percent,
                ),
            )
        )


@dataclasses.dataclass(frozen=True, slots=True)
class DeleteRange:
    """Removes the keys with a prefix, or from start up to, not including, end;
    keys_max: only so many, the first ones."""

    prefix: str = ""
    start: str = ""
    end: str = ""
    keys_max: int = 0

    def to_wire(self) -> transaction_pb2.Operation:
        return transaction_pb2.Operation(
            delete_range=transaction_pb2.DeleteRangeOperation(
                prefix=self.prefix,
                start=self.start,
                end=self.end,
                keys_max=self.keys_max,
            )
        )


Operation = Get | Put | Delete | SetExpiry | Add | DeleteRange


def _number(comparison: dict[str, int]) -> condition_pb2.NumberComparison:
    _one_of(comparison, ("equal", "not_equal", "less", "greater"))
    return condition_pb2.NumberComparison(**comparison)


def _one_of(comparison: dict[str, Any], names: tuple[str, ...]) -> None:
    if len(comparison) != 1 or not set(comparison) <= set(names):
        raise TypeError(
            f"exactly one of {', '.join(names)} is needed, "
            f"got {', '.join(comparison) or 'none'}"
        )
