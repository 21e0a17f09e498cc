"""What a number measures, in the report's own words: 固定资产投资 of 固定资产投资力争完成100亿元. Pure."""

import re

from monitor.extractors.clauses import Slot
from monitor.extractors.marks import hidden
from monitor.extractors.memory import Memory
from monitor.extractors.units import UnitKind
from monitor.extractors.wording import ACTIONS, EVENTS, GENERIC_NOUNS, GOING_ON, HOW_DONE, alternatives
from monitor.extractors.words import VERB, is_bare, split_verb, trim_behind, trim_leading, trim_trailing

COUNTED = frozenset({UnitKind.COUNTER, UnitKind.SIZE, UnitKind.MONEY})
# Behind the number, these are no noun that it counts.
NO_NOUN = re.compile(r"安排$|的?(?:增长|增速|目标|水平|规模|新?台阶|大关|增幅|速度|左右|以上|以内)(?:$|的)|的?任务$|$")
# Where the words behind a number go on to another action.
NEXT_ACTION = re.compile(r"、|；|并(?![网购轨])|以及")
# What happens to the counted things, when that is no more than that it goes on.
PREDICATE = re.compile(
    f"(?:{alternatives(GOING_ON)})+(?:推进|实施|建设|开展|保障|进行|提速|完成|落实)+$|有[力效]保障[\u4e00-\u9fff]{{0,8}}$"
)
# How far along it is, where that is not what is stated: 任务全面完成, 均提前超额完成.
DONE_WITH = re.compile(f"(?:{alternatives(GOING_ON)})+完成$|完毕$")
ADVERB_INSIDE = re.compile(
    r"(?:年内|今年|全部|陆续|相继|年底前|尽快|稳步|有序|如期|按期|全面)(?=[\u4e00-\u9fff]{2})|有效(?=化解|处置|治理|管控|整改)"
)
GENERIC = re.compile(
    rf"(?:总|年|年度|平均|累计|人均|户均)?(?:{alternatives(GENERIC_NOUNS)}|[\u4e00-\u9fff]{{1,3}}率(?:和[\u4e00-\u9fff]{{1,3}}率)?)"
    r"|(?:年度|全年|年初|总|预算|目标|计划|任务)+|[年月]?[人户]均"
)
OWN_RATE = re.compile(r"失业率|城[镇市]化率|自然增长率|通胀率|出生率|死亡率|毛入学率")
NAMED = re.compile(r"(?P<named>[^，]{1,80})等$")
ACTION_TAIL = re.compile(
    rf"(?:{alternatives(HOW_DONE)})*(?:{alternatives(ACTIONS)})(?:工程|项目|任务|工作|完毕)?$|(?:无一|实现|全部|均|纳入|得到).{{2,24}}$"
)
TAIL_HOW = re.compile(f"^(?:实现|{alternatives(GOING_ON)})+")
EVENT = re.compile(f"(?:成功)?(?:{alternatives(EVENTS)})[^、]{{0,30}}$")
# Behind a sum of money, what it is spent for.
PURPOSE = re.compile("加快|用于|推动|推进|促进|保障|支撑|助推|助力")
# 住房保障五年增长, 占年计划的, 即增长: how long and how, never what.
NAMELESS = re.compile(
    "^(?:[近过这此]?(?:[一二两三四五六七八九十]{1,3}|[0-9]{1,2})年[来间里]?(?:共|平均)?|占年|年|实际|增加|增长|即|可|也|有|就|现|转|达|过)+$"
)
DONE_NEXT = re.compile(
    "(?:新|续|基本|累计|已|建成|建设|开工|竣工|完工|投产|投用|投入使用|改造|改建|扩建|修复|提升|升级|落地|签约|登记|获批|启动|关停|取缔|废止|修订)+"
)
OWN_SUM = re.compile(
    r"(?:计划)?总投资(?:约|近|超|达)?[\d.]+[余多]?(?:万亿|[百千]?亿|[百千]?万)[余多]?元(?!以上|以下|及)的?"
)
REACHES = re.compile(r"(?<=[\u4e00-\u9fff”）])(?:全部|均|都|已|基本)*实现(?=[\u4e00-\u9fff“])")
AT_LEAST = re.compile("(?:每年|年内)?至少")  # is a hedge, wherever it stands
SHORTEST_NOUN = 2  # and 项目 alone says too little without 加快建设
BUILT = re.compile("(?:加快|正在|全面|提速)+建设$")
QUOTED = re.compile("“[^”]+”")
LISTS = re.compile("、|及(?!时|格)")
SORT_BEHIND = re.compile("(?:重点|重大|省级|市级|产业|工业|建设|民生|交通|水利|基础设施)*(?:项目|工程)")
# What is done, and behind 、 what is aimed at by it.
AIM_BEFORE = re.compile("^[^，]*、(?:力争|确保|争取)(?=[^、，]{4})")
SHARE_OF = re.compile("占(?!地|用|道|压|补).+")
SHARE_SAID = re.compile("(.{2,40}?)占(?!地|用|道|压|补|比)")
PART_OF = re.compile("[^占]{2,14}(?:占比|比重)")
OWN_SHARE = re.compile("(?:增加值|投资|投入|产值|收入|支出|消费)(?:占比|比重)$")  # says what of
RESIDENTS = frozenset({"入园企业", "入驻企业", "入区企业", "落户企业", "入园项目", "入驻项目"})
NAMES_ITSELF = frozenset({"税收", "税收收入"})
RATE_TAIL = re.compile(
    "(?<=[\u4e00-\u9fff]{2})(?:综合|平均|总)?(?:开工|竣工|投产|入库|签约|落地|履约|到位|转化|达产|完成|办结|就业|参保)率$"
)
GRADE = re.compile("(?:国家|省|市|县|区|自治区|世界|国|省部|部)级(?:及?以上)?")
# Nouns that name a size themselves: no verb of the number before is done to them.
SIZE_ITSELF = re.compile(
    "(?:收入|产值|增加值|[售易业交]额|总额|余额|利润|税收|利税|花费|消费|总里程|总面积|总量|总数|总规模)$"
)
OUTPUT = re.compile("(?:总|年)?(?:产值|总产值|营收|营业收入|销售收入|主营业务收入|利润|利税|产量|产能)")
_HAPPENED = (
    "存栏|出栏|开工|竣工|投产|入库|签约|落地|投用|完工|达产|储备|续建|新开工|开工建设|建成投产|竣工投产|建成|注册|落户"
)
_SIZES = (
    "(?:总|年|播种|种植|综合|发电|并网)?(?:产值|产量|规模|收入|总收入|营收|营业收入|主营业务收入|销售收入|税收|税收收入|利润|利税"
    "|利润总额|面积|产能|交易额|销售额|成交额|装机|发电量)(?P<share>占比|比重)?"
)
SIZES = re.compile(_SIZES)  # the output of the same thing: 锂电材料产值增长20%、税收增长13%
SIZES_BEHIND = re.compile(f"(?<=[\u4e00-\u9fff]{{2}})(?!收入|税收|装机$)(?:{_SIZES})$")
HAPPENED = re.compile(f"新?(?:{_HAPPENED})")
HAPPENED_BEHIND = re.compile(f"(?:基本|全部|累计|已|新)?(?:{_HAPPENED})$")
LOOSE_VERBS = frozenset({"", "完成", "推进", "加快", "加强", "强化", "启动", "实施"})


def indicator_of(slot: Slot, memory: Memory, shared_tail: str = "", dealt: bool = False) -> str:
    """The indicator of one number, from the words around it and what `memory` holds; "" when nothing tells.

    A rate that 分别 `dealt` its number to names itself: 森林覆盖率、绿地率分别提高.
    """
    before = trim_leading(trim_trailing(AT_LEAST.sub("", _aimed_at(slot.before)))[0])
    after = _noun_behind(slot)
    before = _without_named(before, after)
    verb, named = split_verb(before)
    if shared_tail and verb in LOOSE_VERBS:
        verb, before = "", named  # 完成22个老旧小区、18条街巷改造 says what is done behind
    words = _without_ways(NAMELESS.sub("", before + after + shared_tail))
    if after and slot.quantity.kind is UnitKind.COUNTER and _is_for(slot.before):
        words = f"为{words}"
    among = slot.before.startswith("其中") or memory.among
    memory.among = False
    memory.carried = not words
    opened, memory.opened = memory.opened, False
    unit, memory.unit = memory.unit, slot.quantity.bare_unit
    memory.rule = _named_by(before, after, shared_tail)
    if opened and words in NAMES_ITSELF:
        memory.keep(words)
        return words
    if words in RESIDENTS and memory.place:
        memory.rule = "head: of the park"
        memory.keep(memory.place + words)
        memory.topic = memory.place  # the park's output, not that of the firms' number
        return memory.indicator
    if words == "新增" and memory.indicator and _adds_to(slot, unit):
        memory.rule = "head: another event"
        memory.keep(words + split_verb(memory.indicator)[1])  # 贷款余额增长8%，新增40亿元
        return memory.indicator
    another = _another_event(words, memory) if slot.linked else ""
    if not another and slot.quantity.bare_unit == unit and slot.quantity.kind in COUNTED:
        another = _done_next(words, memory)
    if another:
        memory.rule = "head: another event"
        memory.keep(another)
        return another
    part = (
        slot.before.startswith("其中") and PART_OF.fullmatch(words) and not OWN_SHARE.search(words)
    )  # 投资增长6%，其中制造业占比40%
    if part or SHARE_OF.fullmatch(words):
        memory.rule = "head: share of the last"
        whole = memory.owner() if opened and memory.between else memory.whole or memory.indicator
        words = (whole if part or not whole.startswith("占") else "") + words
    else:
        said = SHARE_SAID.match(words)  # the share names its whole itself
        whole = said[1] if said else ""
    gains = "" if opened else memory.indicator
    if words.startswith(("惠及", "受益", "受惠")) and (memory.policy or gains):
        memory.rule = "head: who gains"
        words = (memory.policy or gains.partition(words[:2])[0]) + words
    if not words:
        memory.rule = (
            "head: carried" if memory.indicator else "head: topic alone" if memory.topic else "head: bare words"
        )
        grows = memory.whole and slot.quantity.kind is UnitKind.SHARE and trim_trailing(slot.before)[1].changes
        whole = "" if grows else memory.whole  # 占全市的38%，增长18%: the share does not grow
        words = (memory.whole if grows else memory.indicator) or memory.topic or trim_leading(slot.before)
    elif (
        not after
        and GRADE.fullmatch(words)
        and slot.quantity.bare_unit == unit
        and (same := _of_grade(words, memory.indicator))
    ):
        memory.rule = "head: another grade"
        words = same
    elif slot.linked and (twin := _twin(words, memory.indicator)):
        memory.rule = "head: shared verb"
        words = twin
    elif among and memory.verb and not verb and slot.quantity.bare_unit == unit and not GENERIC.fullmatch(words):
        memory.rule = "head: part of the last"
        words = memory.verb + words  # 新增企业20家，其中规上企业8家
    elif (
        slot.linked
        and memory.verb
        and not verb
        and slot.quantity.kind in COUNTED
        and not GENERIC.fullmatch(words)
        and not (slot.quantity.bare_unit != unit and SIZE_ITSELF.search(words))  # 接待游客8万人次、旅游收入9亿元
    ):
        memory.rule = "head: shared verb"
        words = memory.verb + words
    elif GENERIC.fullmatch(words) and not OWN_RATE.search(words) and not (dealt and words.endswith("率")):
        if opened and words != "净增":
            memory.open_numbers()
        on_topic = _on_topic(memory.topic, words)
        memory.rule = memory.rule if on_topic == words else "head: on the topic"
        memory.keep(on_topic, names_itself=False)
        return memory.indicator
    memory.keep(words)
    memory.whole = whole
    return words


def _named_by(before: str, after: str, shared_tail: str) -> str:
    """The rule of the words on both sides alone."""
    if shared_tail:
        return "head: shared tail"
    return "head: both sides" if before and after else "head: behind" if after else "head: in front"


def _aimed_at(words: str) -> str:
    """做实品牌、力争游客人数 → 游客人数."""
    return AIM_BEFORE.sub("", words) if "、" in words else words


def _on_topic(topic: str, words: str) -> str:
    """`words` of `topic`: 招商项目开工率 and 入库率 → 招商项目入库率; an investment has no output of its own."""
    if words.endswith("率"):
        return RATE_TAIL.sub("", topic) + words
    if words.endswith("均"):
        return words + topic  # 地区生产总值110亿元、人均4.6万元
    if words.startswith("人口"):
        return topic.removesuffix("面积") + words if topic.endswith("面积") else words
    if OUTPUT.fullmatch(words) and topic.endswith("投资"):
        return words
    size = SIZES.fullmatch(words)
    if size:
        of = SIZES_BEHIND.search(topic)
        topic = topic[: of.start()] if of and bool(of["share"]) >= bool(size["share"]) else topic
    return topic + words


def _another_event(words: str, memory: Memory) -> str:
    """What was counted before, with another thing that happened to it: 重大项目开工9个、竣工7个 → 重大项目竣工."""
    if not HAPPENED.fullmatch(words):
        return ""
    behind = HAPPENED_BEHIND.search(memory.indicator)
    if behind:
        return memory.indicator[: behind.start()] + words
    in_front = HAPPENED.match(memory.indicator)
    return words + memory.indicator[in_front.end() :] if in_front else ""


def _done_next(words: str, memory: Memory) -> str:
    """The same things, with another thing done to them: 新建高标准农田2万亩、改造提升4万亩 → 改造提升高标准农田."""
    if not memory.heads or not DONE_NEXT.fullmatch(words):
        return ""
    counted = HAPPENED_BEHIND.sub("", split_verb(memory.indicator)[1]).removesuffix("建设")
    return words + counted if counted else ""


def _adds_to(slot: Slot, unit: str) -> bool:
    """贷款余额增长8%，新增40亿元; of what is counted, only as many of the same."""
    quantity = slot.quantity
    return quantity.kind in (UnitKind.MONEY, UnitKind.SIZE) or quantity.bare_unit == unit


def _is_for(before: str) -> bool:
    """为80户企业减税: what is counted is whom it is done for."""
    return before.endswith("为") and not trim_leading(before[:-1])


def _of_grade(grade: str, before: str) -> str:
    """国家级企业技术中心6家，省级20家: the same things, so 省级企业技术中心."""
    match = GRADE.search(before)
    return before[: match.start()] + grade + before[match.end() :] if match and match[0] != grade else ""


def _twin(words: str, before: str) -> str:
    """新增专精特新“小巨人”企业6家、“冠军”企业5家: another name of the same sort, so 新增专精特新“冠军”企业."""
    name = QUOTED.match(words)
    twin = QUOTED.search(before) if name else None
    same = twin and words[name.end() :] == before[twin.end() :] if name else False
    return before[: twin.start()] + words if twin and same else ""


def _without_ways(words: str) -> str:
    """`words` without what leads over to what happens, and a project's own sum: 总投资20亿元的3个项目实现开工."""
    if "总投资" in words:
        words = OWN_SUM.sub("", words)
    return REACHES.sub("", words) if "实现" in words else words


def _noun_behind(slot: Slot) -> str:
    after = slot.after
    if slot.attribute or after[:1] in ("、", "和", "与", "（") or NO_NOUN.match(after):
        return ""
    for match in NEXT_ACTION.finditer(hidden(after)):
        if VERB.match(after, match.end()) or match[0] == "并":
            after = after[: match.start()]
            break
    if slot.quantity.kind is UnitKind.MONEY and PURPOSE.match(after) and not is_bare(slot.before):
        return ""
    after = trim_behind(DONE_WITH.sub("", after.removeprefix("的")))
    trimmed = ADVERB_INSIDE.sub("", PREDICATE.sub("", after))
    if len(trimmed) > SHORTEST_NOUN or (len(trimmed) > 1 and not BUILT.search(after)):
        return trimmed
    return after


def _without_named(before: str, after: str) -> str:
    """新西三环路等 + 道路 keeps the one name; 甲、乙、丙等 + 项目 does not list them."""
    match = NAMED.match(before)
    if not match or not after:
        return before
    verb, named = split_verb(match["named"])
    return verb if LISTS.search(named) or SORT_BEHIND.match(after) else before


def shared_tails(slots: list[Slot]) -> list[str]:
    """What the last member of a list says for all: 34处重点地块、25处优质楼宇宣传推介 → 宣传推介 for the first."""
    tails = [""] * len(slots)
    if len(slots) < 2 or not all(slot.linked for slot in slots[1:]) or not all(slot.after for slot in slots):
        return tails
    verb, rest = split_verb(trim_leading(slots[0].before))
    last = slots[-1].after
    grades = [slot.after[-1:] for slot in slots[:-1]]
    if grades[0] in ("级", "定") and len(set(grades)) == 1 and grades[0] in last:  # 3项省定、5项市定实事
        return [last[last.index(grades[0]) + 1 :]] * (len(slots) - 1) + [""]
    if (rest and not rest.endswith("等")) or verb not in LOOSE_VERBS:
        return tails
    match = ACTION_TAIL.search(last) or (None if verb else EVENT.search(last))
    if not match or match.start() == 0:
        return tails
    tail = TAIL_HOW.sub("", match[0])
    return ["" if ACTION_TAIL.search(slot.after) else tail for slot in slots[:-1]] + [""]
