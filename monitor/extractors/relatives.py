"""What is tied to something else: 与经济增长基本同步, 高于全市平均水平, and by how much: 高于全省0.7个百分点. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from storage.values import Op

_NOT = r"[^，。；：、]"
_HEAD = r"(?P<head>[^，。；：]{0,80}?)"
IN_STEP = re.compile(
    rf"{_HEAD}(?:保持)?(?:与|同|和)(?P<ref>{_NOT}{{1,16}}?)(?:继续|总体|大体)?(?:保持)?"
    r"(?P<value>(?:基本|大体|总体|大致)?(?:保持)?(?:基本|大体)?(?:同步|一致|持平|相适应|相匹配|相当))(?:增长|提高|提升|增加)?(?=$|[^\u4e00-\u9fff])"
)
_FIRM = r"(?:均|力争|持续|继续|保持|明显|稳定|要|总体|也|都|分别|首次|预计|连续[\d一二三四五六七八九十]+[年月季]|年均|总体上)*"
AGAINST = re.compile(
    rf"{_HEAD}(?:增速|增幅|增长)?{_FIRM}"
    r"(?P<value>不[得能应]?(?:高于|低于|超过|慢于|少于|快于|突破)|高于|快于|好于|优于|低于|慢于|跑赢|领先于?|超过|超(?=全[国省市]))"
    rf"(?P<ref>{_NOT}{{1,20}}(?:、(?:全[国省市区县州盟]|自治区|同类|周边){_NOT}{{0,12}}){{0,3}})"
)
ABOVE_BEHIND = re.compile(
    rf"{_HEAD}(?:增速|增幅|增长)?(?:保持|稳定|力争|达到|处于)*在?(?P<ref>(?:全[国省市区县州]|同期|[省市])平均(?:水平|增速)?)(?P<value>以上)"
)
REFERENCE = re.compile(
    r"(?:全[国省市区县州盟]|[国省市]|同期|(?:地区|国内)?生产总值|GDP|gdp|经济|城镇|城市|农村|农民|预期|目标|上年|去年|前年|序时|周边|同类|平均|财政|收入|居民|全部"
    r"|规上|工业|一般工业|物价|名义|各项|面上|中西部|东部|自治区)|[^，]{2,14}(?:平均水平|平均|增速|增幅)$"
)
BELOW = frozenset(("低于", "慢于"))
NO_LESS = re.compile("不[得能应]?[低慢少]于")
NO_MORE = re.compile("不[得能应]?(?:[高快]于|超过|突破)")
SECOND = re.compile(r"、(?=[^、]{0,6}(?:高于|快于|低于|好于))")


# What the targets before it mean, or what they are like: 2 in 2 of 379 reports, both right; 反映 is said of real ones.
MEANT = re.compile(r"(?:这|也|充分)?体现了|这[几两三些]{1,2}(?:项|个)?(?:指标|目标)虽然?")
GAP_SIGNAL = re.compile("[于过出先赢后]|[比较]")
SIGNAL = re.compile(
    r"同步|一致|持平|相适应|相匹配|相当|高于|快于|好于|优于|低于|慢于|不超过|跑赢|领先|超过|超全|平均(?:水平|增速)?以上"
)


# 高于全省0.7个百分点, 比去年预算高0.2个百分点: by how much more or less than what. 比上年提高 is no gap but a change.
GAP = re.compile(
    r"(?:(?<!不)(?<!不[得能应])(?P<verb>高于|快于|好于|优于|超过|超出|高出|领先|跑赢|多于|低于|慢于|少于)(?P<ref>[^，；：]{0,24}?[^，；：、的])"
    r"|(?:比|较)(?P<than>[^，；：比较]{2,20}?)(?:还|要|分别|均|各)*"
    r"(?P<side>高出|(?<![提升调抬增拔])高|(?<!加)快|领先|(?<!增)多|(?<![降减])低|(?<!减)慢|(?<!减)少))(?:了|达|达到|近|约)?$"
)
# 优于三类的断面比例提高5个百分点 tells which sections, and then how their share moved.
NO_REFERENCE = re.compile(r"提[高升]|[递增]增|增[长加]|下降|减少|降低|达到?|类|\d")
LONGEST_GAP = 40
LESS = frozenset(("低于", "慢于", "落后", "少于", "低", "慢", "少"))
_AND = re.compile(r"、|以及|和|与|及")
_SHARED_END = re.compile(r"(?:平均(?:水平|增速)?|水平|增速|增幅)$")


class Compared(NamedTuple):
    """What a number is measured from, and whether it says more (1) or less (-1) than that."""

    reference: str
    sign: int


class Gap(NamedTuple):
    """How far something is from something else; `at` is where that begins in the words before the number."""

    at: int
    said: str
    sign: int

    def compared(self, count: int) -> list[Compared]:
        """For each of `count` numbers: 高于全国、全省平均水平1.7和0.9个百分点 compares with as many as there are numbers."""
        parts = [part for part in _AND.split(self.said) if part]
        if len(parts) != count or count == 1:
            return [Compared(self.said, self.sign)] * count
        end = _SHARED_END.search(parts[-1])
        ended = [part if not end or _SHARED_END.search(part) else part + end[0] for part in parts]
        return [Compared(part, self.sign) for part in ended]


def find_gap(words: str, points: bool) -> Gap | None:
    """The gap that the `words` right before a number say, None when they say none.

    Percentage points are `points`: of anything else only what is known to be compared with is taken (高于铺镇 is a town).
    """
    if not GAP_SIGNAL.search(words, max(0, len(words) - LONGEST_GAP)):
        return None
    match = GAP.search(words, max(0, len(words) - LONGEST_GAP))
    if not match:
        return None
    said = match["ref"] or match["than"]
    if NO_REFERENCE.search(said) or not (points or REFERENCE.match(said)):
        return None
    return Gap(match.start(), said, -1 if (match["verb"] or match["side"]) in LESS else 1)


def deal_gap(words: str, predicate: str, count: int, points: bool) -> tuple[str, str, list[Compared]]:
    """The words before and behind 分别 without the gap they say, and what each of the `count` numbers is measured from.

    分别高于全国、全省 says it behind, 比全国、全省分别高 on both sides; no gap, no comparison.
    """
    gap = find_gap(predicate, points)
    if gap:
        return words, predicate[: gap.at], gap.compared(count)
    gap = find_gap(words + predicate, points)
    if gap and gap.at < len(words):
        return words[: gap.at], "", gap.compared(count)
    return words, predicate, []


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation within a clause; `start`, `end` are the offsets of the phrase that relates (基本同步, 高于)."""

    start: int
    end: int
    head: str
    reference: str
    op: Op
    rule: str


def find_relations(plain: str, start: int, end: int) -> Iterator[Relation]:
    """The relations of one clause, `plain[start:end]`; 高于全国0.7个百分点 is a number's, and not here."""
    if not SIGNAL.search(plain, start, end):
        return
    if MEANT.match(plain, start, end):
        return
    match = IN_STEP.match(plain, start, end)
    if match and REFERENCE.match(match["ref"]):
        yield _relation(match, Op.IN_STEP, "relative: in step")
        return
    for part_start, part_end in _parts(plain[start:end], start):
        match = AGAINST.match(plain, part_start, part_end) or ABOVE_BEHIND.match(plain, part_start, part_end)
        if match and REFERENCE.match(match["ref"]) and not re.search(r"\d|的", match["ref"]):
            yield _relation(match, _op(match["value"]), "relative: against")


def _op(said: str) -> Op:
    """高于 is above; 不低于 promises less, at least as much."""
    if NO_LESS.match(said):
        return Op.AT_LEAST
    if NO_MORE.match(said):
        return Op.AT_MOST
    return Op.BELOW if said in BELOW else Op.ABOVE


def _parts(words: str, start: int) -> Iterator[tuple[int, int]]:
    """高于全国平均水平、高于城镇居民收入增速 relates twice."""
    at = 0
    for match in SECOND.finditer(words):
        if not SIGNAL.search(words, at, match.start()):
            continue  # 肉牛、蛋鸡出栏增速高于全省: one relation with two heads
        yield start + at, start + match.start()
        at = match.end()
    yield start + at, start + len(words)


def _relation(match: re.Match[str], op: Op, rule: str) -> Relation:
    """The head ends where a number has spoken for itself: PM2.5浓度26微克、优于全国 leaves the head to what came before."""
    head = match["head"]
    if re.search(r"\d", head):
        head = head.rpartition("、")[2] if not head.endswith("、") else ""
        head = "" if re.search(r"\d", head) else head
    return Relation(match.start("value"), match.end("value"), head, match["ref"], op, rule)
