"""The years that the sentences of a chapter speak of: its heading's, until 五年来 or 今年 sets others. Pure."""

import re
from collections.abc import Iterator

from monitor.extractors.numerals import value_of
from monitor.extractors.periods import PLAN, Span, plan_in, plan_span
from storage.values import Role

# Atomic, item by item: else a row of colons could be taken apart in more ways than anyone can try.
_OPENING = r"(?>[（(]?[一二三四五六七八九十\d]{1,2}[）)、.]|——|各位代表[！，：]?|[^，。：]{0,6}：)*"
_YEARS = r"(?:五|四|三|5|4|3)年"
PLAN_OPENER = re.compile(
    _OPENING + r"“?(?:在|整个|经过|展望|综合)?" + f"(?:{PLAN.pattern})(?=时期|期间|以来|五年|规划|末|收官|开局|是)"
)
YEAR_OPENER = re.compile(
    _OPENING + r"(?:做好|展望|回顾|综合|在?(?:刚刚|即将)?过去的?)?((?:19|20)\d\d)年(?!前|底|末|度|春节|\d|以前|以来|版)"
)
PAST_YEARS = re.compile(
    rf"{_OPENING}(?:这|过去|过去的|刚刚过去的|走过的)?{_YEARS}(?:来|以来|间|里|中)|.{{0,8}}过去的?{_YEARS}|(?:回顾)?本届政府(?:任期)?"
)
COMING_YEARS = re.compile(rf"{_OPENING}(?:今后|未来|下一个){_YEARS}|.{{0,6}}(?:今后|未来)(?:的)?{_YEARS}")
RECENT_YEARS = re.compile(rf"{_OPENING}(?:最)?近([两二三四五])年(?!级)(?:来|间)?")
LAST_YEAR = re.compile(rf"{_OPENING}(?:在|经过)?(?:刚刚)?(?:过去|去|上)(?:的)?一?年|.{{0,8}}(?:一年来|过去的?一年)")
THIS_YEAR = re.compile(rf"{_OPENING}(?:今年|新的一年|做好今年)|.{{0,6}}今年(?:是|要|的|全[市省区县]|经济|政府)")
TERM = re.compile(rf"(?:今后|未来|过去的?|下一个){_YEARS}|{_YEARS}来|本届")
COUNT = re.compile("[三四五345](?=年)")
OPENING_LENGTH = 60


def _count(words: str) -> int:
    """How many years `words` speak of: 未来三年 3; a term of office has five."""
    counts = COUNT.findall(words)
    return int(value_of(counts[-1])) if counts else 5


class Clock:
    """`span` is what the last sentence read speaks of; None when the report's year is not known.

    `term` are the years of the heading, None unless they are several.

    A sentence that opens a paragraph sets the years for the paragraphs behind it, another one only to the end of its own.
    """

    def __init__(self, year: int | None, heading: str) -> None:
        self._year = year
        self._heading = heading
        self._kept: Span | None = None
        self._running: Span | None = None
        self._kept_role: Role | None = None
        self.span: Span | None = None
        self.term: Span | None = None

    def read(self, sentence: str, role: Role, opens: bool) -> None:
        """Go on to the next sentence of the chapter."""
        if role is not self._kept_role:
            self._kept = self._running = self._default(role)
            self._kept_role = role
            self.term = self._kept if self._kept and not self._kept.is_year else None
        if opens:
            self._running = self._kept
        found = self._opened(sentence[:OPENING_LENGTH], role)
        self.span = found or self._running
        if found and self._lasts(found):
            self._running = found
            if opens:
                self._kept = found
        recent = RECENT_YEARS.match(sentence, 0, OPENING_LENGTH) if role is Role.OUTTURN else None
        if recent and self._year:  # the years of this sentence alone
            self.span = Span(self._year - int(value_of(recent[1])), self._year - 1)

    def _lasts(self, span: Span) -> bool:
        """Whether the next sentences go on with `span`: several years, or the one behind or ahead, but not any other."""
        return not span.is_year or self._year is None or span.last in (self._year - 1, self._year)

    def _default(self, role: Role) -> Span | None:
        """The heading's years: the first that it names, five of 今后五年, and else the one year."""
        if self._year is None:
            return None
        last = self._year if role is Role.TARGET else self._year - 1
        term, plan = TERM.search(self._heading), PLAN.search(self._heading)
        single = re.search(rf"{last}年|今年|一年", self._heading)
        if term and not (single and single.start() < term.start()):
            return Span(last, last + 4) if role is Role.TARGET else Span(last - 4, last)
        if plan and not (single and single.start() < plan.start()):
            span = plan_span(plan[1] or plan[2])
            if (span.last >= self._year) == (role is Role.TARGET):
                return span
        return Span(last, last)

    def _opened(self, opening: str, role: Role) -> Span | None:
        """The years that a sentence's first words name, if they agree with its role."""
        if self._year is None:
            match = YEAR_OPENER.match(opening)
            return Span(int(match[1]), int(match[1])) if match else None
        ahead = role is Role.TARGET
        match = YEAR_OPENER.match(opening)
        if match and int(match[1]) == self._year:  # also in a review that was written before its year had ended
            return Span(self._year, self._year)
        return next((span for span in self._named(opening) if (span.last >= self._year) == ahead), None)

    def _named(self, opening: str) -> Iterator[Span]:
        year = self._year or 0
        match = YEAR_OPENER.match(opening)
        if match:
            yield Span(int(match[1]), int(match[1]))
        if PLAN_OPENER.match(opening):
            plan = plan_in(opening)
            if plan:
                yield plan
        past, coming = PAST_YEARS.match(opening), COMING_YEARS.match(opening)
        if past:
            yield Span(year - _count(past[0]), year - 1)
        if coming:
            yield Span(year, year + _count(coming[0]) - 1)
        if LAST_YEAR.match(opening):
            yield Span(year - 1, year - 1)
        if THIS_YEAR.match(opening):
            yield Span(year, year)
