"""Python values on the wire: what was put is what comes back.

A str is text, bytes are data, and everything else is JSON. JSON travels as its
text, so that numbers stay exact: 9007199254740993 and 1.0 come back as they
are.
"""

import enum
import hashlib
import json
from typing import Any

from rundlet.v1 import entry_pb2


class Kind(enum.StrEnum):
    """What a value is."""

    TEXT = "text"
    DATA = "data"
    JSON = "json"


# As the wire API has them apart from a value.
WIRE_KINDS = {
    Kind.TEXT: entry_pb2.VALUE_KIND_TEXT,
    Kind.DATA: entry_pb2.VALUE_KIND_DATA,
    Kind.JSON: entry_pb2.VALUE_KIND_JSON,
}


class JsonText(str):
    """The text of one JSON value, to be stored as it is, byte for byte."""

    __slots__ = ()


def encode(value: Any) -> entry_pb2.Value:
    """Raises TypeError or ValueError for what JSON cannot hold, as NaN."""
    if isinstance(value, JsonText):
        return entry_pb2.Value(json_text=value)
    if isinstance(value, str):
        return entry_pb2.Value(text=value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return entry_pb2.Value(data=bytes(value))
    return entry_pb2.Value(
        json_text=json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    )


def split(value: entry_pb2.Value) -> tuple[Kind, str | bytes]:
    """Its kind, and its text, its bytes, or the text of its JSON.

    Every request of this client asks for JSON as text, so that no other kind
    comes back.
    """
    match value.WhichOneof("kind"):
        case "text":
            return Kind.TEXT, value.text
        case "data":
            return Kind.DATA, value.data
        case "json_text":
            return Kind.JSON, value.json_text
        case other:
            raise ValueError(f"a value of kind {other!r} is not known here")


def decode(kind: Kind, raw: str | bytes) -> Any:
    """The inverse of encode, for what split gave."""
    return json.loads(raw) if kind is Kind.JSON else raw


# The first byte of what a digest is of.
_DIGEST_KINDS = {Kind.TEXT: b"\1", Kind.DATA: b"\2", Kind.JSON: b"\3"}


def digest(value: Any) -> bytes:
    """The digest by which Condition.digest names a value without sending it.
    That of JSON is of its text, as this client writes it."""
    kind, raw = split(encode(value))
    if isinstance(raw, str):
        raw = raw.encode()
    return hashlib.sha256(_DIGEST_KINDS[kind] + raw).digest()
