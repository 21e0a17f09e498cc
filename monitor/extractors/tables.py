"""Tables of indicators in plans: 指标 单位 2025年 2030年 年均/累计 属性, one indicator a row. Pure.

A table is found by its head, a row of cells with 指标, a year or a span of years, and 单位, 属性 or another year. Cells stand
between tabs, bars, or spaces, or each on a line of its own. Rows are read from their right end, because cells that are
merged over several rows (类别) stand in the first of them alone. A head may have two rows whose cells stand under each
other: 2026年计划 over 绝对值 and 增长%.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.extractors.cells import BINDING, DASHES, PLAIN, CellNumber, Column, Head, is_unit, read_head, read_number
from monitor.extractors.columns import FIVE_YEARS, MOST_COLUMNS, columns_of, is_second_row, under_each_other
from monitor.extractors.relatives import Relation, find_relations
from monitor.extractors.words import trim_trailing
from storage.values import Measure, Role, StatementData

SEPARATORS = (
    re.compile(r"(?:^|(?<=[\t|｜]))[^\t|｜\n]*"),
    re.compile(r"[^\s](?:[^\t\n ]| (?! ))*"),
    re.compile(r"[^\s]+"),
)
UNIT_INSIDE = re.compile(r"(?P<name>.+?)\((?P<unit>[^()]{1,10})\)[*#]?$")
NUMBERED = re.compile(
    r"^(?:其中[:：]?)?(?:\(?\d{1,2}(?:[).、](?!\d)|(?=\s))|[一二三四五六七八九十]{1,2}、|[①-⑳])?\s*(?:其中[:：]?|#)?\s*"
)
NUMBERED_FIRST = re.compile(r"\(?\d{1,2}[).、]")
NOTE_MARK = re.compile(r"(?:\[\d{1,2}\]|[①-⑳*#])+$")
RULE = re.compile(r"[\s|:—-]*$")
LONGEST_HEAD = 160
HEAD = re.compile(r"指[标標](?:名称|名稱|内容|內容)?\s*(?:$|[\s|｜])")  # whatever else stands behind it, it is no head
LONGEST_CELL = 20  # of a head that has each cell on a line of its own
MOST_STRANGERS = 2  # rows without any number that a table goes over
NUMBERS = (Column.YEAR, Column.SPAN)
CAPTION = 16
FULL_WIDTH = str.maketrans("()", "（）")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a table: offsets in the text it was given, and what its row and its column say of it."""

    start: int
    end: int
    row_start: int
    row_end: int
    indicator: str
    unit: str
    number: CellNumber | Relation
    head: Head
    binding: str
    differs: bool  # the row gives both ends, so that a sum in brackets is their difference


@dataclass(frozen=True, slots=True)
class Table:
    """A table's place in the text, and its numbers; nothing else in it states anything."""

    start: int
    end: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    cells: tuple[_Cell, ...]


def find_tables(text: str) -> list[Table]:
    """The tables of `text` in order; costs a look for 指标 where there is none."""
    if "指标" not in text and "指標" not in text:
        return []
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    found: list[Table] = []
    at = 0
    while at < len(lines):
        head = HEAD.search(lines[at][1])
        table, behind = _table(lines, at) if head and len(lines[at][1]) <= LONGEST_HEAD else (None, at + 1)
        if table:
            found.append(table)
        at = behind
    return found


def _table(lines: Sequence[tuple[int, str]], at: int) -> tuple[Table | None, int]:
    """The table whose head begins in line `at`, and the line behind it."""
    start, line = _plain(lines[at])
    for separator in SEPARATORS:
        cells = _cells(separator, line, start)
        heads, behind = _heads_of_two(lines, at + 1, separator, cells)
        if not heads:
            heads, behind = _heads(cells), at + 1
        if heads:
            rows, behind = _rows_of_lines(lines, behind, separator, heads, max(len(cells), len(heads)))
            break
    else:
        heads, behind = _head_of_lines(lines, at)
        if not heads:
            return None, at + 1
        rows, behind = _rows_of_cells(lines, behind, heads)
    if not rows:
        return None, at + 1
    numbered = sum(1 for row in rows if NUMBERED_FIRST.match(row.cells[-len(heads)].text)) > len(rows) / 2
    entries = tuple(entry for row in rows for entry in _entries(row, heads, numbered))
    return Table(start, rows[-1].end, entries), behind


def _plain(line: tuple[int, str]) -> tuple[int, str]:
    return line[0], line[1].translate(PLAIN)


def _cells(separator: re.Pattern[str], line: str, start: int) -> tuple[_Cell, ...]:
    found = []
    for match in separator.finditer(line):
        words = match[0].strip()
        found.append(_Cell(start + match.start() + match[0].index(words), words))
    return tuple(found)


def _heads(cells: Sequence[_Cell]) -> tuple[Head, ...]:
    return columns_of([cell.text for cell in cells])


def _heads_of_two(
    lines: Sequence[tuple[int, str]], at: int, separator: re.Pattern[str], cells: Sequence[_Cell]
) -> tuple[tuple[Head, ...], int]:
    """The columns of a head that goes on in line `at` (2026年计划 over 绝对值 and 增长%), and the line behind it."""
    while at < len(lines) and RULE.match(lines[at][1]) and lines[at][1].strip():
        at += 1
    if at == len(lines) or len(lines[at][1]) > LONGEST_HEAD:
        return (), at
    start, line = _plain(lines[at])
    first, second = [cell.text for cell in cells], [cell.text for cell in _cells(separator, line, start)]
    short = len(second) - len(first)  # empty cells were cut off the end of either row
    if "\t" not in line and short:
        return (), at
    first += [""] * short
    second += [""] * -short
    return (columns_of(under_each_other(first, second)), at + 1) if is_second_row(second) else ((), at)


def _rows_of_lines(
    lines: Sequence[tuple[int, str]], at: int, separator: re.Pattern[str], heads: Sequence[Head], columns: int
) -> tuple[list[_Row], int]:
    rows: list[_Row] = []
    strangers, behind = 0, at
    while at < len(lines) and strangers <= MOST_STRANGERS:
        start, line = _plain(lines[at])
        cells = _cells(separator, line, start)
        at += 1
        fitting = next((one for one in (cells, _filled(cells, columns, line)) if _is_row(one, heads)), None)
        if fitting:
            rows.append(_Row(start, start + len(line), fitting))
            strangers, behind = 0, at
        elif not rows and is_second_row([cell.text for cell in cells]):
            return [], at  # whose number is whose cannot be told
        elif not RULE.match(line) and (
            sum(1 for cell in cells if cell.text) > 1 or len(line) > CAPTION or line.endswith("。")
        ):
            strangers += 1
    return rows, behind


def _filled(cells: tuple[_Cell, ...], columns: int, line: str) -> tuple[_Cell, ...]:
    """With the empty cells that were cut off the end of a row between tabs."""
    missing = columns - len(cells) if "\t" in line else 0
    return (*cells, *[_Cell(cells[-1].start, "")] * missing) if cells else cells


def _is_row(cells: Sequence[_Cell], heads: Sequence[Head]) -> bool:
    """Whether below every year there is a number, a dash, or words, but below one of them no words."""
    if len(cells) < len(heads):
        return False
    own = cells[-len(heads) :]
    below = [cell.text for cell, head in zip(own, heads, strict=True) if head.column in NUMBERS and cell.text]
    units = [cell.text for cell, head in zip(own, heads, strict=True) if head.column is Column.UNIT]
    if not own[0].text or not all(is_unit(unit) or DASHES.match(unit) for unit in units):
        return False
    return any(DASHES.match(text) or _said(text) for text in below)


def _said(text: str) -> CellNumber | Relation | None:
    return read_number(text) or next(find_relations(text, 0, len(text)), None)


def _head_of_lines(lines: Sequence[tuple[int, str]], at: int) -> tuple[tuple[Head, ...], int]:
    """A head that has each cell on a line of its own, and ends with 属性."""
    cells: list[_Cell] = []
    while at < len(lines) and len(cells) < MOST_COLUMNS:
        start, line = _plain(lines[at])
        words = line.strip()
        at += 1
        if len(words) > LONGEST_CELL:
            break
        if words:
            cells.append(_Cell(start, words))
            if read_head(words).column is Column.CHARACTER:
                return _heads(cells), at
    return (), at


def _rows_of_cells(lines: Sequence[tuple[int, str]], at: int, heads: Sequence[Head]) -> tuple[list[_Row], int]:
    """Rows whose cells stand each on a line of its own; a row ends where 预期性 or 约束性 stands in its column."""
    rows: list[_Row] = []
    waiting: list[_Cell] = []
    behind = at
    while at < len(lines) and len(waiting) < len(heads) + MOST_STRANGERS + 1:
        start, line = _plain(lines[at])
        at += 1
        words = line.strip()
        if not words:
            continue
        waiting.append(_Cell(start + line.index(words), words))
        if BINDING.match(words):
            if _is_row(waiting, heads):
                rows.append(_Row(waiting[0].start, start + len(line), tuple(waiting)))
                behind = at
            waiting = []
    return rows, behind


def _entries(row: _Row, heads: Sequence[Head], numbered: bool) -> Iterator[Entry]:
    own = row.cells[-len(heads) :]
    binding = next((match[1] for cell in own if (match := BINDING.match(cell.text))), "")
    name, unit = _name_and_unit(own, heads, numbered)
    numbers = [_said(cell.text) if head.column in NUMBERS else None for cell, head in zip(own, heads, strict=True)]
    plain = [
        head
        for number, head in zip(numbers, heads, strict=True)
        if isinstance(number, CellNumber) and not number.bracketed and head.column is Column.YEAR
    ]
    for cell, head, number in zip(own, heads, numbers, strict=True):
        if number and name:
            place = cell.start + number.start
            yield Entry(
                place,
                cell.start + number.end,
                row.start,
                row.end,
                name,
                (isinstance(number, CellNumber) and number.unit) or unit,
                number,
                head,
                binding,
                len(plain) > 1,
            )


def _name_and_unit(cells: Sequence[_Cell], heads: Sequence[Head], numbered: bool) -> tuple[str, str]:
    """地区生产总值 and 亿元, whether the unit has a column or stands behind the name."""
    words = NUMBERED_FIRST.sub("", cells[0].text, count=1) if numbered else NUMBERED.sub("", cells[0].text)
    name = NOTE_MARK.sub("", words.strip())
    unit = next((cell.text for cell, head in zip(cells, heads, strict=True) if head.column is Column.UNIT), "")
    inside = UNIT_INSIDE.match(name)
    if inside and (is_unit(inside["unit"]) if not unit else inside["unit"] == unit):
        return NOTE_MARK.sub("", inside["name"]), inside["unit"]
    return name, unit


def stated_in(table: Table, text: str, year: int | None) -> Iterator[StatementData]:
    """What a table of `text` states: outturns before `year`, the report's (without one: the table's last), then targets.

    What was planned for a year that is over states nothing.
    """
    turns = year or max((entry.head.last or 0 for entry in table.entries), default=0)
    for entry in table.entries:
        over = (entry.head.last or turns) < turns
        if states(entry, turns):
            yield _statement(entry, text, entry.head.role or (Role.OUTTURN if over else Role.TARGET))


def _statement(entry: Entry, text: str, role: Role) -> StatementData:
    """A number in brackets is what several years come to: of the table's span, or of the five that end with its own."""
    name = entry.indicator.translate(FULL_WIDTH)
    indicator, tail = trim_trailing(name)
    head, number = entry.head, entry.number
    stated = StatementData(
        start=entry.start,
        end=entry.end,
        text=text[entry.start : entry.end],
        role=role,
        indicator=indicator or name,
        measure=Measure.RELATIVE,
        op=number.op,
        value=None,
        value_hi=None,
        unit=None,
        reference=None,
        period=_period(head.first, head.last),
        headline=False,
        sentence_start=entry.row_start,
        sentence_end=entry.row_end,
        binding=entry.binding,
        rules=("table",),
    )
    if isinstance(number, Relation):
        return replace(stated, reference=number.reference, rules=("table", number.rule))
    measure = _measure(entry, number, tail.changes)
    falls = "fall" in tail.seen and measure in (Measure.GROWTH, Measure.DELTA)
    summed = number.bracketed and head.column is Column.YEAR and head.last
    return replace(
        stated,
        measure=measure,
        value=-number.value if falls else number.value,
        value_hi=-number.value_hi if falls and number.value_hi else number.value_hi,
        unit=_unit(entry.unit, measure),
        period=_period(head.last - FIVE_YEARS, head.last) if summed and head.last else stated.period,
    )


def states(entry: Entry, turns: int) -> bool:
    """Whether a number is stated by a report for the year `turns`: what was planned for a year before it is not."""
    return entry.head.role is not Role.TARGET or (entry.head.last or turns) >= turns


def _unit(unit: str, measure: Measure) -> str | None:
    if measure is Measure.GROWTH and unit not in ("%", "‰", "倍"):
        return "%"  # 亿元 below 年均增长 is what grows
    if measure is Measure.DELTA and unit == "%":
        return "个百分点"
    return unit or None


def _period(first: int | None, last: int | None) -> str | None:
    if last is None:
        return None
    return str(last) if first in (None, last) else f"{first}/{last}"


def _measure(entry: Entry, number: CellNumber, changes: bool) -> Measure:
    """Growth where the name or the column says so; a sum in brackets beside both ends is their difference."""
    share = entry.unit in ("%", "‰")
    if number.bracketed and entry.head.column is Column.SPAN and not changes:
        if entry.head.rate and not share:
            return Measure.GROWTH  # 万元/人 do not stand below 年均增速（%）
        return Measure.DELTA if entry.differs else Measure.RATIO if share else Measure.LEVEL
    within = entry.head.column is Column.SPAN and not number.bracketed and not number.unit
    rate = within and (entry.head.changes or entry.differs)  # 年均, beside both ends: how fast from one to the other
    if share:
        return Measure.GROWTH if changes or (entry.head.changes and not number.bracketed) else Measure.RATIO
    return Measure.GROWTH if rate else Measure.LEVEL
