#!/usr/bin/env python3
"""Draws what engine_bench has measured, as a picture in SVG or as a table.

    engine_bench --format=jsonl > measurements.jsonl
    plot.py measurements.jsonl > engine_bench.svg
    plot.py --table measurements.jsonl > engine_bench.md

The table has Rundlet's median rate, and the median of the rounds' ratios of it
to each engine's with the least and the greatest. The picture has a line for
each work; each engine's dot says how many times as good as Rundlet it is, as
the median of the rounds' ratios. To the right of the middle the other engine is
better.
"""

import collections
import json
import math
import statistics
import sys
from xml.sax.saxutils import escape

OURS = "rundlet"
COLORS = {
    "lmdb": "#1b6ca8",
    "rocksdb": "#c0392b",
    "leveldb": "#c98a00",
    "limit": "#7f7f7f",
}
LABEL_WIDTH = 210
PLOT_WIDTH = 560
ROW_HEIGHT = 22
TOP = 56
DECADES = 2  # to each side
INK = "#222"
GRID = "#ddd"
STYLE = 'font-family="sans-serif" font-size="12"'


def line_name(measurement):
    threads = measurement["threads"]
    name = measurement["work"]
    return name if threads == 1 else f"{name}, {threads} threads"


def rounds(measurements):
    """{line: {engine: [by round: how many times as good as ours]}}."""
    rates = collections.defaultdict(dict)
    less_is_better = {}
    for m in measurements:
        name = line_name(m)
        rates[name][m["engine"], m["round"]] = m["rate"]
        less_is_better[name] = m["unit"] != "1/s"
    lines = {}
    for name, by_engine in rates.items():
        found = collections.defaultdict(list)
        for (engine, number), rate in by_engine.items():
            ours = by_engine.get((OURS, number))
            if engine == OURS or not ours or not rate:
                continue
            better = ours / rate if less_is_better[name] else rate / ours
            found[engine].append(better)
        lines[name] = found
    return lines


def ratios(measurements):
    """{line: {engine: how many times as good as ours}}, in order."""
    return {
        name: {e: statistics.median(r) for e, r in by_engine.items()}
        for name, by_engine in rounds(measurements).items()
    }


def our_rate(measurements, name):
    rates = [
        m["rate"]
        for m in measurements
        if m["engine"] == OURS and line_name(m) == name
    ]
    if not rates:
        return ""
    median = statistics.median(rates)
    return f"{median:,.0f}" if median >= 100 else f"{median:.3g}"


def table(measurements):
    yield "| work | Rundlet | " + " | ".join(f"by {e}" for e in COLORS) + " |"
    yield "|---|" + "---|" * (len(COLORS) + 1)
    for name, by_engine in rounds(measurements).items():
        cells = [name, our_rate(measurements, name)]
        for engine in COLORS:
            ours = [1 / ratio for ratio in by_engine.get(engine, [])]
            cells.append(
                f"**{statistics.median(ours):.2f}** "
                f"({min(ours):.2f} to {max(ours):.2f})"
                if ours
                else ""
            )
        yield "| " + " | ".join(cells) + " |"


def x_of(ratio):
    decade = max(-DECADES, min(DECADES, math.log10(ratio)))
    return LABEL_WIDTH + PLOT_WIDTH * (decade + DECADES) / (2 * DECADES)


def text(x, y, content, anchor="start", color=INK):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'fill="{color}" {STYLE}>{escape(content)}</text>'
    )


def grid(bottom):
    for decade in range(-DECADES, DECADES + 1):
        x = x_of(10**decade)
        color = INK if decade == 0 else GRID
        yield (
            f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" '
            f'stroke="{color}"/>'
        )
        label = "Rundlet" if decade == 0 else f"{10.0**decade:g} x"
        yield text(x, TOP - 8, label, "middle")


def legend():
    x = LABEL_WIDTH
    for engine, color in COLORS.items():
        yield f'<circle cx="{x}" cy="20" r="5" fill="{color}"/>'
        yield text(x + 10, 24, engine)
        x += 100


def rows(lines):
    for row, (name, by_engine) in enumerate(lines.items()):
        y = TOP + ROW_HEIGHT * (row + 0.5)
        yield text(LABEL_WIDTH - 12, y + 4, name, "end")
        yield (
            f'<line x1="{LABEL_WIDTH}" y1="{y}" '
            f'x2="{LABEL_WIDTH + PLOT_WIDTH}" y2="{y}" stroke="{GRID}"/>'
        )
        for engine, ratio in by_engine.items():
            yield (
                f'<circle cx="{x_of(ratio):.1f}" cy="{y}" r="5" '
                f'fill="{COLORS[engine]}"><title>{escape(engine)}: '
                f"{ratio:.2f} x</title></circle>"
            )


def picture(lines):
    width = LABEL_WIDTH + PLOT_WIDTH + 40
    bottom = TOP + ROW_HEIGHT * len(lines)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
        f'height="{bottom + 16}" viewBox="0 0 {width} {bottom + 16}">'
    )
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield from legend()
    yield from grid(bottom)
    yield from rows(lines)
    yield "</svg>"


def main():
    with open(sys.argv[-1], encoding="utf-8") as file:
        measurements = [json.loads(line) for line in file]
    if sys.argv[1] == "--table":
        print("\n".join(table(measurements)))
    else:
        print("\n".join(picture(ratios(measurements))))


if __name__ == "__main__":
    main()
