"""Charts as SVG pictures of their own, drawn by pygal: no script, one fixed style, light and dark, names on its parts.

They are shown by <img> beside a table that carries the same numbers. Why pygal: docs/decisions.
"""

import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import count
from math import ceil, floor, log10
from typing import Any

import pygal
from lxml import etree

# pygal hooks into all imports, for maps that we do not use, in a way that Python 3.11 warns of and 3.12 ignores.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
STYLE = (files("monitor") / "templates" / "chart.css").read_text(encoding="utf-8")
# The style is the only thing that may act in a chart, and only as it was written.
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; sandbox"
_ARROWS = (
    '<defs><marker id="up" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
)
ABOUT = 0.05  # of the target, as the ledger judges 左右
Point = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with the words that are said of it."""

    x: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Aim:
    """A target of a year: from `low` to `high`; None is no end (以上, 以内). `asked` is the figure that was written."""

    year: int
    low: float | None
    high: float | None
    asked: float
    said: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of it; `verdict` is a word of the ledger."""

    year: int
    value: float
    verdict: str
    said: str


@dataclass(frozen=True, slots=True)
class Line:
    """One region's figures over the years."""

    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """So many lie from `low` to `high`."""

    low: float
    high: float
    count: int


@lru_cache(maxsize=256)
def targets_by_year(title: str, aims: tuple[Aim, ...], reached: tuple[Reached, ...]) -> bytes:
    """A region's targets and outturns of one indicator: the same values give the same picture."""
    ends = [end for aim in aims for end in (aim.low, aim.high, aim.asked) if end is not None]
    bottom, top = _limits([*ends, *(one.value for one in reached)])
    reach = (top - bottom) * 0.13
    chart = _chart(_years([*(aim.year for aim in aims), *(one.year for one in reached)]), (bottom, top))
    chart.add("band", _strokes((aim.year, aim.low, aim.high) for aim in aims), show_dots=False)
    chart.add("open", _strokes(_open(aim, reach) for aim in aims), show_dots=False)
    chart.add("asked", _ticks(aims), show_dots=False)
    for verdicts in (("met",), ("missed",), ("unjudged", "not_told", "open")):
        marks = [Mark(one.year, one.value, one.said) for one in reached if one.verdict in verdicts]
        chart.add(verdicts[0], _dots(marks), stroke=False)
    chart.add("said", _dots([Mark(aim.year, aim.asked, aim.said) for aim in aims]), stroke=False, dots_size=6)
    return _drawn(chart, title, "targets")


@lru_cache(maxsize=64)
def lines_by_year(title: str, lines: tuple[Line, ...]) -> bytes:
    """The same indicator of several regions."""
    marks = [mark for line in lines for mark in line.marks]
    chart = _chart(_years([int(mark.x) for mark in marks]), _limits([mark.y for mark in marks]), wide=True)
    for line in lines:
        chart.add(line.name, _dots(line.marks))
    return _drawn(chart, title, "lines")


@lru_cache(maxsize=64)
def distribution(title: str, bars: tuple[Bar, ...]) -> bytes:
    """How many regions aim how high."""
    edges = [*(bar.low for bar in bars), bars[-1].high]
    chart = pygal.Histogram(
        **_options(wide=True), range=(0, max(bar.count for bar in bars)), include_x_axis=False, x_labels=edges,
        x_value_formatter=_number, value_formatter=_number,
    )  # fmt: skip
    chart.add("n", [(bar.count, bar.low, bar.high) for bar in bars])
    return _drawn(chart, title, "distribution")


def _options(*, wide: bool) -> dict[str, Any]:
    return {
        "width": 520 if wide else 340, "height": 250 if wide else 190, "title": None, "show_legend": False, "js": [],
        "css": [], "no_prefix": True, "explicit_size": True, "allow_interruptions": True, "dots_size": 3.5, "margin": 8,
        "pretty_print": False, "spacing": 6, "no_data_text": "", "truncate_legend": -1, "show_minor_x_labels": True,
    }  # fmt: skip


def _chart(years: Sequence[int], limits: tuple[float, float], *, wide: bool = False) -> pygal.XY:
    shown = years[:: -(-len(years) // (12 if wide else 6))]
    return pygal.XY(
        **_options(wide=wide), xrange=(years[0] - 0.6, years[-1] + 0.6), range=limits, x_labels=shown,
        y_labels=round_numbers(*limits, most=5), x_value_formatter=lambda year: f"{year:.0f}", value_formatter=_number,
    )  # fmt: skip


def _years(years: Iterable[int]) -> list[int]:
    known = sorted(set(years))
    return list(range(known[0], known[-1] + 1))


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """A little room on both sides; figures of few years need no zero to be compared."""
    low, high = min(values), max(values)
    room = (high - low) * 0.22 or abs(high) * 0.2 or 1.0
    return low - room, high + room


def round_numbers(low: float, high: float, *, most: int) -> list[float]:
    """The multiples of a round step from low to high, `most` at most: 5.8 to 7.9 → 6, 6.5, 7, 7.5."""
    for step in steps((high - low) / most):
        found = [round(at * step, 9) for at in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
        if len(found) <= most:
            return found
    raise AssertionError("steps have no end")


def steps(least: float) -> Iterator[float]:
    """Round numbers from `least` on: 0.1, 0.2, 0.25, 0.5, 1 …"""
    for exponent in count(floor(log10(least))):
        for digit in (1, 2, 2.5, 5):
            if (step := digit * 10.0**exponent) >= least * 0.999:
                yield step


def _strokes(spans: Iterable[tuple[int, float | None, float | None]]) -> list[Point]:
    """Upright strokes; those without an end, or of no length, are left out."""
    found: list[Point] = []
    for year, low, high in spans:
        if low is not None and high is not None and low != high:
            found += [(year, low), (year, high), None]
    return found


def _open(aim: Aim, reach: float) -> tuple[int, float | None, float | None]:
    """Towards the open end."""
    if aim.high is None and aim.low is not None:
        return aim.year, aim.low, aim.low + reach
    if aim.low is None and aim.high is not None:
        return aim.year, aim.high, aim.high - reach
    return aim.year, None, None


def _ticks(aims: Iterable[Aim]) -> list[Point]:
    found: list[Point] = []
    for aim in aims:
        found += [(aim.year - 0.3, aim.asked), (aim.year + 0.3, aim.asked), None]
    return found


def _dots(marks: Iterable[Mark]) -> list[dict[str, object]]:
    return [{"value": (mark.x, mark.y), "label": mark.said} for mark in marks]


def _number(value: float) -> str:
    """10,000 and more without a fraction; a minus that is one."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def _drawn(chart: Any, title: str, kind: str) -> bytes:
    chart.add_xml_filter(lambda root: _plain(root, title, kind))
    return bytes(chart.render())


def _plain(root: Any, title: str, kind: str) -> Any:
    """pygal's drawing without its styles, scripts and notes: with our one style, a name, and what is said as titles."""
    for made in list(root.iter("style", "script", "title", "defs", etree.Comment)):
        made.getparent().remove(made)
    for said in list(root.iter("desc")):
        holder = said.getparent()
        if said.get("class") == "label":
            etree.SubElement(holder, "title").text = said.text
        holder.remove(said)
    for tooltip in list(root.iterfind(".//g[@class='tooltip']")):
        tooltip.getparent().remove(tooltip)
    del root.attrib["id"]
    for name, value in (("class", kind), ("role", "img"), ("aria-label", title)):
        root.set(name, value)
    head, style = etree.Element("title"), etree.Element("style")
    head.text, style.text = title, STYLE
    for at, made in enumerate((head, style, etree.fromstring(_ARROWS))):
        root.insert(at, made)
    return root
