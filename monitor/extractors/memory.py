"""What a paragraph has said so far, for the numbers that do not name what they measure. Pure."""

import re
from dataclasses import dataclass, field

from monitor.extractors.wording import BEHIND_TOPIC, alternatives
from monitor.extractors.words import VERB, split_verb, trim_leading
from storage.values import Measure

PLACE = re.compile(
    "(?!坚持|把|以|围绕)[^，、和与]{1,10}?(?:工业园区|产业园区|园区|工业园|产业园|开发区|高新区|经开区|集聚区)(?!外|内)"
)
# 做强磷化工供应链平台，营收…; 推动传统家具向智能家居转型，产值…: whose the next numbers are.
WORKED_ON = re.compile(
    "(?:做大做强|做强做大|做优做强|做强做优|做强|做大|做优|壮大|培育壮大)(?P<noun>[^，、。]{2,14})$"
    "|向(?P<into>[^，、向]{2,12})(?:转型升级|转型|升级)$"
)
WORKED = re.compile("(?P<noun>[\u4e00-\u9fff“”]{3,12}?)(?:体系|工程|行动|项目|设施)?(?:建设|改造|发展|工作)?")
POLICY = re.compile(
    "(?:全面|严格|认真)?(?:落实|实施|执行|兑现|推行)(?P<noun>[^，]{2,16}?)(?:等?系列)?(?:政策|措施|制度|待遇)$"
)
TOPIC = re.compile(f"([^，]{{2,24}}?)(?:{alternatives(BEHIND_TOPIC)})")
MOST_HEADS = 8  # nobody deals growth to more clauses at once


@dataclass(slots=True)
class Memory:
    """What the sentence has said so far, for the numbers that do not name what they measure."""

    indicator: str = ""
    verb: str = ""
    topic: str = ""
    measure: Measure | None = None
    members: tuple[str, ...] = ()  # of the last 分别
    heads: list[str] = field(default_factory=list)  # of the sentence's numbers, in order
    place: str = ""  # the park or zone that the paragraph speaks of
    whole: str = ""  # what the last number was a share of the whole of: 工业投资占全社会投资比重36%，占全省6%
    policy: str = ""  # what the clause before carried out: 落实托育补贴政策，惠及…
    unit: str = ""  # of the last number
    among: bool = False  # 其中 stood before a comma
    worked: str = ""  # what the clause before in the same sentence works on: 发展托育机构，覆盖率…
    opened: bool = False  # no number of the sentence has been read yet
    carried: bool = False  # the last number named nothing itself: 增长5.5%、力争6%
    rule: str = ""  # the name of the one that named what the last number measures

    def begin_sentence(self) -> None:
        """Numbers of the sentence before can be carried on, but 分别 deals nothing to them."""
        self.heads = []
        self.policy = ""
        self.worked = ""
        self.among = False
        self.opened = True

    def hear(self, words: str) -> None:
        """A clause without a number may name what the next ones are about."""
        trimmed = trim_leading(words).rstrip("。！？")
        self._pass_place(trimmed)
        self.among = words.startswith("其中") and not trimmed
        match = TOPIC.match(trimmed)
        if match and not VERB.match(match[1]):
            self.topic = match[1]
            self.worked = ""
            return
        verb, noun = split_verb(trimmed)
        worked = WORKED.fullmatch(noun) if verb else None
        self.worked = worked["noun"] if worked else ""
        worked_on = WORKED_ON.search(trimmed)
        if worked_on:
            self.topic = worked_on["noun"] or worked_on["into"]
        policy = POLICY.match(trimmed)
        self.policy = policy["noun"] if policy else ""

    def _pass_place(self, words: str) -> None:
        place = PLACE.match(words) if "园" in words or "区" in words else None
        if place and not VERB.match(words):
            self.place = place[0]

    def keep(self, indicator: str, names_itself: bool = True) -> None:
        """Remember what the last number measured; its noun is the topic of the next ones when it `names_itself`."""
        self._pass_place(indicator)
        indicator = indicator.removesuffix("净增")  # 净增6户、总数达50户
        self.indicator = indicator
        self.whole = ""
        if indicator not in self.heads:
            self.heads = [*self.heads[1 - MOST_HEADS :], indicator]
        self.verb, noun = split_verb(indicator)
        if noun and names_itself:
            self.topic = noun
