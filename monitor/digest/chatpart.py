"""The short form for chat services: plain lines in a proportional font, the news of each report and where it is."""

from collections.abc import Iterator

from .edition import Story
from .outgoing import cut
from .sheet import Sheet
from .textpart import row_text
from .words import WORDS, Words

MAX_LINE = 1000  # bytes: half of what the narrowest service takes in one message
_STORIES = 8
_ROWS = 8  # of one report
_REMARKS = 5


def chat_part(sheet: Sheet) -> tuple[str, ...]:
    """The digest's lines, the subject first; no line is over 1,000 bytes, and an address that is longer is left out."""
    words = WORDS[sheet.language]
    return tuple(_fitting(_lines(sheet, words)))


def _lines(sheet: Sheet, words: Words) -> Iterator[str]:
    yield sheet.subject
    if sheet.example:
        yield words["example_banner"]
    for story in sheet.stories[:_STORIES]:
        yield ""
        yield from _story(story, words)
    left = len(sheet.stories[_STORIES:]) + sheet.folded
    if left:
        yield ""
        yield words("overview_more", n=left)
    if sheet.remarks:
        yield ""
    for remark in sheet.remarks[:_REMARKS]:
        yield f"{'!' if remark.broken else '*'} {remark.what}{remark.why}"
        if remark.url:
            yield remark.url
    more = len(sheet.remarks[_REMARKS:]) + sheet.remarks_more
    if more:
        yield words("notices_more", n=more)


def _story(story: Story, words: Words) -> Iterator[str]:
    mark = words["example"] if story.example else ""
    yield f"{mark}{story.region} · {story.heading}"
    rows = [(row, table.heads) for table in story.tables for row in table.rows]
    for row, heads in rows[:_ROWS]:
        yield f"{row.sign} {row_text(row, heads, words)}"
    left = len(rows[_ROWS:]) + sum(table.more for table in story.tables) + sum(len(one.rows) for one in story.topics)
    if left:
        yield words("more", n=left)
    yield story.kept_url or story.url


def _fitting(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if len(line.encode()) <= MAX_LINE:
            yield line
        elif "://" not in line[:10]:
            yield cut(line, MAX_LINE // 4)  # no character has more than four bytes
