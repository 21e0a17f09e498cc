"""Tables of indicators in plans: 指标 单位 2025年 2030年 属性, one indicator a line. Pure.

A table is found by its head, a line of cells with 指标, 单位 and at least one year; it ends with the first line that has
no number in a cell below a year. Cells stand between tabs, bars, or two spaces; 预期性 and 约束性 may stand in any.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.extractors.words import trim_trailing
from storage.values import Measure, Op, Role, StatementData

CELL = re.compile(r"[^\t|｜\n]+?(?=[ \u3000]{2,}|[\t|｜]|$)")
INDICATOR = re.compile(r"(?:主要|具体)?指标(?:名称)?$")
UNIT = re.compile(r"(?:计量)?单位$")
YEAR = re.compile(r"(?P<year>20\d\d)年?(?P<rest>.{0,8})$")
NUMBER = re.compile(r"(?P<mark>[≥≤><约]?)(?P<value>-?\d+(?:\.\d+)?)(?P<unit>%?)$")
BINDING = re.compile(r"(预期性|约束性)(?:指标)?$")
UNIT_INSIDE = re.compile(r"(?P<name>.+?)[（(](?P<unit>[^（()）]{1,10})[)）]$")
NUMBERED = re.compile(r"^(?:[（(]?\d{1,2}[)）.、．]?|[一二三四五六七八九十]{1,2}、)\s*")


MARKS: dict[str, Op] = {
    "≥": Op.AT_LEAST,
    ">": Op.AT_LEAST,
    "≤": Op.AT_MOST,
    "<": Op.AT_MOST,
    "约": Op.ABOUT,
    "": Op.EXACT,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a table: offsets in the text it was given, and what its row and column say of it."""

    start: int
    end: int
    row_start: int
    row_end: int
    indicator: str
    unit: str
    value: float
    mark: str
    year: int
    binding: str


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """Which column holds what; `years` are columns of numbers."""

    indicator: int
    unit: int
    years: dict[int, int]


def find_entries(text: str) -> Iterator[Entry]:
    """Every number below a year, row by row; costs one pass, and nothing where no line heads a table."""
    if "指标" not in text or "单位" not in text:
        return
    head: _Head | None = None
    start = 0
    for line in text.split("\n"):
        cells = _cells(line, start)
        told = _head(cells)
        if told:
            head = told
        elif head:
            entries = list(_entries(cells, head, start, start + len(line)))
            yield from entries
            if not entries and line.strip() and len(cells) > 1:
                head = None
        start += len(line) + 1


def _cells(line: str, start: int) -> list[_Cell]:
    found = []
    for match in CELL.finditer(line):
        words = match[0].strip()
        if words:
            found.append(_Cell(start + match.start() + match[0].index(words), words))
    return found


def _head(cells: list[_Cell]) -> _Head | None:
    places = {name: at for name, pattern in (("name", INDICATOR), ("unit", UNIT)) for at in _matching(cells, pattern)}
    years = {at: int(match["year"]) for at, cell in enumerate(cells) if (match := YEAR.match(cell.text))}
    if len(places) < 2 or not years:
        return None
    return _Head(places["name"], places["unit"], years)


def _matching(cells: list[_Cell], pattern: re.Pattern[str]) -> list[int]:
    return [at for at, cell in enumerate(cells) if pattern.match(cell.text)][:1]


def _entries(cells: list[_Cell], head: _Head, start: int, end: int) -> Iterator[Entry]:
    if len(cells) <= max(head.indicator, head.unit):
        return
    binding = next((match[1] for cell in cells if (match := BINDING.match(cell.text))), "")
    name, unit = NUMBERED.sub("", cells[head.indicator].text), cells[head.unit].text
    inside = UNIT_INSIDE.match(name)
    if inside and inside["unit"] == unit:
        name = inside["name"]
    for at, year in head.years.items():
        number = NUMBER.match(cells[at].text) if at < len(cells) else None
        if number and name:
            place = cells[at].start + number.start("value")
            yield Entry(
                place,
                place + len(number["value"] + number["unit"]),
                start,
                end,
                name,
                number["unit"] or unit,
                float(number["value"]),
                number["mark"],
                year,
                binding,
            )


def statement_of(entry: Entry, text: str, year: int | None) -> StatementData:
    """What `entry` of `text` states: a target for `year`, the report's, and for all behind it, an outturn before."""
    indicator, tail = trim_trailing(entry.indicator)
    share = entry.unit in ("%", "％")
    return StatementData(
        start=entry.start,
        end=entry.end,
        text=text[entry.start : entry.end],
        role=Role.OUTTURN if year and entry.year < year else Role.TARGET,
        indicator=indicator or entry.indicator,
        measure=(Measure.GROWTH if tail.changes else Measure.RATIO) if share else Measure.LEVEL,
        op=MARKS[entry.mark],
        value=entry.value,
        value_hi=None,
        unit=entry.unit,
        reference=None,
        period=str(entry.year),
        headline=False,
        sentence_start=entry.row_start,
        sentence_end=entry.row_end,
        binding=entry.binding,
        rules=("table",),
    )
