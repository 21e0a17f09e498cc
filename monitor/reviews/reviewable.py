"""Whether what a reader says can be: a figure, its unit and period, the indicator of a number. Pure.

Each question answers with a sentence of what is wrong and what to do, "" where nothing is.
"""

import re
from collections.abc import Collection
from math import isfinite

from monitor.catalogue.indicators import Indicator
from monitor.extractors.cells import is_unit
from monitor.extractors.units import POWERS, UnitKind, kind_of
from storage.values import Measure, StatementData

LARGEST = 1e15  # no report states more, before 万 and 亿
FIRST_YEAR, LAST_YEAR = 1949, 2100
_PERIOD = re.compile(r"([0-9]{4})(?:/([0-9]{4}))?")
_RATES = (UnitKind.SHARE, UnitKind.POINTS, UnitKind.TIMES, UnitKind.RANK)


def wrong_number(value: float | None) -> str:
    """Neither inf nor nan, nor more than any report states."""
    if value is None or (isfinite(value) and abs(value) < LARGEST):
        return ""
    return f"{value:g} is no number that a report states: write it as it stands before 万 and 亿"


def wrong_range(low: float, high: float) -> str:
    """5 to 6; a decline by 2 to 3 has both ends negative, in the order of the report."""
    if low < high or (low <= 0 and high < low):
        return ""
    return f"a range ascends: {high:g}, its upper end, is not above {low:g}"


def wrong_unit(unit: str | None, known: Collection[str | None]) -> str:
    """A unit that reports are read for (亿元, %, 微克/立方米), or one of those `known` at this place."""
    if unit is None or unit in known or is_unit(unit):
        return ""
    return f"{unit} is no unit that reports are read for: write it as the report does (%, 个百分点, 万人, 亿元)"


def wrong_period(period: str | None, known: Collection[str | None]) -> str:
    """2026, 2026/2030; years from 1949 to 2100."""
    if period is None or period in known:
        return ""
    found = _PERIOD.fullmatch(period)
    years = [int(year) for year in found.groups() if year] if found else []
    if years and all(FIRST_YEAR <= year <= LAST_YEAR for year in years) and years == sorted(set(years)):
        return ""
    return f"{period} is no period: write a year, 2026, or a span, 2026/2030 ({FIRST_YEAR} to {LAST_YEAR}, ascending)"


def cannot_be_of(data: StatementData, known: Indicator) -> str:
    """A sum, a count or a size is none of an indicator that is only ever a rate: 120亿元 is no price index."""
    if data.value is None or data.measure is not Measure.LEVEL or Measure.LEVEL in known.measures:
        return ""
    if not data.unit or kind_of(POWERS.sub("", data.unit)) in _RATES:
        return ""
    return f"{data.text} cannot be of {known.zh} ({known.key}), which is stated in %: name another indicator"


def ill_suited(data: StatementData, read: Indicator | None, known: Indicator) -> str:
    """A doubt: the indicator is usually stated in other measures, or the words are known as one of another topic.

    What is relative (与经济增长同步) goes with growth.
    """
    measure = Measure.GROWTH if data.measure is Measure.RELATIVE else data.measure
    if measure not in known.measures:
        usual = " or ".join(known.measures)
        return f"{known.zh} ({known.key}) is usually stated as {usual}, and this is a {data.measure}"
    if read is not None and read.topic != known.topic:
        return f"the report's words are known as {read.zh} ({read.key}), which is quite another thing than {known.zh}"
    return ""
