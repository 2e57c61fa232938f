"""Templates of requests and patterns of answers (scenarios/README.md)."""

import dataclasses
import datetime
import json
import re
from typing import Any

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")


class DifferenceError(Exception):
    """What is not as it has to be."""


@dataclasses.dataclass
class Context:
    """What templates and patterns may refer to."""

    start_micros: int  # of the scenario, since 1970
    answers: dict[str, Any]


def _once(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DifferenceError(f"a name twice: {[name for name, _ in pairs]}")
    return found


def parse(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _operator(value: Any) -> tuple[str, Any] | None:
    if isinstance(value, dict) and len(value) == 1:
        [(name, operand)] = value.items()
        if name.startswith("$"):
            return name, operand
    return None


def _lookup(path: str, context: Context) -> Any:
    label, *names = path.split(".")
    value = context.answers[label]
    for name in names:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _micros(seconds: float, context: Context) -> int:
    return context.start_micros + round(seconds * 1_000_000)


def fill(text: Any, context: Context) -> Any:
    """The template with what it stands for in its place."""
    if isinstance(text, str):
        if text.startswith("$$"):
            return text[1:]
        return _lookup(text[1:], context) if text.startswith("$") else text
    match _operator(text):
        case ("$plus", terms):
            return str(sum(int(fill(term, context)) for term in terms))
        case ("$repeat", [part, count]):
            return part * count
        case ("$time", seconds):
            time = _EPOCH + datetime.timedelta(
                microseconds=_micros(seconds, context)
            )
            return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(text, dict):
        return {name: fill(value, context) for name, value in text.items()}
    if isinstance(text, list):
        return [fill(value, context) for value in text]
    return text


def _time_of(value: Any) -> int | None:
    """Microseconds since 1970; None: it is no time."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    seconds = datetime.datetime.fromisoformat(found[1] + "+00:00") - _EPOCH
    fraction = round(float(found[2] or 0) * 1_000_000)
    return seconds // datetime.timedelta(microseconds=1) + fraction


def _is_equal(pattern: Any, actual: Any) -> bool:
    if isinstance(pattern, bool) or isinstance(actual, bool):
        return pattern is actual
    if isinstance(pattern, int) and isinstance(actual, str):
        return str(pattern) == actual
    time = _time_of(pattern)
    if time is not None and time == _time_of(actual):
        return True
    return pattern == actual


def _holds(name: str, operand: Any, actual: Any, context: Context) -> bool:
    match name:
        case "$ne":
            return not _is_equal(operand, actual)
        case "$size":
            return isinstance(actual, list) and len(actual) == operand
        case "$between":
            time = _time_of(actual)
            low, high = (_micros(seconds, context) for seconds in operand)
            return time is not None and low <= time <= high
        case "$gt":
            return int(actual) > int(operand)
        case "$ge":
            return int(actual) >= int(operand)
        case "$lt":
            return int(actual) < int(operand)
        case "$le":
            return int(actual) <= int(operand)
    raise DifferenceError(f"no such operator: {name}")


def compare(pattern: Any, actual: Any, context: Context, at: str = "") -> None:
    """Raises DifferenceError at the first difference from a filled pattern."""
    found = _operator(pattern)
    if found:
        if not _holds(*found, actual, context):
            raise DifferenceError(f"{at}: should be {pattern} and is {actual}")
    elif isinstance(pattern, dict) and isinstance(actual, dict):
        for name, value in pattern.items():
            compare(value, actual.get(name), context, f"{at}.{name}")
    elif (
        isinstance(pattern, list)
        and isinstance(actual, list)
        and len(pattern) == len(actual)
    ):
        for index, value in enumerate(pattern):
            compare(value, actual[index], context, f"{at}.{index}")
    elif not _is_equal(pattern, actual):
        raise DifferenceError(f"{at}: should be {pattern!r} and is {actual!r}")


def check_members(value: dict, known: str) -> None:
    """Raises DifferenceError if an object has a member that is not known."""
    unknown = value.keys() - set(known.split())
    if unknown:
        raise DifferenceError(f"unknown: {unknown} in {value}")


def check_fields(pattern: Any, message: Any) -> None:
    """Likewise of a pattern and the descriptor of a message."""
    if (
        message.full_name.startswith("google.protobuf.")
        or _operator(pattern)
        or not isinstance(pattern, dict)
    ):
        return
    fields = {field.json_name: field for field in message.fields}
    check_members(pattern, " ".join(fields))
    for name, value in pattern.items():
        if fields[name].message_type:
            for one in value if isinstance(value, list) else [value]:
                check_fields(one, fields[name].message_type)
