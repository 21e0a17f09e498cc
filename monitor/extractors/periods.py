"""Which years words mean: 2026年, “十五五”, 今后五年, 去年. Pure; every function takes the report's year."""

import re
from dataclasses import dataclass

from monitor.extractors.numerals import value_of
from monitor.extractors.quantities import Quantity
from monitor.extractors.words import split_verb
from storage.values import Measure, Role

_ORDINALS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    *("十" + char for char in "一二三四五六七八九"),
    "二十",
]
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d|[一二][九〇零][〇零一二三四五六七八九]{2})年?")
PLAN = re.compile(r"[“\"](十?[一二三四五六七八九]|十)五[”\"]|第(十?[一二三四五六七八九]|十)个五年")

# 到2025年, 2025年底前, 到“十五五”末: a year that the sentence itself sets for its number.
DEADLINE = re.compile(
    r"(?<![比较与从由同])(?:(?P<till>到|至|截至)?(?<!\d)(?P<year>(?:19|20)\d\d)年(?P<end>底前|末前|底|末|前|之前|以前)?"
    r"|“(?P<plan>十[一二三四五])五”(?:规划)?(?:期)?末)(?!相比|以来|开始)"
)
ENDPOINT = re.compile(
    r"达到|达|突破|超过|稳定在|保持在|提高到|提升到|增加到|跃上|迈上|站上|发展到|扩大到|占|控制在|降至|降到|为|至|到"
)
REACH = 200  # how far before its number a deadline may stand
YEARLY_REACH = 12  # and 年均
# These add up over the years, so a span of years is theirs, not its end.
CUMULATIVE = re.compile(
    r"年均|累计|新增|总投资|完成|共|每年|合计|争取|减税|投入|引进|到位|实施|贷款投放|支出|融资|转移"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar years, both ends included; `str` is how a statement's period is written: `2026`, `2026/2030`."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}/{self.last}"

    @property
    def is_year(self) -> bool:
        return self.first == self.last


def year_of(written: str) -> int:
    """2035 of `2035年` and of `二〇三五年`."""
    return int(value_of(written.rstrip("年")))


def plan_span(ordinal: str) -> Span:
    """The years of a five-year plan by its ordinal: 十五 → 2026—2030. 1963—1965 lay between the second and the third."""
    number = _ORDINALS.index(ordinal) + 1
    first = 1953 + 5 * (number - 1) if number < 3 else 1966 + 5 * (number - 3)
    return Span(first, first + 4)


def plan_in(text: str, at: int = 0) -> Span | None:
    """The first five-year plan that `text` names from `at` on."""
    match = PLAN.search(text, at)
    return plan_span(match[1] or match[2]) if match else None


def years_in(text: str) -> list[int]:
    """The years a heading speaks of; a five-year plan counts with its last year."""
    years = [year_of(match[1]) for match in YEAR.finditer(text)]
    return years + [plan_span(match[1] or match[2]).last for match in PLAN.finditer(text)]


def period_of(
    plain: str,
    start: int,
    quantity: Quantity,
    measure: Measure,
    indicator: str,
    span: Span | None,
    role: Role,
    counted: bool,
) -> str | None:
    """The period of one number of the sentence that starts at `start`: its own deadline, or the section's `span`.

    Of several years a rate or a level is said of the last one, growth, sums and things `counted` of all of them.
    """
    start = max(start, quantity.start - REACH)
    deadline = _deadline(plain, start, quantity, span, role)
    if deadline:
        yearly = span is not None and "年均" in plain[quantity.start - YEARLY_REACH : quantity.start]
        return str(Span(span.first, deadline)) if span and yearly and span.first < deadline else str(deadline)
    if span is None or span.is_year:
        return str(span) if span else None
    said = plain[start : quantity.start]
    clause = said[max(said.rfind("，"), said.rfind("；"), said.rfind("：")) + 1 :]
    if measure in (Measure.RATIO, Measure.RANK) and "年均" not in clause:
        return str(span.last)
    if counted or CUMULATIVE.search(clause):
        return str(span)
    if measure is Measure.LEVEL and (ENDPOINT.search(clause[-8:]) or not split_verb(indicator)[0]):
        return str(span.last)
    return str(span)


def _deadline(plain: str, start: int, quantity: Quantity, span: Span | None, role: Role) -> int | None:
    for match in reversed(list(DEADLINE.finditer(plain, start, quantity.start))):
        year = plan_span(match["plan"]).last if match["plan"] else int(match["year"])
        set_for_it = bool(match["till"] or match["end"] or match["plan"]) or span is None
        possible = span is None or (year >= span.first and (role is Role.TARGET or year <= span.last))
        if set_for_it and possible:
            return year
    return None
