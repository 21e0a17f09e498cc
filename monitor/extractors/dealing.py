"""The numbers of a clause dealt out: by 分别, or as a list that goes on with one. Pure.

What the members of a list are is told in `distributive`; here each number finds its member, and what is said of it.
"""

from collections.abc import Container, Sequence
from typing import NamedTuple

from monitor.extractors.baselines import without_baseline, without_basis
from monitor.extractors.clauses import Slot
from monitor.extractors.distributive import members_of, said_of_each, share_hedge, silent_members
from monitor.extractors.memory import Memory
from monitor.extractors.quantities import Quantity
from monitor.extractors.relatives import Compared, deal_gap
from monitor.extractors.units import UnitKind
from monitor.extractors.words import is_bare, trim_leading, trim_trailing

DEALS = "分别"


class Dealt(NamedTuple):
    """A number with the words of its member in front, and the names of the rules that gave them to it."""

    slot: Slot
    rules: tuple[str, ...]


def deal_on(slots: Sequence[Slot], memory: Memory) -> list[Dealt]:
    """A list of bare numbers without 分别, dealt to the members before it or in front of it; [] for any other clause."""
    if not slots:
        return []
    quantities = [slot.quantity for slot in slots]
    if _goes_on(slots, memory.members):
        return _deal(memory.members, [slots[0].before] * len(slots), quantities, "distributive: goes on")
    silent = silent_members(slots)
    if not silent:
        return []
    memory.members = tuple(silent)
    said = trim_trailing(slots[0].before)[1].words
    return _deal(silent, [said] * len(slots), quantities, "distributive: silent")


def _goes_on(slots: Sequence[Slot], members: Sequence[str]) -> bool:
    """…分别达到3.8万元和2.3万元，同比增长9%和12%: a bare list behind a dealt one is dealt, too."""
    return (
        len(slots) == len(members) > 1
        and is_bare(slots[0].before)
        and all(slot.linked and not slot.before for slot in slots[1:])
        and not any(slot.after for slot in slots)
    )


def deal_out(
    plain: str, start: int, dealt: int, quantities: Sequence[Quantity], memory: Memory, rising: Container[int]
) -> list[Dealt]:
    """What the 分别 at `dealt` deals to each of `quantities`, all behind it; its subject begins at `start`.

    `rising` holds where those numbers start that tell what they rose from.
    """
    words, predicate = (
        without_basis(plain[start:dealt].lstrip("、和的")),
        plain[dealt + len(DEALS) : quantities[0].left],
    )
    if quantities[0].start in rising:
        words, predicate = without_baseline(words), without_baseline(predicate)
    words, predicate, compared = deal_gap(words, predicate, len(quantities), quantities[-1].kind is UnitKind.POINTS)
    said, count = said_of_each(plain, quantities, predicate)
    subject, tail = trim_trailing(trim_leading(words))
    members, rule = _members(subject, count, compared, memory)
    memory.members = tuple(members)
    said[0:count] = [tail.words + words if words is predicate else words for words in said[0:count]]
    return _deal([*members] * (len(quantities) // count), said, quantities, rule, compared)


def _members(subject: str, count: int, compared: Sequence[Compared], memory: Memory) -> tuple[Sequence[str], str]:
    """The `count` things that are dealt to, from the words in front of 分别 or from what came before, and the rule."""
    members: Sequence[str] = memory.members
    if subject.startswith("占") and memory.opened and memory.listed:  # 甲、乙、丙，占比分别为…
        members = members_of(memory.listed, count)
    if subject.startswith("占") and len(members) == count:
        return [member + subject for member in members], "distributive: list before"
    if subject:
        members = members_of(subject, count)
        return members, "distributive" if len(set(members)) == len(members) else "distributive: one for all"
    if compared and compared[0] != compared[-1]:  # 分别高于全国、全省1.7和0.9个百分点
        return [memory.indicator] * count, "distributive: one for all"
    if len(members) == count:  # 分别完成…，同比分别增长…
        return members, "distributive: list before"
    own, heads = members_of(memory.indicator, count), memory.heads[-count:]  # 甲和乙增长18%，分别达到…
    if len(heads) == count > len(set(own)):  # 游客80万人次，收入9亿元，分别增长…
        return heads, "distributive: numbers before"
    return own, "distributive: subject before"


def _deal(
    members: Sequence[str],
    said: Sequence[str],
    quantities: Sequence[Quantity],
    rule: str,
    compared: Sequence[Compared] = (),
) -> list[Dealt]:
    """One of `quantities` for each of `members`, with what is `said` of it."""
    dealt: list[Dealt] = []
    for at, (member, quantity, hedged) in enumerate(zip(members, quantities, share_hedge(quantities), strict=True)):
        slot = Slot(hedged, member + said[at], "", False, False, compared[at] if compared else None)
        dealt.append(Dealt(slot, (rule, "hedge: shared") if hedged.op is not quantity.op else (rule,)))
    return dealt
