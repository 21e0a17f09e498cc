"""Where in a report we are: what looks back and what ahead, for which years, and which sentences state the main targets.

Chapter headings decide first, read with year arithmetic (a 2026 report's chapter on 2025 looks back); what they leave
open is decided by the words of the sentences. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.extractors.periods import PLAN, YEAR, Span, plan_in, plan_span, year_of, years_in
from monitor.extractors.report_year import report_year
from monitor.extractors.roles import change_point, score_sentence
from storage.values import About, Role

SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
CHAPTER = re.compile(r"(?:第[一二三四五六七八九十]{1,3}(?:部分|章)|[一二三四五六七八九十]{1,3}、)")
HEADING_LENGTH = 70
REVIEW = re.compile(r"回顾|总结|成就|成绩|成效|完成情况|执行情况|过去|以来|年来|历程|所做|取得")
AHEAD = re.compile(
    r"安排|目标|任务|重点|要求|打算|思路|部署|建议|展望|自身建设|今后|未来|下一|努力|奋斗|举措|措施|规划|蓝图"
)

TIME_NAMED = re.compile(rf"{YEAR.pattern}|{PLAN.pattern}|过去|今后|未来五年|去年|今年|一年来|五年来|本届|下一步")
SHORT_HEADING = 24
UNNUMBERED_LENGTH = 40

CHROME = re.compile(
    r"ICP|备案|版权|责任编辑|责编|编辑[：:]|来源[：:]|字号|浏览次数|点击|分享到|上一篇|下一篇|相关(?:文章|报道|链接)|热线电话|传真[：:]"
    r"|公网安备|主办[：:单]|承办单位|联系(?:电话|我们)|邮编|网站标识|^第\d+版|扫一扫|打印本页|关闭窗口"
)
CHROME_LENGTH = 80
NOTE = re.compile(r"[\[［【〔](?:注)?\d{1,3}[\]］】〕]|^注[：:]?\d*")
GLOSSARY = re.compile(r"(?:名词|词语|有关名词|部分名词|专业名词|相关名词|报告名词)(?:解释|注释|说明)|^注释[：:]?$")

HEADLINE = re.compile(
    r"(?:预期|主要|发展|奋斗|总体|工作|具体|预计|计划|增长|核心|规划|年度)(?:性)?(?:指标|目标)(?:任务|安排|建议)*(?:初步|拟|建议|综合)*(?:确定|安排|设定|考虑|定)?(?:是|为|如下|：|，其中)"
    r"|明确了?[^。，]{0,14}主要(?:指标|目标)|(?:预期|奋斗)目标(?:是|为|：|——)|主要预期目标"
)
AFTER_HEADLINE = re.compile(
    r"^(?:为?实现(?:上述|以上|这些|今年)|完成(?:上述|以上|今年)|做好|今年|我们|确定|重点|为此|围绕|为了|以上|上述|这些|各位|要|必须)"
)

HEADLINE_SCORE = 10.0  # beside a sentence's usual 1 to 5: where the main targets are stated, the view has turned

_OPENING = r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.]|——|各位代表[！，：]?|[^，。]{0,6}[：])*"
_YEARS = r"(?:五|四|三|5|4|3)年"
OPENERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            _OPENING
            + rf"(?:这|过去|过去的|刚刚过去的|走过的)?{_YEARS}(?:来|以来|间|里|中)|^.{{0,8}}过去的?{_YEARS}|^(?:回顾)?本届政府(?:任期)?"
        ),
        "past years",
    ),
    (re.compile(_OPENING + rf"(?:今后|未来|下一个){_YEARS}|^.{{0,6}}(?:今后|未来)(?:的)?{_YEARS}"), "coming years"),
    (
        re.compile(_OPENING + r"(?:在|经过)?(?:刚刚)?(?:过去|去|上)(?:的)?一?年|^.{0,8}(?:一年来|过去的?一年)"),
        "last year",
    ),
    (
        re.compile(_OPENING + r"(?:今年|新的一年|做好今年)|^.{0,6}今年(?:是|要|的|全市|全省|全区|全县|经济|政府)"),
        "this year",
    ),
)
PLAN_OPENER = re.compile(
    _OPENING + r"(?:“?(?:在|整个|经过|展望|综合))?" + PLAN.pattern + r"(?:时期|期间|以来|五年|规划|末)?"
)
YEAR_OPENER = re.compile(_OPENING + r"(?:做好|展望|回顾|综合)?((?:19|20)\d\d)年(?!前|底|末|春节|\d|以前|以来|版)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the plain text, with what its place in the report says of every number in it."""

    start: int
    end: int
    role: Role
    span: Span | None
    headline: bool
    opens_paragraph: bool
    rule: str


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    chapter: bool

    @property
    def heading(self) -> str:
        return re.split("。|　| ", self.text, maxsplit=1)[0][:HEADING_LENGTH]


@dataclass(frozen=True, slots=True)
class _Chapter:
    heading: str
    role: Role | None
    sentences: list[tuple[_Line, re.Match[str]]]


def read_sections(plain: str, about: About) -> list[Sentence]:
    """The sentences of a report in order, page furniture left out."""
    year = report_year(plain, about)
    chapters = _chapters(list(_lines(plain)), year)
    return [
        sentence for chapter, roles, rule in _settle(chapters) for sentence in _read_chapter(chapter, roles, rule, year)
    ]


def read_chapters(plain: str, year: int | None) -> Iterator[tuple[str, list[str]]]:
    """(heading, sentences) of each chapter; the heading of what stands before the first one is ""."""
    for chapter in _chapters(list(_lines(plain)), year):
        yield chapter.heading, [match[0] for _, match in chapter.sentences]


def _lines(plain: str) -> Iterator[_Line]:
    start = 0
    for text in plain.split("\n"):
        if len(text) < CHROME_LENGTH and GLOSSARY.search(text):
            return  # what follows explains words, with other people's numbers
        if text and not (len(text) < CHROME_LENGTH and CHROME.search(text)) and not NOTE.match(text):
            yield _Line(start, text, CHAPTER.match(text) is not None or _is_unnumbered_chapter(text))
        start += len(text) + 1


def _is_unnumbered_chapter(text: str) -> bool:
    """“十四五”时期发展成就和2025年工作回顾, alone on a line: it names a time, and says what follows."""
    return (
        len(text) <= UNNUMBERED_LENGTH
        and text[-1] not in "。，；：、！"
        and "报告" not in text
        and TIME_NAMED.search(text) is not None
        and (REVIEW.search(text) or AHEAD.search(text)) is not None
    )


def _chapters(lines: list[_Line], year: int | None) -> list[_Chapter]:
    """The chapters of a report; what stands before the first heading is one without."""
    groups: list[list[_Line]] = [[]]
    for line in lines:
        if line.chapter and groups[-1]:
            groups.append([])
        groups[-1].append(line)
    return [_chapter(group, year) for group in groups if group]


def _chapter(lines: list[_Line], year: int | None) -> _Chapter:
    heading = lines[0].heading if lines[0].chapter else ""
    sentences = [(line, match) for line in lines for match in SENTENCE.finditer(line.text)]
    return _Chapter(heading, heading_role(heading, year) if heading else None, sentences)


def _stretches(chapters: list[_Chapter]) -> Iterator[list[_Chapter]]:
    """Chapters grouped so that those whose headings do not tell stand together."""
    group: list[_Chapter] = []
    for chapter in chapters:
        if group and (chapter.role or group[-1].role):
            yield group
            group = []
        group.append(chapter)
    if group:
        yield group


def _settle(chapters: list[_Chapter]) -> Iterator[tuple[_Chapter, list[Role], str]]:
    """Each chapter with the roles of its sentences and the rule that gave them."""
    before: Role | None = None
    for stretch in _stretches(chapters):
        role = stretch[0].role or (before if before is Role.TARGET else None)
        if role:
            for chapter in stretch:
                yield (
                    chapter,
                    [role] * len(chapter.sentences),
                    "role: heading" if chapter.role else "role: chapter before",
                )
            before = role
            continue
        scores = [_score(match[0]) for chapter in stretch for _, match in chapter.sentences]
        turn = change_point(scores)
        for chapter in stretch:
            count = len(chapter.sentences)
            back = min(max(turn, 0), count)
            yield chapter, [Role.OUTTURN] * back + [Role.TARGET] * (count - back), "role: change point"
            turn -= count
        before = Role.TARGET if turn < 0 else Role.OUTTURN


def _score(sentence: str) -> float:
    return score_sentence(sentence) + (HEADLINE_SCORE if HEADLINE.search(sentence) else 0.0)


def _read_chapter(chapter: _Chapter, roles: list[Role], rule: str, year: int | None) -> Iterator[Sentence]:
    clock = _Clock(year, chapter.heading)
    headline = False
    for (line, match), role in zip(chapter.sentences, roles, strict=True):
        opens = match.start() == 0
        clock.read(match[0], role, opens)
        headline = _is_headline(match[0], opens, headline) and role is Role.TARGET
        start = line.start + match.start()
        yield Sentence(start, line.start + match.end(), role, clock.span, headline, opens, rule)


def _is_headline(sentence: str, opens: bool, before: bool) -> bool:
    if HEADLINE.search(sentence):
        return True
    return before and not opens and AFTER_HEADLINE.match(sentence) is None


def heading_role(heading: str, year: int | None) -> Role | None:
    """What a chapter's heading says of its numbers; None when it says nothing or both."""
    review, ahead = bool(REVIEW.search(heading)), bool(AHEAD.search(heading))
    years = years_in(heading) if year else []
    past = any(found < (year or 0) for found in years)
    coming = any(found >= (year or 0) for found in years)
    if past != coming:
        return Role.OUTTURN if past else (Role.TARGET if not review or ahead else Role.OUTTURN)
    tells = len(heading) <= SHORT_HEADING or TIME_NAMED.search(heading)
    if review != ahead and tells:
        return Role.OUTTURN if review else Role.TARGET
    return None


class _Clock:
    """The years that sentences speak of. A sentence that opens a paragraph with 五年来 sets them until another does."""

    def __init__(self, year: int | None, heading: str) -> None:
        self._year = year
        self._heading = heading
        self._kept: Span | None = None
        self._kept_role: Role | None = None
        self.span: Span | None = None

    def read(self, sentence: str, role: Role, opens: bool) -> None:
        if role is not self._kept_role:
            self._kept, self._kept_role = self._default(role), role
            self.span = self._kept
        if opens:
            self.span = self._kept
        found = self._opened(sentence[:60], role)
        if found:
            self.span = found
            if opens:
                self._kept = found

    def _default(self, role: Role) -> Span | None:
        if self._year is None:
            return None
        last = self._year if role is Role.TARGET else self._year - 1
        years = re.search(rf"(?:今后|未来|过去的?|下一个){_YEARS}|{_YEARS}来|本届", self._heading)
        plan = PLAN.search(self._heading)
        single = re.search(rf"{last}年|今年|一年", self._heading)
        if years and not (single and single.start() < years.start()):
            return Span(last, last + 4) if role is Role.TARGET else Span(last - 4, last)
        if plan and not (single and single.start() < plan.start()):
            span = plan_span(plan[1] or plan[2])
            return span if (span.last >= self._year) == (role is Role.TARGET) else Span(last, last)
        return Span(last, last)

    def _opened(self, start: str, role: Role) -> Span | None:
        if self._year is None:
            match = YEAR_OPENER.match(start)
            return Span(int(match[1]), int(match[1])) if match else None
        ahead = role is Role.TARGET
        for span in self._named(start):
            if (span.last >= self._year) == ahead:
                return span
        return None

    def _named(self, start: str) -> Iterator[Span]:
        year = self._year or 0
        match = YEAR_OPENER.match(start)
        if match:
            yield Span(int(match[1]), int(match[1]))
        if PLAN_OPENER.match(start):
            plan = plan_in(start)
            if plan:
                yield plan
        spans = {
            "past years": Span(year - 5, year - 1),
            "coming years": Span(year, year + 4),
            "last year": Span(year - 1, year - 1),
            "this year": Span(year, year),
        }
        for pattern, name in OPENERS:
            if pattern.match(start):
                yield spans[name]


__all__ = ["YEAR", "Sentence", "heading_role", "read_sections", "report_year", "year_of"]
