"""Sentences → clauses → what stands before and behind each number in them. Pure.

In 新增6个公园、100公顷绿地 both numbers share the clause; the second is `linked` to the first, so a verb may be shared.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.extractors.baselines import BASIS, without_basis
from monitor.extractors.marks import hidden
from monitor.extractors.quantities import Quantity
from monitor.extractors.relatives import Compared, find_gap
from monitor.extractors.units import UnitKind
from monitor.extractors.words import VERB, is_bare, trim_trailing

# Brackets and quotes hide the commas inside them.
CUT = re.compile(
    rf"{BASIS.pattern}|（[^（）\n]{{0,60}}）|“[^“”\n]{{0,60}}”|《[^《》\n]{{0,60}}》|(?P<cut>[，；：,;。！？…]|——|（|）|其中)"
)
COMMA = re.compile(r"[，；：]")
REACH = 120  # how far from its number a word may stand
SHORT_NOUN = 4
LINK = re.compile(r"^(?:、|和|与|及|以及|并|/|或)")
LINK_END = re.compile(r"(?:、|和|与|及|以及)$")
INNER_LINK = re.compile(r"、|以及|和|并|及")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between commas and its quantities; `cut` is the mark before it."""

    start: int
    end: int
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A quantity with the words on both sides that may say what it measures.

    `linked`: it follows another number of the clause over 、 or 和. `attribute`: 的 follows (总投资136亿元的49个项目).
    `compared`: the number is how far it is from something else, and `before` does not hold those words.
    """

    quantity: Quantity
    before: str
    after: str
    linked: bool
    attribute: bool
    compared: Compared | None = None


def clauses_of(plain: str, start: int, end: int, quantities: Sequence[Quantity]) -> list[Clause]:
    """The clauses of `plain[start:end]`, with the quantities that lie in each; those without any are kept too."""
    starts = [quantity.start for quantity in quantities]
    cuts = [start]
    for match in CUT.finditer(plain, start, end):
        at, behind = match.span()
        if match["cut"]:
            cuts += [at, at] if match["cut"] == "其中" else [at, behind]
        elif match[0][0] == "（" and bisect_left(starts, behind) > bisect_left(starts, at):
            cuts += [at, at + 1]
            cuts += [place for inner in COMMA.finditer(plain, at + 1, behind - 1) for place in inner.span()]
            cuts += [behind - 1, behind]
    cuts.append(end)
    return [
        Clause(left, right, tuple(quantities[bisect_left(starts, left) : bisect_left(starts, right)]))
        for left, right in zip(cuts[::2], cuts[1::2], strict=True)
    ]


def slots_of(plain: str, clause: Clause) -> list[Slot]:
    """What stands around each quantity of `clause`, in order."""
    quantities = clause.quantities
    if not quantities:
        return []
    befores = [plain[max(clause.start, quantities[0].left - REACH) : quantities[0].left]]
    head = befores[0]  # of the last number that had words of its own in front
    afters: list[str] = []
    linked = [False]
    for left, right in pairwise(quantities):
        between = plain[left.right : right.left][:REACH]
        after, before, link = _split(between)
        if between and not link and not trim_trailing(between)[0]:  # 提高1.3个百分点达到45%: only said of the same
            after, before = "", trim_trailing(head)[0] + between
        elif not link and len(before) <= SHORT_NOUN:
            before = head + before
        else:
            head = before
        afters.append(after)
        befores.append(before)
        linked.append(link)
    last = quantities[-1].right
    afters.append(plain[last : min(clause.end, last + REACH)])
    for at in range(len(quantities) - 2, -1, -1):
        # 5个项目398亩土地处置利用: what is done behind the second number is done to the first, too.
        if not linked[at + 1] and len(afters[at]) <= SHORT_NOUN and not afters[at].startswith("的"):
            afters[at] = (afters[at] + afters[at + 1])[:REACH]
    return [
        _slot(quantity, before, after, link)
        for quantity, before, after, link in zip(quantities, befores, afters, linked, strict=True)
    ]


def _slot(quantity: Quantity, before: str, after: str, link: bool) -> Slot:
    before = without_basis(before)
    gap = find_gap(before, quantity.kind is UnitKind.POINTS)
    if gap:
        before = before[: gap.at]
    attribute = after.startswith("的") and not is_bare(before)
    return Slot(quantity, before, after, link, attribute, gap.compared(1)[0] if gap else None)


def _split(between: str) -> tuple[str, str, bool]:
    """(words behind the left number, words before the right one, whether a list links them)."""
    if not between:
        return "", "", False
    link = LINK.match(between)
    if link:
        return "", between[link.end() :], True
    link = LINK_END.search(between)
    if link:
        return between[: link.start()], "", True
    places = [match.span() for match in INNER_LINK.finditer(hidden(between))]
    for start, end in reversed(places):
        if VERB.match(between, end):
            return between[:start], between[end:], True
    for start, end in places:
        if between[start] == "、" and start > 1:  # 国、省考核断面 is one noun
            return between[:start], between[end:], True
    return between, between, False
