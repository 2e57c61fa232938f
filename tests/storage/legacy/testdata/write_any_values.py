#!/usr/bin/env python3
"""Writes any_values.log: every sort of JSON value, as Python's json writes it.

The records are what BitPyStore would write if it did not turn values into
strings first. Keys are in the order of their UTF-8 bytes, each once, so that an
import and an export must give the same bytes again.

    ./write_any_values.py > any_values.log
"""

import json
import random
import sys
import zlib

PLANES = [
    (0, 0x7F),
    (0x80, 0x7FF),
    (0x800, 0xD7FF),
    (0xE000, 0xFFFF),
    (0x10000, 0x10FFFF),
]


def any_text(rng, length_max):
    return "".join(
        chr(rng.randint(*rng.choice(PLANES)))
        for _ in range(rng.randint(0, length_max))
    )


def any_number(rng):
    return rng.choice(
        [
            0,
            -0.0,
            1.0,
            1e300,
            5e-324,
            0.1,
            9007199254740993,
            -(10**40),
            rng.randint(-(10**6), 10**6),
            rng.uniform(-1, 1),
        ]
    )


def any_value(rng, depth):
    sort = rng.randrange(7 if depth > 0 else 5)
    if sort < 2:
        return any_text(rng, 20)
    if sort == 2:
        return any_number(rng)
    if sort < 5:
        return rng.choice([None, True, False, "", [], {}])
    if sort == 5:
        return [any_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {
        any_text(rng, 5): any_value(rng, depth - 1)
        for _ in range(rng.randrange(4))
    }


def main():
    rng = random.Random(20240501)
    entries = {"key %03d" % i: any_value(rng, 4) for i in range(300)}
    entries.update(
        {any_text(rng, 30) or "k": any_value(rng, 2) for _ in range(200)}
    )
    entries["text of every plane"] = any_text(rng, 5000)
    for key in sorted(entries, key=lambda key: key.encode()):
        record = json.dumps(
            {
                "op": "put",
                "key": key,
                "value": entries[key],
                "expiry": rng.choice([0, 4000000000]),
            }
        )
        sys.stdout.write(
            "%d %d\n%s\n" % (len(record), zlib.crc32(record.encode()), record)
        )


main()
