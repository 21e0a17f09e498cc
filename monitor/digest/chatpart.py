"""The short form for chat services: plain lines in a proportional font, the news of each report and where it is."""

from collections.abc import Iterator

from .edition import Front, Story
from .outgoing import cut
from .ranking import CHANGED
from .rows import SIGNS
from .sheet import Sheet
from .textpart import named, row_text
from .words import WORDS, Words

MAX_LINE = 1000  # bytes: half of what the narrowest service takes in one message
_STORIES = 8
_ENTRIES = 20
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
    if sheet.front:
        yield from _front(sheet.front, words)
    else:
        yield from _reports(sheet, words)
    if sheet.all_url and (sheet.front or sheet.folded):
        yield ""
        yield words["all_reports"]
        yield sheet.all_url
    if sheet.remarks:
        yield ""
    for remark in sheet.remarks[:_REMARKS]:
        yield f"{'!' if remark.broken else '*'} {remark.what}{remark.why}"
        if remark.url:
            yield remark.url
    more = len(sheet.remarks[_REMARKS:]) + sheet.remarks_more
    if more:
        yield words("notices_more", n=more)


def _front(front: Front, words: Words) -> Iterator[str]:
    """Many reports: counts, the first indicator region by region, what else moved."""
    yield from front.said
    yield ""
    yield front.title
    for entry in front.entries[:_ENTRIES]:
        moved = entry.kind in CHANGED
        figures = f"{entry.before.text} → {entry.after.text}" if moved else entry.after.text
        change = "" if entry.above else entry.change
        yield f"{SIGNS[entry.kind] if entry.kind else '·'} {entry.place} {figures} {change}".rstrip()
    left = len(front.entries[_ENTRIES:]) + front.more
    if left:
        yield words("more", n=left)
    if front.moves:
        yield ""
        yield words["front_moves"]
    for move in front.moves:
        yield f"{move.sign} {move.name} {move.moved}{words['colon']}{named(move, words)}"
    if front.moves_more:
        yield words["front_more"]


def _reports(sheet: Sheet, words: Words) -> Iterator[str]:
    for story in sheet.stories[:_STORIES]:
        yield ""
        yield from _story(story, words)
    for brief in sheet.briefs[: _STORIES - len(sheet.stories[:_STORIES])]:
        yield ""
        yield brief.place
        yield from (f"{row.sign} {row_text(row, heads, words)}" for row, heads in brief.items)
        yield brief.left
        yield brief.kept_url or brief.url
    left = max(0, len(sheet.stories) + len(sheet.briefs) - _STORIES) + sheet.folded
    if left:
        yield ""
        yield words("overview_more", n=left)


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
