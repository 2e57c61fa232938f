"""Goal: Python values keep kind and content on their way to the wire and back.

Method: encode and decode without a server, over the vectors that all clients
share and over what only Python has.
"""

import datetime
import decimal

import pytest
import rundlet
from conftest import vectors
from rundlet import expiry, values


@pytest.mark.parametrize("vector", vectors(), ids=lambda v: v["name"])
def test_vector(vector):
    match vector["kind"]:
        case "text":
            given, raw = vector["text"], vector["text"]
        case "data":
            given = raw = bytes.fromhex(vector["hex"])
        case "json":
            raw = vector["json_text"]
            given = rundlet.JsonText(raw)
    encoded = values.encode(given)
    assert values.split(encoded) == (rundlet.Kind(vector["kind"]), raw)
    if vector.get("plain"):
        decoded = values.decode(*values.split(encoded))
        assert values.encode(decoded) == encoded or isinstance(decoded, str)


@pytest.mark.parametrize("given", [bytearray(b"\0\1"), memoryview(b"\0\1")])
def test_bytes_of_any_type_are_data(given):
    assert values.encode(given).data == b"\0\1"


def test_json_keeps_numbers_and_characters():
    given = {"n": 9007199254740993, "x": 1.0, "e": "\U0001f6e2", "z": None}
    encoded = values.encode(given)
    assert encoded.json_text == (
        '{"n":9007199254740993,"x":1.0,"e":"\U0001f6e2","z":null}'
    )
    decoded = values.decode(*values.split(encoded))
    assert decoded == given
    assert isinstance(decoded["x"], float)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (float("nan"), ValueError),
        ([float("inf")], ValueError),
        (decimal.Decimal(1), TypeError),
        ({"a", "b"}, TypeError),
        (object(), TypeError),
        ("\ud800", ValueError),
        ({"a": "\ud800"}, ValueError),
    ],
)
def test_what_no_value_can_hold_is_refused(given, error):
    with pytest.raises(error):
        values.encode(given)


def test_expiry_takes_one_form():
    assert expiry.fields() == {}
    assert expiry.fields(ttl=1.5)["ttl"].nanos == 500_000_000
    assert expiry.fields(ttl=datetime.timedelta(hours=1))["ttl"].seconds == 3600
    with pytest.raises(ValueError, match="at most one of these: ttl, never"):
        expiry.fields(ttl=1, never=True)


def test_a_time_needs_a_zone():
    noon = datetime.datetime(2030, 1, 1, 12)
    with pytest.raises(ValueError, match="time zone"):
        expiry.fields(expire_time=noon)
    zone = datetime.timezone(datetime.timedelta(hours=2))
    sent = expiry.fields(expire_time=noon.replace(tzinfo=zone))["expire_time"]
    assert expiry.to_datetime(sent) == datetime.datetime(
        2030, 1, 1, 10, tzinfo=datetime.UTC
    )
