"""A report's sentence around its figures: cut to what a reader needs, the numbers marked."""

from collections.abc import Iterable
from dataclasses import dataclass

from .outgoing import clean_pieces, web_address
from .values import Figure

MAX_SENTENCE = 600  # longer ones are cut around their marks everywhere
_CLAUSE = 24  # how far a cut may move to fall between clauses
_BREAKS = frozenset("，。；：、！？,;")
_NUMBER = frozenset("0123456789０１２３４５６７８９.．%％—-~～万亿余多")
_MAX_MARK = 80  # a longer "number" is a mistake; marking it would show nothing


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a sentence; a marked one is a figure, and `url` leads to it on our page."""

    text: str
    marked: bool = False
    url: str = ""


def fragments(figures: Iterable[Figure], limit: int) -> tuple[Fragment, ...]:
    """The sentence that all `figures` share, their numbers marked, cut around the marks to about `limit` characters.

    Offsets that do not fit the sentence mark nothing; of two that overlap the first is marked.
    """
    figures = sorted(figures, key=lambda figure: (figure.mark_start, figure.mark_end, figure.kept_url))
    if not figures:
        return ()
    sentence = figures[0].sentence
    marks: list[tuple[int, int, str]] = []
    for figure in figures:
        start, end = figure.mark_start, figure.mark_end
        if 0 <= start < end <= min(len(sentence), start + _MAX_MARK) and (not marks or start >= marks[-1][1]):
            marks.append((start, end, web_address(figure.kept_url)))
    return _cleaned(_pieces(sentence, marks, limit))


def plain(pieces: Iterable[Fragment]) -> str:
    return "".join(piece.text for piece in pieces)


def _pieces(sentence: str, marks: list[tuple[int, int, str]], limit: int) -> list[Fragment]:
    windows = _windows(sentence, marks, limit)
    pieces: list[Fragment] = []
    for start, end in windows:
        if start > 0:
            pieces.append(Fragment("……"))
        at = start
        for mark_start, mark_end, url in marks:
            if not start <= mark_start < mark_end <= end:
                continue
            pieces += [Fragment(sentence[at:mark_start]), Fragment(sentence[mark_start:mark_end], True, url)]
            at = mark_end
        pieces.append(Fragment(sentence[at:end]))
    if windows[-1][1] < len(sentence):
        pieces.append(Fragment("……"))
    return pieces


def _windows(sentence: str, marks: list[tuple[int, int, str]], limit: int) -> list[tuple[int, int]]:
    """The stretches to show: all of a short sentence, else so much around each mark as the limit allows."""
    if len(sentence) <= limit:
        return [(0, len(sentence))]
    if not marks:
        return [(0, _clause_end(sentence, limit))]
    around = max(12, (limit - sum(end - start for start, end, _ in marks)) // (2 * len(marks)))
    windows: list[tuple[int, int]] = []
    for start, end, _ in marks:
        left, right = _clause_start(sentence, start - around), _clause_end(sentence, end + around)
        if windows and left <= windows[-1][1] + 4:
            windows[-1] = (windows[-1][0], max(right, windows[-1][1]))
        elif sum(b - a for a, b in windows) < limit:
            windows.append((left, right))
    return windows


def _clause_start(sentence: str, at: int) -> int:
    """The nearest beginning of a clause at or before `at`: a quotation is never cut within a number."""
    for index in range(max(at, 0), max(at - _CLAUSE, 0), -1):
        if sentence[index - 1] in _BREAKS:
            return index
    return _beside_number(sentence, max(at, 0), -1)


def _clause_end(sentence: str, at: int) -> int:
    """The nearest end of a clause at or behind `at`, without its mark."""
    for index in range(min(at, len(sentence)), min(at + _CLAUSE, len(sentence))):
        if sentence[index] in _BREAKS:
            return index
    return _beside_number(sentence, min(at, len(sentence)), 1)


def _beside_number(sentence: str, at: int, step: int) -> int:
    while 0 < at < len(sentence) and sentence[at - 1] in _NUMBER and sentence[at] in _NUMBER:
        at += step
    return at


def _cleaned(pieces: list[Fragment]) -> tuple[Fragment, ...]:
    texts = clean_pieces([piece.text for piece in pieces])
    return tuple(Fragment(text, piece.marked, piece.url) for text, piece in zip(texts, pieces, strict=True) if text)
