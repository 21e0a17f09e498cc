"""What readers' reviews make of the statements of a text (复核). Pure; docs/reviews.md tells the same with examples.

A review names its number by the sentence around it. Wherever that sentence stands in a text, with whatever spaces and
widths, the review holds for what is read at the number's place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from storage.values import ReviewData, ReviewKind, Ruling, Stated, StatementData

FIGURE = ("value", "value_hi", "unit", "measure", "op", "period")


class _Folded(NamedTuple):
    """A text without spaces, widths and cases; `places[i]` is where its i-th character stands in the text."""

    text: str
    places: Sequence[int]


def active(reviews: Iterable[ReviewData]) -> list[ReviewData]:
    """Those that count, in the order in which they were made: neither withdrawn nor a withdrawal."""
    listed = list(reviews)
    gone = {one.withdraws for one in listed if one.kind is ReviewKind.WITHDRAWN}
    return [one for one in listed if one.kind is not ReviewKind.WITHDRAWN and one.id not in gone]


def rule(reviews: Iterable[ReviewData], readings: Sequence[Stated], text: str) -> dict[int, Ruling]:
    """What the reviews of a report make of the machine's readings of one of its texts, by the reading's id.

    Reviews of one number count one after the other: a later figure replaces an earlier one and leaves the series as it
    is; `no_target` takes all of it out, until a later one says otherwise.
    """
    counting = active(reviews)
    if not counting:
        return {}
    folded = _fold(text)
    rulings: dict[int, Ruling] = {}
    for review in counting:
        for start, end in _places(review, folded):
            for reading in readings:
                if reading.data.start < end and start < reading.data.end:
                    rulings[reading.id] = _ruling(review, reading, rulings.get(reading.id))
    return rulings


def is_same_number(one: ReviewData, other: ReviewData) -> bool:
    """Whether two reviews are of one number: the one's sentence holds the other's, and the numbers meet."""
    for inner, outer in ((one, other), (other, one)):
        text = _fold(outer.sentence)
        if any(start < outer.end and outer.start < end for start, end in _places(inner, text)):
            return True
    return False


def is_superseded(review: ReviewData, later: Iterable[ReviewData]) -> bool:
    """Whether what a review says counts no more, since a later one is of the same number."""
    ends = (ReviewKind.NO_TARGET, review.kind)
    return any(is_same_number(review, one) for one in later if one.kind in ends or review.kind is ReviewKind.NO_TARGET)


def _ruling(review: ReviewData, reading: Stated, so_far: Ruling | None) -> Ruling:
    data, key = (so_far and so_far.reading) or (reading.data, reading.indicator_key)
    if review.kind is ReviewKind.NO_TARGET:
        return Ruling(review.id, None)
    if review.kind is ReviewKind.SERIES:
        assert review.indicator_key, "a review of a series names it"
        return Ruling(review.id, (replace(data, indicator=review.indicator or data.indicator), review.indicator_key))
    return Ruling(review.id, (_corrected(data, review), key))


def _corrected(data: StatementData, review: ReviewData) -> StatementData:
    figure = {name: getattr(review, name) for name in FIGURE}
    if review.measure is None or review.op is None:
        raise ValueError(f"review {review.id} says that a figure is wrong, but not which measure and hedge it has")
    changed = any(figure[name] != getattr(data, name) for name in ("value", "value_hi", "unit", "op"))
    return replace(data, **figure, text=_written(review) or data.text if changed else data.text)


def _written(review: ReviewData) -> str:
    """The figure as a report would write it, since readers are shown its words: 7.5%, 5—6%, 8.7万人."""
    ends = [format(abs(Decimal(repr(end))), "f") for end in (review.value, review.value_hi) if end is not None]
    return "—".join(end.removesuffix(".0") for end in ends) + (review.unit or "") if ends else ""


def _places(review: ReviewData, folded: _Folded) -> list[tuple[int, int]]:
    """Where the review's number stands in a text: offsets into the text itself."""
    sentence = _fold(review.sentence)
    inside = [at for at, place in enumerate(sentence.places) if review.start <= place < review.end]
    if not inside:
        return []
    found, at = [], folded.text.find(sentence.text)
    while at >= 0:
        found.append((folded.places[at + inside[0]], folded.places[at + inside[-1]] + 1))
        at = folded.text.find(sentence.text, at + 1)
    return found


@lru_cache(maxsize=64)
def _fold(text: str) -> _Folded:
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = "" if char.isspace() or char in "\u200b\ufeff" else _plain(char)
        folded.append(plain)
        places += [place] * len(plain)
    return _Folded("".join(folded), places)


@lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    return normalize("NFKC", char).casefold()
