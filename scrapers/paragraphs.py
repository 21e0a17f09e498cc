"""Lines as they are printed → paragraphs. Pure.

A PDF knows lines, no paragraphs: a sentence is cut where the line is full, sometimes within a number.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

INDENT = "\u3000\u3000"
FINAL = "。！？!?；;：:"
NEVER_FINAL = "，、,（(《“"
FULL = 0.8  # of the usual width: a line that reaches this far was cut by the margin
INDENTED = 1.2  # letters to the right of the others
SPARSE, DENSE = 0.04, 0.7  # share of indented lines in a text that marks its paragraphs so
BARE_NUMBER = re.compile(r"\d{1,4}")
PAGE_NUMBER = re.compile(
    r"([-—–－·.]\s*\d{1,4}\s*[-—–－·.]|第\s*\d{1,4}\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}|[ivx]{1,6})", re.IGNORECASE
)
HEADING = re.compile(r"(第?[一二三四五六七八九十]{1,3}[、章节篇部]|[（(][一二三四五六七八九十]{1,3}[)）]|专栏\s*\d|——)")
SPACED = re.compile(r"(?<![^\s])((?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff])(?![^\s])")
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u200b\ufeff\u00ad]")
RADICALS = re.compile("[\u2e80-\u2fdf]")  # printed like characters, and some PDF fonts say them instead


class Line(NamedTuple):
    """A printed line: how far from the left it begins, how large its letters are (in one unit), and what it says."""

    left: float
    size: float
    text: str


def indent_lines(lines: Sequence[Line]) -> list[str]:
    """The texts of one page's lines; those that begin further right than the margin begin with two wide spaces."""
    margin = min((line.left for line in lines if len(line.text.strip()) > 9), default=0.0)
    return [
        INDENT + line.text if line.size > 0 and line.left - margin > INDENTED * line.size else line.text
        for line in lines
    ]


def clean_line(line: str) -> str:
    """A line without controls and outer space; `⼯` is 工, `政 府 工 作` 政府工作; an indent is kept as INDENT."""
    line = RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), UNWANTED.sub("", line))
    text = SPACED.sub(lambda found: found.group().replace(" ", ""), line.replace("\u3000", " ").strip())
    return INDENT + text if text and line.startswith((INDENT, "    ")) else text


def join_pages(pages: Sequence[Iterable[str]]) -> str:
    """The lines of pages → text with one paragraph a line; page numbers and running heads are left out.

    `pages` hold each page's lines from top to bottom. A sentence goes on over lines and pages:
    `增长6.`, `5%以上` → 增长6.5%以上。
    """
    cleaned = _without_numbers([[line for line in map(clean_line, page) if line] for page in pages])
    running = _running_heads(cleaned)
    return "\n".join(join_lines([line for page in cleaned for line in page if line not in running]))


def join_lines(lines: Sequence[str]) -> list[str]:
    """Cleaned lines → paragraphs, without indents.

    In a text that indents its paragraphs an indent begins one. Else a short line ends one, and so does a full stop at
    the end of a line: a paragraph may come out in parts, at the ends of sentences.
    """
    full = _usual_width(lines) * FULL
    indented = sum(line.startswith(INDENT) for line in lines)
    by_indent = SPARSE * len(lines) < indented < DENSE * len(lines)
    paragraphs: list[str] = []
    before = ""
    for line in lines:
        text = line.strip()
        if before and _goes_on(before, line, full, by_indent):
            paragraphs[-1] += _glue(before[-1], text[0]) + text
        else:
            paragraphs.append(text)
        before = line
    return paragraphs


def width(line: str) -> int:
    """Columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WFA" else 1 for mark in line)


def _goes_on(before: str, line: str, full: float, by_indent: bool) -> bool:
    if by_indent and line.startswith(INDENT):
        return before[-1] in NEVER_FINAL and not before.startswith(INDENT)
    if before[-1] in NEVER_FINAL:
        return True
    if width(before) < full or (HEADING.match(line.strip()) and width(line) < full):
        return False
    return by_indent or before[-1] not in FINAL


def _without_numbers(pages: list[list[str]]) -> list[list[str]]:
    """Pages without their numbers. A bare number counts as one if it fits to its page or to another page's."""
    ends = [(at, end, page[end].strip()) for at, page in enumerate(pages) for end in _ends(page)]
    bare = [(at, end, int(line) - at) for at, end, line in ends if BARE_NUMBER.fullmatch(line)]
    offsets = Counter(offset for _, _, offset in bare)
    drop = {(at, end) for at, end, line in ends if PAGE_NUMBER.fullmatch(line)}
    drop |= {(at, end) for at, end, offset in bare if offset == 1 or offsets[offset] > 1}
    return [[line for end, line in enumerate(page) if (at, end) not in drop] for at, page in enumerate(pages)]


def _ends(page: list[str]) -> set[int]:
    return {0, len(page) - 1} if page else set()


def _running_heads(pages: Sequence[list[str]]) -> set[str]:
    ends = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    return {line for line, times in ends.items() if times >= 3 and times * 2 > len(pages)}


def _usual_width(lines: Sequence[str]) -> float:
    widths = sorted(width(line) for line in lines)
    return widths[int(len(widths) * 0.75)] if widths else 0


def _glue(last: str, first: str) -> str:
    return " " if last.isascii() and first.isascii() and (last.isalpha() or first.isalpha()) else ""
