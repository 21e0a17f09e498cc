"""Why a place of a report states something, or nothing: what its reading met there. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.extractors.decoys import labels_in
from monitor.extractors.layout import GLOSSARY, NOTE, chapters_of
from monitor.extractors.numerals import ARABIC
from monitor.extractors.quantities import Quantity, find_phrases, find_quantities
from monitor.extractors.report_year import report_year
from monitor.extractors.script import read_script
from monitor.extractors.sections import Sentence, read_sections
from monitor.extractors.statements import extract_script
from monitor.extractors.tables import find_tables
from monitor.extractors.units import UnitKind, kind_of, unit_at
from storage.values import About, Role, StatementData

_CN = "一二两三四五六七八九十百千万亿零〇"
# Every number that somebody could point at, whether the rules read it or not.
TOKEN = re.compile(rf"{ARABIC}|[{_CN}]+")
DIGITS = re.compile(r"\d+")
# What a token that is no quantity is, by what stands on both of its sides; the first that matches tells.
SIGNS = "A-Za-z_/#×@&=<>~Φφα-ω"
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_CN_YEAR = "[一二][九〇零][〇零一二三四五六七八九]{2}"
_DAY = r"(?:^|[\n日午季（-])[：:]?"
_CN_NUMBER = "[一二三四五六七八九十百千万]+"
SIDES: tuple[tuple[str, re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (why, re.compile(f"(?:{before})$"), re.compile(f"(?:{token})$"), re.compile(behind))
    for why, before, token, behind in (
        ("document number", "〔", r"\d{4}", "〕"),
        ("document number", r"〕(?:第)?", r"\d+", "号"),
        ("note mark", r"[［\[【〔]", r"\d{1,3}", r"[］\]】〕]"),
        ("page number", r"(?:^|\n)[—-]*", r"\d{1,4}", "[—-]*(?:\n|$)"),
        ("date", "", r"\d{4}", r"[-/.]\d\d?[-/.]\d\d?(?!\d)"),
        ("date", r"(?<!\d)\d{4}[-/.](?:\d\d?[-/.])?", r"\d\d?", ""),
        ("date", r"(?:^|\n)", r"[01]\d", r"-\d\d(?:\n|$)"),
        ("date", r"(?:^|\n)[01]\d-", r"\d\d", r"(?:\n|$)"),
        (
            "date: time of day",
            "(?<![到为由比是])",
            r"[0-2]?\d",
            r"[：:][0-5]\d(?![.\d])(?![：:]\d{3})(?=[-：:\n（）]|$)",
        ),
        ("date: time of day", _DAY, r"[0-2]?\d", r"[：:][0-5]\d(?!\d)"),
        ("date: time of day", rf"{_DAY}[0-2]?\d[：:](?:[0-5]\d[：:])?", r"[0-5]\d", r"(?!\d)"),
        ("proportion", "", r"\d+(?:\.\d+)?", r"[：:\u2236]\d"),
        ("proportion", r"\d[：:\u2236]", r"\d+(?:\.\d+)?", ""),
        ("year", "", f"{_YEAR}|{_CN_YEAR}", rf"年|[-—~至、和]+(?:{_YEAR}|\d\d)年"),
        ("year", rf"(?:{_YEAR}|\d\d)年?[-—~至、和]+", r"\d\d(?:\d\d)?", "年"),
        ("year", f"{_YEAR}[-—]+", _YEAR, ""),
        ("year", "", _YEAR, r"[\u4e00-\u9fff）]|[-—，]"),
        (
            "five-year plan",
            "",
            "十?[一二三四五六七八九]五|十[一二三四五六七八九]?",
            "五?(?:规划|计划|时期|期间|末|以来)",
        ),
        ("list number", "(?:^|[。！？；\n])[（(]?", r"\d{1,2}|[一二三四五六七八九十]{1,3}", "[、.．）)]"),
        ("list number", "(?:^|[。！？；，：、\n])(?:——)?", "[一二三四五六七八九十]{1,2}", "是"),
        ("list number", "第", "[一二三四五六七八九十]{1,3}", "部分|章|节|[，、]"),
        ("ordinal", "第|[国省市区县球界]前", ".+", ""),
        ("hotline or number", "[国省县]道|热线|航班|高速", r"\d+", ""),
        ("hotline or number", "", r"\d+", "[国省县]道|热线|.{0,6}热线|报警|急救"),
        ("slogan", r"[+＋·×xX]", rf"\d+|{_CN_NUMBER}", ""),
        ("slogan", "", rf"\d+|{_CN_NUMBER}", r"[+＋·×xX]"),
        ("in a word", f"[{SIGNS}]|[{SIGNS}]-|\\d\\.", ".+", ""),
        ("in a word", "", r"\d.*", f"[{SIGNS}]"),
        ("code", "", r"\d{5,}", r"[^\u4e00-\u9fff]|$"),
        ("code", r"\d-", r"\d{3,}", ""),
    )
)
NUMERALS = {UnitKind.TIME: "numeral: time", UnitKind.RANK: "numeral: rank"}
CONTEXT = 12  # characters on both sides that SIDES may look at


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
    stands there. `why` is "" beside a statement and else a name that `reasons` has words for. `evidence` is None
    outside of sentences. `beside` are the other statements of the sentence.
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
    return _Reading(text, about).at(offset)


def explain_numbers(text: str, about: About) -> Iterator[Explanation]:
    """The same of every number of `text`, in order: in digits of any width or Chinese numerals, whatever it stands for.

    Numbers that are read as one (5%—6%, 3万多) are explained one by one. One reading for all of them.
    """
    reading = _Reading(text, about)
    for offset in reading.numbers():
        yield reading.at(offset)


class _Reading:
    """One reading of a text, and what it made of its places."""

    def __init__(self, text: str, about: About) -> None:
        self._script = script = read_script(text)
        self._passed_over: dict[int, str] = {}
        self._statements = extract_script(
            script, about, lambda quantity, why: self._passed_over.update({quantity.start: why})
        )
        self._starts = [statement.start for statement in self._statements]
        self._sentences = read_sections(script.plain, about)
        self._year = report_year(script.plain, about)
        self._quantities = _by_place([*find_quantities(script.plain), *find_phrases(script.plain)])
        self._tokens = {at: match for match in TOKEN.finditer(script.plain) for at in range(*match.span())}
        self._names = {at for span in labels_in(script.plain) for at in range(*span)}
        self._places = {offset: at for at, offset in enumerate(script.offsets)}
        tables = find_tables(text)
        self._rows = {table.start: table.end for table in tables}
        self._cells = [(entry.start, entry.end) for table in tables for entry in table.entries]
        self._chapters = [
            (chapter.pieces[0].start, chapter.heading) for chapter in chapters_of(script.plain) if chapter.pieces
        ]

    def numbers(self) -> list[int]:
        """The offsets in the saved text at which a number begins."""
        script = self._script
        read = (script.offsets[match.start()] for match in TOKEN.finditer(script.plain))
        lost = (match.start() for match in DIGITS.finditer(script.text) if match.start() not in self._places)
        return sorted({*read, *lost})

    def at(self, offset: int) -> Explanation:
        """What became of one offset of the saved text."""
        at = self._places.get(offset)
        quantity = self._quantities.get(at) if at is not None else None
        start, end = self._span(offset, at, quantity)
        sentence = None if at is None else self._sentence(at)
        stated = self._covering(offset)
        if stated is None and quantity:
            beside_it = self._covering(start)  # a hedge was pointed at
            stated = beside_it if beside_it and (beside_it.start, beside_it.end) == (start, end) else None
        if stated:
            start, end = stated.start, stated.end
        why = "" if stated else self._why(offset, at, quantity, sentence)
        evidence = self._evidence(sentence) if sentence else None
        return Explanation(start, end, stated, why, self._year, evidence, self._beside(evidence, stated))

    def _span(self, offset: int, at: int | None, quantity: Quantity | None) -> tuple[int, int]:
        if quantity:
            return self._script.saved(quantity.start, quantity.end)
        token = self._tokens.get(at) if at is not None else None
        return self._script.saved(*token.span()) if token else (offset, offset + 1)

    def _covering(self, offset: int) -> StatementData | None:
        place = bisect_right(self._starts, offset) - 1
        return self._statements[place] if place >= 0 and offset < self._statements[place].end else None

    def _sentence(self, at: int) -> Sentence | None:
        place = bisect_right(self._sentences, at, key=lambda sentence: sentence.start) - 1
        return self._sentences[place] if place >= 0 and at < self._sentences[place].end else None

    def _why(self, offset: int, at: int | None, quantity: Quantity | None, sentence: Sentence | None) -> str:
        plain = self._script.plain
        if at is None:
            return _why_dropped(self._script.text, offset)
        if any(start <= offset < end for start, end in self._rows.items()) and at in self._tokens:
            in_cell = any(start <= offset < end for start, end in self._cells)
            return "table row: planned before" if in_cell else "table row"
        if sentence is None:
            return self._why_outside(at)
        if quantity:
            return self._passed_over.get(quantity.start, "part of another")
        token = self._tokens.get(at)
        if token is None:
            return "no number"
        if at in self._names:
            return (
                "note mark" if plain[token.start() - 1] == "[" and plain.startswith("]", token.end()) else "in a name"
            )
        return _why_no_quantity(plain, token)

    def _why_outside(self, at: int) -> str:
        plain = self._script.plain
        start = plain.rfind("\n", 0, at) + 1
        end = plain.find("\n", at)
        line = plain[start : end if end >= 0 else len(plain)]
        if not line or plain[at] == "\n":
            return "no number"
        if self._sentences and at > self._sentences[-1].end and any(map(GLOSSARY.search, plain[:at].split("\n"))):
            return "glossary"
        return "note" if NOTE.match(line) else "page furniture"

    def _evidence(self, sentence: Sentence) -> Evidence:
        start, end = self._script.saved(sentence.start, sentence.end)
        chapter = bisect_right(self._chapters, sentence.start, key=lambda known: known[0]) - 1
        return Evidence(
            start=start,
            end=end,
            role=sentence.role,
            rule=sentence.rule,
            heading=self._chapters[chapter][1] if chapter >= 0 else "",
            years=str(sentence.span) if sentence.span else None,
            headline=sentence.headline,
        )

    def _beside(self, evidence: Evidence | None, stated: StatementData | None) -> tuple[StatementData, ...]:
        if evidence is None:
            return ()
        inside = [one for one in self._statements if evidence.start <= one.start < evidence.end]
        return tuple(one for one in inside if one is not stated)


def _by_place(quantities: list[Quantity]) -> dict[int, Quantity]:
    """The quantity that holds each place: the one whose number it is rather than its hedge, the earlier, the longer."""
    places: dict[int, Quantity] = {}
    for quantity in sorted(quantities, key=lambda one: (-one.start, one.end)):
        places |= dict.fromkeys(range(quantity.left, quantity.right), quantity)
    for quantity in sorted(quantities, key=lambda one: (-one.start, one.end)):
        places |= dict.fromkeys(range(quantity.start, quantity.end), quantity)
    return places


def _why_dropped(text: str, offset: int) -> str:
    """Why the rules don't see a place of the saved text."""
    if not text[offset].isdigit():
        return "dropped"
    around = text[max(0, offset - 6) : offset + 6]
    return "page number" if re.search(r"[—-]\s*\d{1,4}\s*[—-]", around) else "note mark"


def _why_no_quantity(plain: str, token: re.Match[str]) -> str:
    start, end = token.span()
    before, behind = plain[max(0, start - CONTEXT) : start], plain[end : end + CONTEXT]
    before = "…" * (start > CONTEXT) + before  # so that only a text's own beginning is one
    if end + CONTEXT < len(plain):
        behind += "…"
    for why, in_front, itself, follows in SIDES:
        if itself.match(token[0]) and in_front.search(before) and follows.match(behind):
            return why
    if token[0][0].isascii():
        return "unknown unit" if re.match(r"[\u4e00-\u9fff]", behind) else "no unit"
    unit = unit_at(plain, end)
    return NUMERALS.get(kind_of(unit), "numeral") if unit else "numeral in a word"
