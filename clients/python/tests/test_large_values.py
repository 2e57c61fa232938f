"""Goal: a value of any size goes to the server and comes back as a stream, and
what goes wrong on the way is told.

Method: against a server process; sources that fail, values that are replaced
while they are read, bytes that are not what was told.
"""

import io
import random

import pytest
import rundlet
from rundlet.v1 import entry_pb2, large_pb2


def some_bytes(count: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(count)


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_large_values_come_back(db, space, size):
    data = some_bytes(size, 1)
    put = db.put_large(space + "film", io.BytesIO(data))
    assert put.bytes == size
    with db.get_large(space + "film") as value:
        assert value.info.kind == rundlet.Kind.DATA
        assert value.info.bytes == size
        assert value.entry.revision == put.revision
        assert value.read() == data
        assert value.read() == b""


def test_others_tell_of_it_and_leave_it_out(db, space):
    db.put_large(space + "film", io.BytesIO(some_bytes(2_000_000, 2)))
    entry = db.get_entry(space + "film")
    assert entry.large.bytes == 2_000_000
    with pytest.raises(ValueError, match="get_large"):
        _ = entry.value
    [listed] = db.scan(space)
    assert listed.large == entry.large
    db.put(space + "film", "short")
    assert db.get_entry(space + "film").large is None
    with db.get_large(space + "film") as value:
        assert value.info.kind == rundlet.Kind.TEXT
        assert value.read() == b"short"


def test_a_large_put_takes_what_put_takes(db, space):
    data = some_bytes(2_000_000, 3)

    def put(**wishes):
        return db.put_large(space + "film", io.BytesIO(data), **wishes)

    first = put(create_only=True, request_id=space, ttl=60)
    repeat = put(create_only=True, request_id=space, ttl=60)
    assert repeat.replayed
    assert repeat.revision == first.revision
    assert db.get_entry(space + "film").expire_time is not None
    with pytest.raises(rundlet.KeyExistsError):
        put(create_only=True)
    with pytest.raises(rundlet.ConditionFailedError):
        put(expected_revision=first.revision + 1000)
    with pytest.raises(rundlet.ConditionFailedError):
        put(conditions=[rundlet.Condition.absent(space + "film")])
    assert put(return_previous=True).previous.large.bytes == 2_000_000


class BrokenSource(io.RawIOBase):
    def __init__(self) -> None:
        super().__init__()
        self.parts = 8

    def read(self, size: int = -1, /) -> bytes:
        self.parts -= 1
        if self.parts == 0:
            raise OSError("the source is broken")
        return bytes(size)


def test_a_large_put_that_fails_changes_nothing(db, space):
    db.put(space + "film", "before")
    with pytest.raises(OSError, match="the source is broken"):
        db.put_large(space + "film", BrokenSource())
    no_text = io.BytesIO(bytes(3_000_000) + b"\xff")
    with pytest.raises(rundlet.InvalidArgumentError):
        db.put_large(space + "film", no_text, rundlet.Kind.TEXT)
    assert db.get(space + "film") == "before"


def test_a_large_get_shows_one_version(db, space):
    old, new = some_bytes(6_000_000, 4), some_bytes(6_000_000, 5)
    db.put_large(space + "film", io.BytesIO(old))
    with db.snapshot() as then, db.get_large(space + "film") as value:
        first = value.read(10)
        db.put_large(space + "film", io.BytesIO(new))
        assert first + value.read() == old
        with then.get_large(space + "film") as value_then:
            assert value_then.read() == old
    with pytest.raises(rundlet.KeyNotFoundError):
        db.get_large(space + "none")


def test_a_closed_value_cannot_be_read(db, space):
    db.put_large(space + "film", io.BytesIO(some_bytes(6_000_000, 6)))
    value = db.get_large(space + "film")
    assert value.read(10)
    value.close()
    value.close()  # no error
    with pytest.raises(ValueError, match="closed"):
        value.read(10)


def test_bytes_that_are_not_what_was_put_are_an_error():
    class Call(list):
        def __next__(self):
            if not self:
                raise StopIteration
            return self.pop(0)

        def cancel(self):
            pass

    header = large_pb2.GetLargeHeader(
        entry=entry_pb2.Entry(key="film", value_omitted=True),
        value=entry_pb2.LargeValue(kind=entry_pb2.VALUE_KIND_DATA, crc32=7),
    )
    call = Call([large_pb2.GetLargeResponse(data=b"abc")])
    value = rundlet.LargeValue(call, header)
    assert value.read(3) == b"abc"
    with pytest.raises(OSError, match="CRC-32"):
        value.read(1)
