"""Plain text in columns: lines of a given width where a Chinese character takes two."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

WIDTH = 72
_GAP = 2
_NARROWEST = 10  # no column is pressed below this
_PRESSED = 14  # nor the one that gives way first below this
_CLOSING = "，。；：！？、）》」』”’%％,.;:!?)]}…"
_OPENING = "（《「『“‘([{"


def width(text: str) -> int:
    """Columns on a terminal: wide and full-width characters two, combining ones none."""
    return sum(map(_char_width, text))


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int, *, first: str = "", rest: str | None = None) -> list[str]:
    """Lines of at most `columns`, the first led by `first`, the others by `rest` (default: as many spaces).

    Breaks between Chinese characters, but not before a closing or after an opening mark, and between Latin words.
    A word longer than a line is broken, except an address, which stays whole on its own line.
    """
    rest = " " * width(first) if rest is None else rest
    lines: list[str] = []
    lead, line = first, ""
    for token in _tokens(text):
        room = columns - width(lead)
        if width(line) + width(token.rstrip()) <= room:
            line += token
            continue
        if line.strip():
            lines.append((lead + line).rstrip())
            lead, line = rest, ""
        *whole, line = _broken(token.lstrip() if not line else token, columns - width(lead))
        for part in whole:
            lines.append(lead + part)
            lead = rest
    if line.strip() or not lines:
        lines.append((lead + line).rstrip())
    return lines


def _tokens(text: str) -> Iterator[str]:
    """Pieces between which a line may break, each with the spaces that follow it."""
    token = ""
    for piece in re.findall(r"[^\s\u1100-\uffff\U00010000-\U0010ffff]+\s*|[^\s]\s*|\s+", text):
        glued = piece[0] in _CLOSING or (token and token[-1] in _OPENING)
        if token and not glued:
            yield token
            token = ""
        token += piece
    if token:
        yield token


def _broken(token: str, room: int) -> list[str]:
    if width(token.rstrip()) <= room or token.startswith(("http://", "https://", "file:///")):
        return [token]
    parts, part = [], ""
    for char in token.rstrip():
        if width(part) + width(char) > room and part:
            parts.append(part)
            part = ""
        part += char
    return [*parts, part + token[len(token.rstrip()) :]]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], columns: int = WIDTH, press: int = 0) -> list[str]:
    """A table whose cells wrap; when it is too wide, those columns give way whose fewest cells wrap for it.

    Column number `press` holds running text and keeps a little more.
    """
    widths = _widths([head, *rows], columns, press)
    lines = _row(head, widths)
    lines.append("-" * min(columns, sum(widths) + _GAP * (len(widths) - 1)))
    for row in rows:
        lines += _row(row, widths)
    return lines


def _widths(rows: Sequence[Sequence[str]], columns: int, press: int) -> list[int]:
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    over = sum(widths) + _GAP * (len(widths) - 1) - columns
    while over > 0:
        tight = [index for index, size in enumerate(widths) if size > (_PRESSED if index == press else _NARROWEST)]
        if not tight:
            break

        def harm(index: int) -> tuple[int, int]:
            """How many cells would wrap if the column lost one more; words wrap better than figures."""
            cells = sum(width(row[index]) >= widths[index] for row in rows)
            return cells if index == press else 2 * cells, -widths[index]

        widths[min(tight, key=harm)] -= 1
        over -= 1
    return widths


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [
        _balanced(cell, columns, hang=index == 0)
        for index, (cell, columns) in enumerate(zip(cells, widths, strict=True))
    ]
    lines = []
    for index in range(max(map(len, wrapped))):
        parts = [
            pad(cell[index] if index < len(cell) else "", columns)
            for cell, columns in zip(wrapped, widths, strict=True)
        ]
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


def _balanced(cell: str, columns: int, *, hang: bool) -> list[str]:
    """A cell's lines, as few as the width needs and then as even as that allows: no single character is left over."""
    rest = " " if hang else ""
    lines = wrap(cell, columns, rest=rest)
    if len(lines) == 1:
        return lines
    longest = max(width(token.rstrip()) for token in _tokens(cell)) + len(rest)
    for narrower in range(columns - 1, max(longest, columns // 2) - 1, -1):
        even = wrap(cell, narrower, rest=rest)
        if len(even) > len(lines):
            break
        lines = even
    return lines
