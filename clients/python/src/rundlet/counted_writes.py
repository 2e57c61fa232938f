"""Writes whose answer is a number."""

import datetime
from collections.abc import Iterable

from rundlet import entries, expiry, keys
from rundlet import transactions as tx
from rundlet.calls import Calls
from rundlet.v1 import counted_write_pb2


class CountedWrites(Calls):
    """Add and the delete of a range. Like all writes, they happen once with a
    `request_id`, which also lets them be retried."""

    def add(
        self,
        key: str,
        delta: int = 1,
        *,
        initial: int = 0,
        ttl: expiry.Ttl | None = None,
        expire_time: datetime.datetime | None = None,
        jitter_percent: int = 0,
        conditions: Iterable[tx.Condition] = (),
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.AddResult:
        """Adds to a number, which is a str of decimal digits.

        initial: what an absent key counts as.
        ttl, expire_time: of a key that is created; another one keeps its own.
        Raises NotANumberError and SumOutOfRangeError; then nothing was done.
        """
        request = counted_write_pb2.AddRequest(
            key=keys.checked(key),
            delta=delta,
            initial=initial,
            conditions=[condition.to_wire() for condition in conditions],
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
            **expiry.fields(
                ttl=ttl,
                expire_time=expire_time,
                jitter_percent=jitter_percent,
            ),
        )
        answer = self._write(self._store.Add, request, timeout)
        return entries.AddResult(
            **entries.receipt(answer),
            sum=answer.sum,
            existed=answer.existed,
            previous=entries.optional_entry(answer, "previous"),
        )

    def delete_range(
        self,
        prefix: str = "",
        *,
        start: str = "",
        end: str = "",
        keys_max: int = 0,
        return_previous: bool = False,
        durability: entries.Durability | None = None,
        request_id: str = "",
        timeout: float | None = None,
    ) -> entries.DeleteRangeResult:
        """Removes the keys with a prefix, or from start up to, not including,
        end, in one step; without any of them, every key.

        keys_max: only so many, the first ones. One step removes no more than
            limits()["transaction_operations_max"]; repeat it for a larger range
            until deleted_count is less than keys_max.
        """
        request = counted_write_pb2.DeleteRangeRequest(
            prefix=prefix,
            start=start,
            end=end,
            keys_max=keys_max,
            return_previous=return_previous,
            json_as_text=True,
            durability=self._asked(durability),
            request_id=request_id,
        )
        answer = self._write(self._store.DeleteRange, request, timeout)
        return entries.DeleteRangeResult(
            **entries.receipt(answer),
            deleted_count=answer.deleted_count,
            previous=tuple(entries.entry(one) for one in answer.previous),
        )
