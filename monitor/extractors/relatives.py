"""Targets without a number: 与经济增长基本同步, 高于全市平均水平. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.values import Op

_NOT = r"[^，。；：、]"
_HEAD = r"(?P<head>[^，。；：]{0,80}?)"
IN_STEP = re.compile(
    rf"{_HEAD}(?:保持)?(?:与|同|和)(?P<ref>{_NOT}{{1,16}}?)(?:继续|总体|大体|增速)?(?:保持)?"
    r"(?P<value>(?:基本|大体|总体|大致)?(?:保持)?(?:基本|大体)?(?:同步|一致|持平|相适应|相当))(?:增长|提高|提升|增加)?(?=$|[^\u4e00-\u9fff])"
)
_FIRM = r"(?:均|力争|持续|继续|保持|明显|稳定|要|总体|也|都|分别|首次|预计|连续[\d一二三四五六七八九十]+[年月季]|年均|总体上)*"
AGAINST = re.compile(
    rf"{_HEAD}(?:增速|增幅|增长)?{_FIRM}"
    r"(?P<value>不高于|不低于|不超过|不慢于|高于|快于|好于|优于|低于|慢于|跑赢|领先于?|超过|超(?=全[国省市]))"
    rf"(?P<ref>{_NOT}{{1,20}})"
)
ABOVE_BEHIND = re.compile(
    rf"{_HEAD}(?:增速|增幅|增长)?(?:保持|稳定|力争|达到|处于)*在?(?P<ref>(?:全[国省市区县州]|同期|[省市])平均(?:水平|增速)?)(?P<value>以上)"
)
REFERENCE = re.compile(
    r"(?:全[国省市区县州盟]|[国省市]|同期|(?:地区|国内)?生产总值|GDP|gdp|经济|城镇|城市|预期|目标|上年|去年|序时|周边|同类|平均|财政|收入|居民|全部|规上|工业|一般工业|物价)"
)
BELOW = frozenset(("低于", "慢于", "不高于", "不超过"))
SECOND = re.compile(r"、(?=[^、]{0,6}(?:高于|快于|低于|好于))")


SIGNAL = re.compile(
    r"同步|一致|持平|相适应|相当|高于|快于|好于|优于|低于|慢于|不超过|跑赢|领先|超过|超全|平均(?:水平|增速)?以上"
)


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
    match = IN_STEP.match(plain, start, end)
    if match and REFERENCE.match(match["ref"]):
        yield _relation(match, Op.IN_STEP, "relative: in step")
        return
    for part_start, part_end in _parts(plain[start:end], start):
        match = AGAINST.match(plain, part_start, part_end) or ABOVE_BEHIND.match(plain, part_start, part_end)
        if match and REFERENCE.match(match["ref"]) and not re.search(r"\d|的", match["ref"]):
            yield _relation(match, Op.BELOW if match["value"] in BELOW else Op.ABOVE, "relative: against")


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
