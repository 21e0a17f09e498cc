"""Lines as they are printed → paragraphs. Pure.

A PDF knows lines, no paragraphs: a sentence is cut where the line is full, sometimes within a number.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

FINAL = "。！？!?；;：:"
NEVER_FINAL = "，、,（(《“"
FULL = 0.8  # of the usual width: a line that reaches this far was cut by the margin
PAGE_NUMBER = re.compile(
    r"[-—–－·.\s第]*(\d{1,4}|[ivx]{1,6})\s*(页|/\s*\d{1,4})?[-—–－·.\s]*(共\s*\d+\s*页)?", re.IGNORECASE
)
HEADING = re.compile(r"(第?[一二三四五六七八九十]{1,3}[、章节篇部]|[（(][一二三四五六七八九十]{1,3}[)）]|专栏\s*\d|——)")
SPACED = re.compile(r"(?<![^\s])((?:[\u4e00-\u9fff] ){2,}[\u4e00-\u9fff])(?![^\s])")
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u200b\ufeff\u00ad]")
RADICALS = re.compile("[\u2e80-\u2fdf]")  # printed like characters, and some PDF fonts say them instead


def clean_line(line: str) -> str:
    """A line without controls and outer space, with `⼯` as 工 and `政 府 工 作` as 政府工作."""
    line = RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), UNWANTED.sub("", line))
    return SPACED.sub(lambda found: found.group().replace(" ", ""), line.replace("\u3000", " ").strip())


def join_pages(pages: Sequence[Iterable[str]]) -> str:
    """The lines of pages → text with one paragraph a line; page numbers and running heads are left out.

    `pages` hold each page's lines from top to bottom. A sentence goes on over lines and pages:
    `增长6.`, `5%以上` → 增长6.5%以上。
    """
    cleaned = [[line for line in map(clean_line, page) if line] for page in pages]
    cleaned = [_without_number(page) for page in cleaned]
    running = _running_heads(cleaned)
    lines = [line for page in cleaned for line in page if line not in running]
    return "\n".join(join_lines(lines))


def join_lines(lines: Sequence[str]) -> list[str]:
    """Cleaned lines → paragraphs. A short line ends a paragraph, and so does a line with a full stop at its end."""
    full = _usual_width(lines) * FULL
    paragraphs: list[str] = []
    open_end = False
    for line in lines:
        if open_end and not (HEADING.match(line) and paragraphs[-1][-1] not in NEVER_FINAL and _is_short(line, full)):
            paragraphs[-1] += _glue(paragraphs[-1][-1], line[0]) + line
        else:
            paragraphs.append(line)
        open_end = line[-1] in NEVER_FINAL or (line[-1] not in FINAL and not _is_short(line, full))
    return paragraphs


def _without_number(page: list[str]) -> list[str]:
    if page and PAGE_NUMBER.fullmatch(page[-1]):
        page = page[:-1]
    if page and PAGE_NUMBER.fullmatch(page[0]):
        page = page[1:]
    return page


def _running_heads(pages: Sequence[list[str]]) -> set[str]:
    ends = Counter(line for page in pages for line in {*page[:1], *page[-1:]})
    return {line for line, times in ends.items() if times >= 3 and times * 2 > len(pages)}


def _usual_width(lines: Sequence[str]) -> float:
    widths = sorted(width(line) for line in lines)
    return widths[int(len(widths) * 0.75)] if widths else 0


def _is_short(line: str, full: float) -> bool:
    return width(line) < full


def width(line: str) -> int:
    """Columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WFA" else 1 for mark in line)


def _glue(last: str, first: str) -> str:
    return " " if last.isascii() and first.isascii() and (last.isalpha() or first.isalpha()) else ""
