"""Writing keys."""

import datetime
from collections.abc import Iterable
from typing import Any

from rundlet import entries, expiry, keys
from rundlet import transactions as tx
from rundlet.calls import Calls
from rundlet.v1 import transaction_pb2, write_pb2
from rundlet.values import encode


class Writes(Calls):
    """The calls that change data.

    A write with a `request_id` happens once, however often it is sent, and is
    retried while the server is unavailable. Without one it is not, since a
    repeat could take effect twice; an error tells in `outcome_unknown` whether
    this one may have.
    """

    def put(
        self,
        key: str,
        value: Any,
        ttl: expiry.Ttl | None = None,
        *,
        expire_time: datetime.datetime | None = None,
        keep_expiry: bool = False,
        create_only: bool = False,
        expected_revision: int | None = None,
        jitter_percent: int = 0,
        conditions: Iterable[tx.Condition] = (),
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.PutResult:
        """Writes a key: str as text, bytes as data, all else as JSON.

        ttl, expire_time: when the key goes away; without one, never.
            keep_expiry: when the version before would have. jitter_percent:
            up to so much of the ttl is taken off, at random.
        create_only: raise KeyExistsError if the key exists.
        expected_revision: raise ConditionFailedError if the key has another
            one; 0: if it exists.
        conditions: raise ConditionFailedError if one of them does not hold.
        """
        request = write_pb2.PutRequest(
            key=keys.checked(key),
            value=encode(value),
            create_only=create_only,
            expected_revision=expected_revision,
            conditions=[condition.to_wire() for condition in conditions],
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
            **expiry.fields(
                ttl=ttl,
                expire_time=expire_time,
                keep_expiry=keep_expiry,
                jitter_percent=jitter_percent,
            ),
        )
        answer = self._write(self._store.Put, request, timeout)
        return entries.PutResult(
            **entries.receipt(answer),
            existed=answer.existed,
            previous=entries.optional_entry(answer, "previous"),
        )

    def delete(
        self,
        key: str,
        *,
        expected_revision: int | None = None,
        conditions: Iterable[tx.Condition] = (),
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.DeleteResult:
        """Removes a key. The result is true if it existed."""
        request = write_pb2.DeleteRequest(
            key=keys.checked(key),
            expected_revision=expected_revision,
            conditions=[condition.to_wire() for condition in conditions],
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
        )
        answer = self._write(self._store.Delete, request, timeout)
        return entries.DeleteResult(
            **entries.receipt(answer),
            deleted=answer.deleted,
            previous=entries.optional_entry(answer, "previous"),
        )

    def set_expiry(
        self,
        key: str,
        ttl: expiry.Ttl | None = None,
        *,
        expire_time: datetime.datetime | None = None,
        never: bool = False,
        jitter_percent: int = 0,
        only_if: expiry.ExpiryTest | None = None,
        expected_revision: int | None = None,
        conditions: Iterable[tx.Condition] = (),
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.SetExpiryResult:
        """Gives a key another expiry: a ttl, a time, or never. The result is
        true if the key has it now.

        only_if: what the present expiry has to be; else nothing happens.
        return_previous: a read that touches the key, in one step; it costs
            what a write does.
        """
        request = write_pb2.SetExpiryRequest(
            key=keys.checked(key),
            expected_revision=expected_revision,
            conditions=[condition.to_wire() for condition in conditions],
            only_if=expiry.test_field(only_if),
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
            **expiry.fields(
                ttl=ttl,
                expire_time=expire_time,
                never=never,
                jitter_percent=jitter_percent,
            ),
        )
        answer = self._write(self._store.SetExpiry, request, timeout)
        return entries.SetExpiryResult(
            **entries.receipt(answer),
            updated=answer.updated,
            existed=answer.existed,
            previous=entries.optional_entry(answer, "previous"),
        )

    def commit(
        self,
        operations: Iterable[tx.Operation],
        *,
        conditions: Iterable[tx.Condition] = (),
        otherwise: Iterable[tx.Operation] | None = None,
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.CommitResult:
        """Applies all operations if all conditions hold, and then is true.

        Else it applies `otherwise`, which may be empty, and then is false; or,
        without it, raises ConditionFailedError and has done nothing.
        """
        request = transaction_pb2.CommitRequest(
            conditions=[condition.to_wire() for condition in conditions],
            operations=[operation.to_wire() for operation in operations],
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
        )
        if otherwise is not None:
            request.otherwise.SetInParent()
            request.otherwise.operations.extend(
                operation.to_wire() for operation in otherwise
            )
        answer = self._write(self._store.Commit, request, timeout)
        return entries.commit_result(answer)

    def sync(self, revision: int = 0, *, timeout: float | None = None) -> int:
        """Waits until all that was acknowledged, and `revision` at least, is on
        disk. Returns the newest revision that is."""
        request = write_pb2.SyncRequest(revision=revision)
        answer = self._read(self._store.Sync, request, timeout)
        return int(answer.durable_revision)
