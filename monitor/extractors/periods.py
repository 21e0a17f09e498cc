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
    r"(?<![比较与从由同])(?:(?P<till>到|至|截至)?(?<!\d)(?P<year>(?:19|20)\d\d|二[〇零][〇零一二三四五六七八九]{2})年(?P<end>底前|末前|底|末|前|之前|以前)?"
    r"|“(?P<plan>十[一二三四五])五”(?:规划)?(?:期)?末)(?!相比|以来|开始)"
)
ENDPOINT = re.compile(
    r"达到|达|突破|超过|稳定在|保持在|提高到|提升到|增加到|跃上|迈上|站上|发展到|扩大到|占|控制在|降至|降到|为|至|到"
)
REACH = 200  # how far before its number a deadline may stand
PLAN_YEARS = 5
CUTS = ("，", "；", "：")
# Over the years up to a deadline: 到2030年，年均增长…, 累计建成….
ADDED_UP = re.compile("年均|累计")
YEARLY = re.compile("年均(?!浓度|值|气温|降水|降雨|径流|水位)")
YEARLY_BEHIND = re.compile("(?:左右|以上)?[，、](?:[两三四五]年)?年均(?:递增|增长|增幅|增速|提高)")
# 三年安排5亿元: so many years from now on. 三年行动 and 近三年 are none.
YEARS_LONG = re.compile(
    "(?<![第近每过去满])(?P<years>[两二三四五345])年(?:内|累计|时间|共|计划|合计)*(?:安排|投入|投资|新增|新建|建成|筹集|培育|引进|实施|完成)"
)
# 五年平均增长9%, 五年累计完成6亿元: so many years up to now, whatever year the sentence began with.
YEARS_OVER = re.compile("(?<![第个每满前后期近])(?P<years>[两三四五])年(?:来|间|里)?(?:年?平均|累计|年均|合计|共)")
# Of several years one that the clause is of: 2023年全市生产总值达到90亿元. 比2019年, 2019年以来 and 到2023年底 are told elsewhere.
YEAR_OF_CLAUSE = re.compile(
    "(?<![比较与从由同到至是和、—-])(?<!\\d)(?P<year>(?:19|20)\\d\\d)年(?:全年|度)?(?![的以开起至到年底末初前后—-]|相比|同期|版|\\d)"
)
COMPARED = re.compile(r"[比较](?P<year>(?:19|20)\d\d)年")
ACTED = re.compile("(?:建设|改造|治理|修复|搬迁|安置|培训|新增|解决|开工|竣工|入库|投产|签约|落地)$")
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


def plan_with(year: int) -> Span:
    """The five years of a plan that `year` is one of, from 1966 on."""
    first = year - (year - 1) % 5
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
    term: Span | None = None,
) -> tuple[str | None, str]:
    """The period of one number of the sentence that starts at `start`, its own deadline or the section's `span`, and
    the name of the rule that tells it.

    `term` are the several years that the chapter speaks of, where the sentence turns to one of them.
    Of several years a rate or a level is said of the last one, growth, sums and things `counted` of all of them.
    """
    start = max(start, quantity.start - REACH)
    deadline = _deadline(plain, start, quantity, span, role)
    said = plain[start : quantity.start]
    clause = said[max(map(said.rfind, CUTS)) + 1 :]
    rated = YEARLY_BEHIND.match(plain, quantity.right) is not None and measure in (Measure.GROWTH, Measure.DELTA)
    since = _since(said, clause, deadline or (span.last if span else 0), rated)
    if since and role is Role.OUTTURN:
        return str(since), "period: years since"
    if deadline:
        added_up = ADDED_UP.search(clause) is not None and not (span and span.is_year and "累计" in clause)
        added_up = added_up and span is not None and span.first < deadline
        return str(Span(span.first, deadline)) if span and added_up else str(deadline), "period: deadline"
    if span is None:
        return None, "period: not told"
    if span.is_year:
        years = _several_years(clause, span, role, term)
        return str(years), "period: chapter" if years == span else "period: years of the clause"
    year = _year_of(clause, span)
    if year:
        return str(year), "period: year of the clause"
    short = span.last - span.first < PLAN_YEARS - 1  # 近三年开工率 is a rate over them
    if not short and measure in (Measure.RATIO, Measure.RANK) and "年均" not in clause:
        return str(span.last), "period: end of the years"
    if counted or CUMULATIVE.search(clause):
        return str(span), "period: all the years"
    if measure is Measure.LEVEL and (ENDPOINT.search(clause[-8:]) or not _acts(indicator)):
        return str(span.last), "period: end of the years"
    return str(span), "period: all the years"


def _since(said: str, clause: str, last: int, rated: bool) -> Span | None:
    """比2006年增长24亿元，年均递增13%: a yearly rate, and the growth that it rates, are those of the years since.

    Of results only: a goal may double what was ten years ago, at a rate for the five years ahead.
    """
    if not rated and not YEARLY.search(clause):
        return None
    compared = [year_of(match["year"]) for match in COMPARED.finditer(clause if rated else said)]
    return Span(compared[-1] + 1, last) if compared and compared[-1] + 1 < last else None


def _year_of(clause: str, span: Span) -> int | None:
    """The year of `span` that the clause speaks of, unless it tells of all of them: 2023年完成90亿元，年均增长6%."""
    if "年" not in clause or any(said.search(clause) for said in (YEARLY, YEARS_OVER, COMPARED)):
        return None
    years = [year_of(match["year"]) for match in YEAR_OF_CLAUSE.finditer(clause)]
    return years[0] if len(years) == 1 and span.first <= years[0] <= span.last else None


def _several_years(clause: str, span: Span, role: Role, term: Span | None) -> Span:
    """`span`, a year, unless the clause itself says how many years: 三年安排5亿元, or 年均 where a plan begins or ends.

    年均 is over the chapter's `term` where it has one that ends with the year, or begins with it.
    """
    if "年" not in clause:
        return span
    years = YEARS_LONG.search(clause)
    if years:
        count = int(value_of(years["years"])) - 1
        return Span(span.first, span.first + count) if role is Role.TARGET else Span(span.last - count, span.last)
    over = YEARS_OVER.search(clause) if role is Role.OUTTURN else None
    if over:
        return Span(span.last + 1 - int(value_of(over["years"])), span.last)
    if not YEARLY.search(clause):
        return span
    if term and (term.last if role is Role.OUTTURN else term.first) == span.first:
        return term
    plan = plan_with(span.first)
    turns = plan.first == span.first if role is Role.TARGET else plan.last == span.last
    return plan if turns else span


def _acts(indicator: str) -> bool:
    return bool(split_verb(indicator)[0]) or ACTED.search(indicator) is not None


def _deadline(plain: str, start: int, quantity: Quantity, span: Span | None, role: Role) -> int | None:
    if plain.find("年", start, quantity.start) < 0 and plain.find("末", start, quantity.start) < 0:
        return None  # cheaper than the pattern, and most numbers have no deadline
    for match in reversed(list(DEADLINE.finditer(plain, start, quantity.start))):
        year = plan_span(match["plan"]).last if match["plan"] else year_of(match["year"])
        set_for_it = bool(match["till"] or match["end"] or match["plan"]) or span is None
        possible = span is None or (year >= span.first and (role is Role.TARGET or year <= span.last))
        if set_for_it and possible:
            return year
    return None
