"""Why a place of a report states something, or nothing: what its reading met there, in plain words. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extractors.layout import chapters_of
from monitor.extractors.quantities import NUMBER, Quantity, find_phrases, find_quantities
from monitor.extractors.report_year import report_year
from monitor.extractors.script import Script, read_script
from monitor.extractors.sections import Sentence, read_sections
from monitor.extractors.statements import extract_script
from storage.values import About, Role, StatementData

# Why a number states nothing: a decoy's label, or what the reading met before it came to the decoys.
REASONS: dict[str, str] = {
    "date": "a day, a month, an hour or a session, not an amount",
    "duration": "how long something takes or has taken, or an age",
    "attribute": "a property of the thing that is named behind it (总投资10亿元的项目)",
    "capacity": "the size of a plant or a class of things (千万吨级), not what is reached",
    "threshold": "a limit that tells which things are meant (50亿元以上企业), not how much is reached",
    "grade": "a rank, a class or a grade in a name",
    "technical name": "part of a technical name (500千伏变电站)",
    "time circle": "part of a name such as 15分钟生活圈 or 24小时服务",
    "label": "part of a name or an ordinal (第3个, 百千万工程)",
    "rhetoric": "counts points of a speech (三个方面), not things",
    "talked about": "counts topics or fields that are named, not things that are reached",
    "indicators counted": "counts indicators",
    "one of a group": "tells the size of a group that something belongs to (8个城市之一)",
    "hotline or number": "a telephone line, a road or a number in a name",
    "scope": "tells whose growth the number behind it is (7个产业产值增长8%)",
    "in a name": "inside short quotes, a title or square brackets: part of a name",
    "baseline": "where a change started (从x提高到y); it is kept as the baseline of the statement behind it",
    "crowd": "one of more numbers than anyone writes between two commas: damaged text or a table",
    "repeated": "the same sentence stands further up: the page holds its text twice",
    "page furniture": "in a line of the page around the report (source, editor, footer), a note, or the glossary behind it",
    "year": "a year",
    "no quantity": "no unit that we know stands behind it, and no word that makes it an index",
    "numeral": "a Chinese numeral counts only with a unit of size, a share, or a large number with a hedge (三个方面 is speech)",
    "no number": "no number stands here",
    "dropped": "a stray space, a note mark, a pinyin gloss or a wrapped line's end: the rules don't see it",
    "part of another": "part of a number that is read as a whole",
}  # fmt: skip

# What each name in a statement's `rules` says of how it was made.
RULES: dict[str, str] = {
    "role: heading": "its chapter's heading says whether the chapter looks back or ahead",
    "role: chapter before": "its chapter's heading says nothing; the chapter before looks ahead, and this one goes on",
    "role: change point": "no heading tells; by the words of the sentences, the view turns from back to ahead at one place",
    "number": "digits with a unit",
    "range": "two numbers with a dash or 至 between them",
    "index": "a number without a unit behind the name of an index or a relation",
    "hundredths": "百分之 and a number",
    "chinese": "Chinese numerals with a unit",
    "phrase": "a phrase that stands for a number (翻一番, 两位数增长)",
    "borrowed unit": "a number of a dealt list that has the unit of the next one (分别提高1.7和0.9个百分点)",
    "distributive": "分别 deals the numbers out to the members of a list, in order",
    "distributive: one for all": "分别 deals to a subject whose members cannot be told apart: each number has all of it",
    "distributive: list before": "分别 deals to the list of the 分别 before it",
    "distributive: numbers before": "分别 deals to what the numbers of the clauses before it measure, in order",
    "distributive: subject before": "分别 deals to the members of what the last number measures",
    "distributive: goes on": "as many numbers as 分别 dealt in the clause before: they go to the same list",
    "hedge: shared": "the hedge behind the last number of a dealt list, or before the first, holds for this one too",
    "head: in front": "the words in front of the number say what it measures",
    "head: behind": "the noun behind the number says what it counts",
    "head: both sides": "in front stands what is done, behind the number what it is done to",
    "head: shared verb": "the verb in front of the list's first number is done to this one too",
    "head: shared tail": "what happens to the list's last member happens to this one too",
    "head: carried": "the number names nothing itself: it measures what the last one did",
    "head: topic alone": "the number names nothing itself: it measures what the clause before spoke of",
    "head: on the topic": "产值, 规模 and the like say too little: what the sentence speaks of stands in front",
    "head: of the park": "firms or projects that moved in belong to the park which the paragraph speaks of",
    "head: what is added to": "新增 with an amount is added to what the last number measures",
    "head: another event": "what the last number counted, with another thing that happened to it (开工9个、竣工7个)",
    "head: share of the last": "占全国 is the share of what the last number measures",
    "head: policy before": "惠及 is said of the policy that the clause before carries out",
    "head: bare words": "nothing but words without a noun stand in front, and they are kept",
    "baseline: from": "从 or 由 tells in front where it started",
    "measure: unit": "by its unit",
    "measure: noun behind": "an amount of the noun behind it",
    "measure: noun of change": "the noun in front is a change by itself (提速, 降价, 增收)",
    "measure: words of change": "words of growth or decline stand between the indicator and the number",
    "measure: cut in front": "a verb of falling stands in front of what it cuts (压减一般性支出5%)",
    "measure: end": "提高到, 达到 and the like: the number is what is reached, whatever rose or fell",
    "measure: growth behind": "words of growth stand behind the number",
    "measure: prices": "per cent of prices are their change",
    "measure: carried": "per cent that name nothing itself: growth, as the last number was",
    "period: chapter": "the years that its chapter or its sentence's opening speaks of",
    "period: deadline": "a year up to which it is set, in front of the number",
    "period: years since": "a yearly rate since the year that it is compared with",
    "period: years of the clause": "the clause tells how many years it takes, or speaks of 年均 at an end of a five-year plan",
    "period: end of the years": "of several years a rate or a level is said of the last one",
    "period: all the years": "over several years growth, sums and what is done are said of all of them",
    "period: not told": "the report's year is not known",
    "table": "a cell of a table of indicators: its row names what is measured, its column the year",
    "relative: in step": "no number: it is to move with something else (与经济增长同步)",
    "relative: against": "no number: it is to be above or below something else (高于全国平均水平)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a sentence's place in the report says of every number in it; offsets index the saved text.

    `heading` is its chapter's, "" when no heading stands before it; `years` are those its words and those before it
    speak of, `2024` or `2021/2025`.
    """

    start: int
    end: int
    role: Role
    rule: str
    heading: str
    years: str | None
    headline: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `extract` made of one place: a statement, or the reason for none.

    `start`, `end` hold the number with its unit (the phrase of a relative target), or the place itself when no number
    stands there. `why` is "" beside a statement and else a key of REASONS. `evidence` is None outside of sentences.
    `beside` are the other statements of the sentence.
    """

    start: int
    end: int
    statement: StatementData | None
    why: str
    report_year: int | None
    evidence: Evidence | None
    beside: tuple[StatementData, ...]


def explain(text: str, about: About, offset: int) -> Explanation:
    """Why the place `offset` of `text` states what `extract(text, about)` says it does.

    A hedge belongs to its number: 超 and 以上 explain it too. Raises ValueError for an offset outside of the text.
    """
    if not 0 <= offset < len(text):
        raise ValueError(f"offset {offset} is not in the text: it has {len(text)} characters, counted from 0")
    script = read_script(text)
    reasons: dict[int, str] = {}
    statements = extract_script(script, about, lambda quantity, why: reasons.update({quantity.start: why}))
    at = bisect_left(script.offsets, offset)
    number, bare = _number_at(script.plain, at), _digits_at(script.plain, at)
    span = (number.start, number.end) if number else bare.span() if bare else None
    start, end = script.saved(*span) if span else (offset, offset + 1)
    sentence = _sentence_at(read_sections(script.plain, about), at)
    stated = next(
        (one for one in statements if one.start <= offset < one.end or (one.start, one.end) == (start, end)), None
    )
    why = ""
    if stated:
        start, end = stated.start, stated.end
    elif at == len(script.offsets) or script.offsets[at] != offset:
        why = "dropped"
    elif sentence is None:
        why = "page furniture" if script.plain[at] != "\n" else "no number"
    elif number:
        why = reasons.get(number.start, "part of another")
    else:
        why = _why_no_quantity(bare, script.plain)
    year = report_year(script.plain, about)
    evidence = _evidence(script, sentence) if sentence else None
    beside = tuple(
        one for one in statements if evidence and evidence.start <= one.start < evidence.end and one is not stated
    )
    return Explanation(start, end, stated, why, year, evidence, beside)


def _number_at(plain: str, at: int) -> Quantity | None:
    """The quantity or phrase that holds `plain[at]`: itself rather than its hedges."""
    found = [one for one in (*find_quantities(plain), *find_phrases(plain)) if one.left <= at < one.right]
    return min(found, key=lambda one: (not one.start <= at < one.end, one.start), default=None)


def _sentence_at(sentences: Sequence[Sentence], at: int) -> Sentence | None:
    place = bisect_right(sentences, at, key=lambda sentence: sentence.start) - 1
    return sentences[place] if place >= 0 and at < sentences[place].end else None


def _digits_at(plain: str, at: int) -> re.Match[str] | None:
    return next((found for found in NUMBER.finditer(plain) if found.start() <= at < found.end()), None)


def _why_no_quantity(digits: re.Match[str] | None, plain: str) -> str:
    if digits is None:
        return "no number"
    if len(digits[0]) == 4 and plain.startswith("年", digits.end()):
        return "year"
    return "no quantity" if digits[0][0].isascii() else "numeral"


def _evidence(script: Script, sentence: Sentence) -> Evidence:
    start, end = script.saved(sentence.start, sentence.end)
    before = [one for one in chapters_of(script.plain) if one.pieces and one.pieces[0].start <= sentence.start]
    return Evidence(
        start=start,
        end=end,
        role=sentence.role,
        rule=sentence.rule,
        heading=before[-1].heading if before else "",
        years=str(sentence.span) if sentence.span else None,
        headline=sentence.headline,
    )
