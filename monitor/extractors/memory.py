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
WORKED = re.compile(
    "(?:[^，]{2,30}的|一批|一系列)?(?P<noun>[\u4e00-\u9fff“”]{3,12}?)(?:体系|工程|行动|设施)?(?:建设|改造|发展|工作|高质量发展|提质[\u4e00-\u9fff]{2})?"
)
# 建筑材料产业，围绕…，产值163亿元: alone before a comma, it is what the sentence is about.
ALONE = re.compile("[\u4e00-\u9fff“”]{2,12}(?:产业|服务业|制造业|加工业|经济|集群|产业链|园区)(?:方面|上)?")
POLICY = re.compile(
    "(?:全面|严格|认真)?(?:落实|实施|执行|兑现|推行)(?P<noun>[^，]{2,16}?)(?:等?系列)?(?:政策|措施|制度|待遇)$"
)
TOPIC = re.compile(
    f"([^，]{{2,24}}?)(?:{alternatives(BEHIND_TOPIC)}|(?<![主重需必只还])要(?=加快|推进|全力|抓|做|突出|聚焦|围绕|着力|大力|进一步))"
)
# Beside the verbs of doing, what a clause can do to its object: 创新中药材交易模式.
WORKS = re.compile("(?:创新|健全|构建|抓好|抓实|增强|守牢|稳住|拓展|深化|做优|夯实|加大|规范)(?!型|力|能力|性)")
DRIVES = ("推动", "促进", "推进", "加快")  # these lead over to an indicator, too, and are taken off
STATE = re.compile(
    "明显|提高|更加|大幅|以|向|被|让|使|不断|显著|(?:力度|作用)$|^(?:产业|项目|企业)(?!链|园|集群)"
)  # in a predicate, not in a noun
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
    named_here: bool = False  # the topic was named in this sentence
    between: bool = False  # a clause of this sentence has been heard that says more than how
    subject: str = ""  # what stood alone at the sentence's beginning
    listed: str = ""  # the last clause of this sentence, if it is a list: 甲、乙、丙，占比分别为…
    carried: bool = False  # the last number named nothing itself: 增长5.5%、力争6%
    rule: str = ""  # the name of the one that named what the last number measures

    def begin_sentence(self) -> None:
        """Numbers of the sentence before can be carried on, but 分别 deals nothing to them."""
        self.heads = []
        self.policy = ""
        self.worked = ""
        self.listed = self.subject = ""
        self.among = False
        self.opened = True
        self.named_here = self.between = False

    def hear(self, words: str) -> None:
        """A clause without a number may name what the next ones are about."""
        trimmed = trim_leading(words).rstrip("。！？")
        self._pass_place(trimmed)
        self.among = words.startswith("其中") and not trimmed
        self.between = self.between or bool(trimmed)
        match = TOPIC.match(trimmed)
        if match and not VERB.match(match[1]):
            self._speak_of(match[1])
            return
        verb, noun = split_verb(trimmed)
        self.listed = "" if verb or "、" not in trimmed else trimmed
        led = words[: words.find(trimmed)] if trimmed else ""
        self._work_on(verb or next((drive for drive in DRIVES if drive in led), ""), noun)
        worked_on = WORKED_ON.search(trimmed)
        if worked_on:
            self._speak_of(worked_on["noun"] or worked_on["into"])
        elif ALONE.fullmatch(trimmed) and not verb:
            self._speak_of(trimmed)
            self.subject = self.topic = trimmed.removesuffix("方面")
        policy = POLICY.match(trimmed)
        self.policy = policy["noun"] if policy else ""

    def spend_on(self, noun: str) -> None:
        """投资730万元，新建乡村公路13公里: what a sum is spent on stands behind it."""
        self.subject = ""
        self._speak_of(noun)

    def owner(self) -> str:
        """What the clauses of this sentence have named, if anything."""
        return self.subject or self.worked or (self.topic if self.named_here else "")

    def _work_on(self, verb: str, noun: str) -> None:
        works = None if verb else WORKS.match(noun)
        noun = noun[works.end() :] if works else noun
        worked = WORKED.fullmatch(noun.removeprefix("了")) if verb or works else None
        if worked and not STATE.search(worked["noun"]):
            self.worked = worked["noun"]

    def _speak_of(self, topic: str) -> None:
        self.topic, self.worked, self.named_here = topic, "", True

    def open_numbers(self) -> None:
        """Before the first number of a sentence that names no owner: what a clause of its own worked on, if any.

        Of what the sentence before was about it goes on only where nothing stands between.
        """
        if self.subject or self.worked:
            self._speak_of(self.subject or self.worked)
        elif self.between and not self.named_here:
            self.topic = ""

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
