"""The head of a table of indicators: what each of its columns holds, of one row of cells or of two. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.extractors.cells import Column, Head, read_head, read_number

MOST_COLUMNS = 14
FIVE_YEARS = 4
LONGEST_SECOND = 16
SECOND = re.compile(
    r"(?:到)?20\d\d年|.{0,6}(?:计划|实际|完成|目标|增长|增速|增幅|增减|预计|预期|执行|绝对[值额数]|总量|±|累计|年均)"
)


def columns_of(cells: Sequence[str]) -> tuple[Head, ...]:
    """The columns from 指标 on; none where the cells head no table."""
    if not 3 <= sum(1 for cell in cells if cell) <= len(cells) <= MOST_COLUMNS:
        return ()
    heads = tuple(read_head(cell) for cell in cells)
    columns = [head.column for head in heads]
    if Column.INDICATOR not in columns:
        return ()
    first = columns.index(Column.INDICATOR)
    values = columns.count(Column.YEAR) + columns.count(Column.SPAN)
    others = {Column.UNIT, Column.CHARACTER}.intersection(columns)
    return _with_years(heads[first:]) if values > 1 or (values and others) else ()


def _with_years(heads: tuple[Head, ...]) -> tuple[Head, ...]:
    """A span that names no years of its own goes from the first year of the table, exclusive, to the last."""
    years = [head.last for head in heads if head.column is Column.YEAR and head.last]
    if not years:
        return heads
    last = max(years)
    first = min(years) + 1 if min(years) < last else last - FIVE_YEARS
    dated: list[Head] = []
    for head in heads:
        if head.column is Column.SPAN:
            head = replace(head, first=head.first or first, last=head.last or last)
        elif head.column is Column.OTHER and head.changes and dated and dated[-1].column is Column.YEAR:
            head = replace(dated[-1], column=Column.SPAN, changes=True)  # 增长（%） beside 2026年计划
        dated.append(head)
    return tuple(dated)


def is_second_row(cells: Sequence[str]) -> bool:
    """Whether a head goes on in these cells: 绝对值 and 增长% below 2026年计划, 计划 and 实际 below 2025年."""
    told = sum(1 for cell in cells if len(cell) < LONGEST_SECOND and SECOND.match(cell))
    said = sum(1 for cell in cells if cell)
    return told > 1 and told > said // 2 and not any(read_number(cell) for cell in cells if not SECOND.match(cell))


def under_each_other(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Two rows of a head as one; a cell that is merged over several columns stands in the first of them.

    2025年完成 over 绝对值 and 增长% → 2025年完成绝对值, 2025年完成增长%; 规划目标 over 2030年 → 2030年规划目标.
    """
    joined: list[str] = []
    above = ""
    for over, under in zip(first, second, strict=True):
        above = over or (above if under else "")
        dated = re.match(r"(?:到)?20\d\d", under)
        joined.append(over if over == under else under + above if dated else above + under)
    return joined
