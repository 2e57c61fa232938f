"""Flat messages of the wire API as dicts."""

from typing import Any


def plain(message: Any) -> dict[str, Any]:
    """A flat message as a dict: a time is a Unix time in seconds, a duration
    is in seconds, and what is not set is None."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is not None:
            value = (
                value.seconds + value.nanos / 1e9
                if message.HasField(field.name)
                else None
            )
        found[field.name] = value
    return found
