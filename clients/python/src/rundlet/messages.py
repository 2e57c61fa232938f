"""Messages of the wire API as dicts."""

from collections.abc import Mapping, Sequence
from typing import Any


def plain(message: Any) -> dict[str, Any]:
    """A message as a dict: a time is a Unix time in seconds, a duration is in
    seconds, a message within it is a dict, so is a map, several are a list, and
    what is not set is None."""
    return {
        field.name: _value(message, field)
        for field in message.DESCRIPTOR.fields
    }


def _value(message: Any, field: Any) -> Any:
    value = getattr(message, field.name)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(one) if field.message_type else one for one in value]
    if field.message_type is None:
        return value
    if not message.HasField(field.name):
        return None
    if field.message_type.full_name.startswith("google.protobuf."):
        return value.seconds + value.nanos / 1e9
    return plain(value)
