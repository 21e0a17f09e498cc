"""What a number measures, in the report's own words: 固定资产投资 of 固定资产投资力争完成100亿元. Pure."""

import re
from dataclasses import dataclass

from monitor.extractors.clauses import Slot
from monitor.extractors.units import UnitKind
from monitor.extractors.wording import ACTIONS, BEHIND_TOPIC, EVENTS, GENERIC_NOUNS, GOING_ON, alternatives
from monitor.extractors.words import VERB, split_verb, trim_behind, trim_leading, trim_trailing
from storage.values import Measure

COUNTED = frozenset({UnitKind.COUNTER, UnitKind.SIZE, UnitKind.MONEY})
# Behind the number, these are no noun that it counts.
NO_NOUN = re.compile(r"的?(?:增长|增速|目标|水平|规模|新?台阶|大关|增幅|速度|左右|以上|以内)(?:$|的)|的?任务$|$")
# Where the words behind a number go on to another action.
NEXT_ACTION = re.compile(r"、|；|并(?![网购轨])|以及")
# What happens to the counted things, when that is no more than that it goes on.
PREDICATE = re.compile(
    f"(?:{alternatives(GOING_ON)})+(?:推进|实施|建设|开展|保障|进行|提速|完成|落实)+$|有[力效]保障[\u4e00-\u9fff]{{0,8}}$"
)
ADVERB_INSIDE = re.compile(r"(?:年内|今年|全部|陆续|相继|年底前|尽快|稳步|有序|如期|按期|全面)(?=[\u4e00-\u9fff]{2})")
GENERIC = re.compile(
    rf"(?:总|年|平均|累计|人均|户均)?(?:{alternatives(GENERIC_NOUNS)}|[\u4e00-\u9fff]{{1,3}}率(?:和[\u4e00-\u9fff]{{1,3}}率)?)"
    r"|(?:年度|全年|年初|总|预算|目标|计划|任务)+"
)
OWN_RATE = re.compile(r"失业率|城镇化率|通胀率|出生率|死亡率|毛入学率")
NAMED = re.compile(r"(?P<named>[^，]{1,80})等$")
ACTION_TAIL = re.compile(
    rf"[\u4e00-\u9fff]{{0,4}}(?:{alternatives(ACTIONS)})(?:工程|项目|任务|工作|完毕)?$|(?:无一|实现|全部|均|纳入|得到).{{2,24}}$"
)
EVENT = re.compile(f"(?:成功)?(?:{alternatives(EVENTS)})[^、]{{0,30}}$")
LOOSE_VERBS = frozenset({"", "完成", "推进", "加快", "加强", "强化", "启动"})
TOPIC = re.compile(f"([^，]{{2,24}}?)(?:{alternatives(BEHIND_TOPIC)})")


@dataclass(slots=True)
class Memory:
    """What the sentence has said so far, for the numbers that do not name what they measure."""

    indicator: str = ""
    verb: str = ""
    topic: str = ""
    measure: Measure | None = None
    members: tuple[str, ...] = ()  # of the last 分别
    carried: bool = False  # the last number named nothing itself: 增长5.5%、力争6%

    def hear(self, words: str) -> None:
        """A clause without a number may name what the next ones are about."""
        match = TOPIC.match(trim_leading(words))
        if match and not VERB.match(match[1]):
            self.topic = match[1]

    def keep(self, indicator: str, names_itself: bool = True) -> None:
        """Remember what the last number measured; its noun is the topic of the next ones when it `names_itself`."""
        self.indicator = indicator
        self.verb, noun = split_verb(indicator)
        if noun and names_itself:
            self.topic = noun


def indicator_of(slot: Slot, memory: Memory, shared_tail: str = "", dealt: bool = False) -> str:
    """The indicator of one number, from the words around it and what `memory` holds; "" when nothing tells.

    A rate that 分别 `dealt` its number to names itself: 森林覆盖率、绿地率分别提高.
    """
    before = trim_leading(trim_trailing(slot.before)[0])
    after = _noun_behind(slot)
    before = _without_named(before, after)
    verb = split_verb(before)[0]
    words = before + after + shared_tail
    memory.carried = not words
    if not words:
        words = memory.indicator or memory.topic or trim_leading(slot.before)
    elif slot.linked and memory.verb and not verb and slot.quantity.kind in COUNTED and not GENERIC.fullmatch(words):
        words = memory.verb + words
    elif GENERIC.fullmatch(words) and not OWN_RATE.search(words) and not (dealt and words.endswith("率")):
        memory.keep(memory.topic + words, names_itself=False)
        return memory.indicator
    memory.keep(words)
    return words


def _noun_behind(slot: Slot) -> str:
    after = slot.after
    if slot.attribute or after[:1] in ("、", "和", "与", "（") or NO_NOUN.match(after):
        return ""
    for match in NEXT_ACTION.finditer(after):
        if VERB.match(after, match.end()) or match[0] == "并":
            after = after[: match.start()]
            break
    after = trim_behind(after.removeprefix("的"))
    trimmed = ADVERB_INSIDE.sub("", PREDICATE.sub("", after))
    return trimmed if len(trimmed) > 1 else after


def _without_named(before: str, after: str) -> str:
    """新西三环路等 + 道路 keeps the one name; 甲、乙、丙等 + 项目 does not list them."""
    match = NAMED.match(before)
    if not match or not after:
        return before
    verb, named = split_verb(match["named"])
    return verb if "、" in named else before


def shared_tails(slots: list[Slot]) -> list[str]:
    """What the last member of a list says for all: 34处重点地块、25处优质楼宇宣传推介 → 宣传推介 for the first."""
    tails = [""] * len(slots)
    if len(slots) < 2 or not all(slot.linked for slot in slots[1:]) or not all(slot.after for slot in slots):
        return tails
    verb, rest = split_verb(trim_leading(slots[0].before))
    last = slots[-1].after
    if all(slot.after.endswith("级") for slot in slots[:-1]) and "级" in last:
        return [last[last.index("级") + 1 :]] * (len(slots) - 1) + [""]
    if rest or verb not in LOOSE_VERBS:
        return tails
    match = ACTION_TAIL.search(last) or (None if verb else EVENT.search(last))
    if not match or match.start() == 0:
        return tails
    tail = re.sub("^(?:实现|全部|均)", "", match[0])
    return ["" if ACTION_TAIL.search(slot.after) else tail for slot in slots[:-1]] + [""]
