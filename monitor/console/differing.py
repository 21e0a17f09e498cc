"""Two texts side by side: which paragraph became which, and which words of it changed. Pure.

Paragraphs that are not the same are paired by the runs of three characters that they share and few others have; within
a pair characters and whole numbers are compared, and two changes with little between them are told as one.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

RUN = 3  # characters
_WORD = re.compile(r"\d+(?:[.,]\d+)*[%％]?|[A-Za-z]+|[\s\S]")  # a number changes as a whole
RARE = 4  # paragraphs that may share a run for it to tell anything
ALIKE = 0.25  # of the shorter paragraph's runs: fewer, and it is another paragraph
LONG = 1200  # characters of a paragraph
_SENTENCES = re.compile(r".{1,600}?[。！？；]|.{1,600}")
ISLAND = 3  # unchanged characters between changes that are no rest for the eye


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a paragraph; `changed` ones are not in the other text."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph before and after; () where there is none."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def same(self) -> bool:
        return not any(piece.changed for piece in (*self.before, *self.after))


def differences(before: str, after: str) -> list[Pair]:
    """All paragraphs of both texts in order; blank lines do not count."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Pair] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += (_pair(one, one) for one in old[a:b]) if kind == "equal" else _in_order(old[a:b], new[c:d])
    return found


def _paragraphs(text: str) -> list[str]:
    """A text in one long line, as some pages have it, is taken by its sentences."""
    lines = (line.strip() for line in text.splitlines())
    return [piece for line in lines if line for piece in ([line] if len(line) <= LONG else _SENTENCES.findall(line))]


def _in_order(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """What went before what came, each paragraph that is there in both beside itself."""
    at, partners = 0, dict(_partners(old, new))
    for place, paragraph in enumerate(new):
        partner = partners.get(place)
        if partner is None:
            yield Pair((), (Piece(paragraph, True),))
            continue
        for gone in old[at:partner]:
            yield Pair((Piece(gone, True),), ())
        yield _pair(old[partner], paragraph)
        at = partner + 1
    for gone in old[at:]:
        yield Pair((Piece(gone, True),), ())


def _partners(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """(new, old) of paragraphs that are the same thing said again, in an order that both texts share."""
    old_runs, new_runs = [_runs(one) for one in old], [_runs(one) for one in new]
    places: dict[str, list[int]] = defaultdict(list)
    for at, runs in enumerate(old_runs):
        for run in runs:
            places[run].append(at)
    telling = {run: at for run, at in places.items() if len(at) <= RARE}
    best = []
    for at, runs in enumerate(new_runs):
        votes = Counter(place for run in runs for place in telling.get(run, ()))
        for place, shared in votes.most_common(1):
            if shared >= ALIKE * min(len(runs), len(old_runs[place])):
                best.append((at, place, shared))
    return _rising(best)


def _rising(best: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The longest row of pairs in which both sides go on."""
    tails: list[int] = []
    chain: list[tuple[int, int | None]] = []  # each pair's place among the tails, and the pair before it
    ends: list[int] = []
    for number, (_, place, _) in enumerate(best):
        at = bisect_left(tails, place)
        tails[at:] = [place]
        ends[at:] = [number]
        chain.append((at, ends[at - 1] if at else None))
    found, last = [], ends[-1] if ends else None
    while last is not None:
        found.append(best[last][:2])
        last = chain[last][1]
    return found


def _runs(paragraph: str) -> set[str]:
    return {paragraph[at : at + RUN] for at in range(max(1, len(paragraph) - RUN + 1))}


def _pair(old: str, new: str) -> Pair:
    if old == new:
        return Pair((Piece(old, False),), (Piece(new, False),))
    then, now = _WORD.findall(old), _WORD.findall(new)
    blocks = _joined(SequenceMatcher(None, then, now, autojunk=False).get_opcodes())
    before = tuple(Piece("".join(then[a:b]), changed) for changed, a, b, _, _ in blocks if a < b)
    after = tuple(Piece("".join(now[c:d]), changed) for changed, _, _, c, d in blocks if c < d)
    return Pair(before, after)


def _joined(steps: Sequence[tuple[str, int, int, int, int]]) -> list[tuple[bool, int, int, int, int]]:
    """Changes with only a few same characters between them are one change."""
    found: list[tuple[bool, int, int, int, int]] = []
    for place, (kind, a, b, c, d) in enumerate(steps):
        inside = 0 < place < len(steps) - 1
        changed = kind != "equal" or (inside and b - a < ISLAND)
        if found and found[-1][0] == changed:
            found[-1] = (changed, found[-1][1], b, found[-1][3], d)
        else:
            found.append((changed, a, b, c, d))
    return found
