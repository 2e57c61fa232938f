"""Values of any size, read and written as streams."""

import datetime
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import grpc

from rundlet import entries, errors, expiry, keys, values
from rundlet import transactions as tx
from rundlet.calls import Calls
from rundlet.v1 import large_pb2

# What one message carries: enough to be worth it, and little to hold in memory.
_PART_BYTES = 256 << 10


class Source(Protocol):
    """What gives bytes, as a file opened in binary mode does."""

    def read(self, size: int, /) -> bytes: ...


class LargeValue(io.RawIOBase):
    """A value that is being read: a binary file that cannot be written.

    entry: the entry, without its value; info: what its bytes are. The read at
    its end raises OSError if the bytes are not those that were put; every one
    can raise RundletError. One thread at a time; close() ends it anywhere.
    """

    def __init__(self, call: Any, header: large_pb2.GetLargeHeader) -> None:
        super().__init__()
        self.entry = entries.entry(header.entry)
        self.info = entries.large_info(header.value)
        self._call = call
        self._part = memoryview(b"")
        self._crc32 = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self.closed:
            raise ValueError("the value has been closed")
        into = memoryview(buffer).cast("B")
        if len(into) > 0 and not self._part:
            self._part = memoryview(self._receive())
        count = min(len(into), len(self._part))
        into[:count] = self._part[:count]
        self._part = self._part[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            self._call.cancel()
        super().close()

    def _receive(self) -> bytes:
        """The next bytes; none: that was all."""
        try:
            data: bytes = next(self._call).data
        except StopIteration:
            if self._crc32 != self.info.crc32:
                raise OSError(
                    f"the value of {self.entry.key!r} came with CRC-32 "
                    f"{self._crc32:08x}, not {self.info.crc32:08x}"
                ) from None
            return b""
        except grpc.RpcError as error:
            raise errors.from_rpc(error, writes=False) from error
        self._crc32 = zlib.crc32(data, self._crc32)
        return data


class LargeReads(Calls):
    """The call that reads a value of any size."""

    def get_large(
        self,
        key: str,
        *,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> LargeValue:
        """The value of a key as a binary file, all of it as of one moment.
        Raises KeyNotFoundError if the key is absent.

        Use it in a with statement, or close it, and read it without pauses
        longer than the server's snapshot_lease.

        timeout: seconds for all of it; None: as long as it takes.
        """
        request = large_pb2.GetLargeRequest(
            key=keys.checked(key),
            min_revision=min_revision,
            snapshot_token=self._snapshot_token,
        )
        call = self._store.GetLarge(request, timeout=timeout)
        try:
            return LargeValue(call, next(call).header)
        except grpc.RpcError as error:
            raise errors.from_rpc(error, writes=False) from error


class LargeWrites(Calls):
    """The call that writes a value of any size."""

    def put_large(
        self,
        key: str,
        source: Source,
        kind: values.Kind = values.Kind.DATA,
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
    ) -> entries.PutLargeResult:
        """Writes a key with all that `source`, such as a file opened in binary
        mode, gives: up to limits()['large_value_bytes_max'] bytes, of which one
        part is in memory. The key has all of them, or what it had before.

        source: another thread reads it. What it raises ends the write.
        kind: DATA, or TEXT, if the bytes are UTF-8.
        request_id: makes the write happen once; but it is not retried, as
            `source` can be read once. The caller may send the same bytes again.
        timeout: seconds for all of it; None: as long as it takes.
        The rest is as for put.
        """
        header = large_pb2.PutLargeHeader(
            key=keys.checked(key),
            kind=values.WIRE_KINDS[kind],
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
        upload = _Upload(header, source)
        try:
            answer = self._store.PutLarge(upload.messages(), timeout=timeout)
        except grpc.RpcError as error:
            if upload.failure is not None:
                raise upload.failure from None
            raise errors.from_rpc(error, writes=True) from error
        return entries.PutLargeResult(
            **entries.receipt(answer),
            existed=answer.existed,
            previous=entries.optional_entry(answer, "previous"),
            bytes=answer.value_bytes,
        )


class _Upload:
    """The messages of a PutLarge, and why they broke off, if they did."""

    def __init__(
        self, header: large_pb2.PutLargeHeader, source: Source
    ) -> None:
        self._header = header
        self._source = source
        self.failure: Exception | None = None

    def messages(self) -> Iterator[large_pb2.PutLargeRequest]:
        yield large_pb2.PutLargeRequest(header=self._header)
        crc32 = 0
        try:
            while part := self._source.read(_PART_BYTES):
                crc32 = zlib.crc32(part, crc32)
                yield large_pb2.PutLargeRequest(data=part)
        except Exception as error:  # gRPC would log it and tell nobody
            self.failure = error
            return  # without an end: the server writes nothing
        yield large_pb2.PutLargeRequest(end=large_pb2.PutLargeEnd(crc32=crc32))
