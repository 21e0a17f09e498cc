"""分别: one number for each member of a list, shared heads and tails given back to every member. Pure.

城镇和农村居民人均可支配收入分别增长4%、6%左右 → 城镇居民人均可支配收入 about 4 %, 农村居民人均可支配收入 about 6 %.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.extractors.clauses import Slot
from monitor.extractors.marks import hidden
from monitor.extractors.quantities import Quantity
from monitor.extractors.words import is_bare, split_verb, trim_leading, trim_trailing
from storage.values import Op

LINK = re.compile(r"、|以及|和|与|及")
COMMA = re.compile("、")
# One word for several members.
EXPANSIONS: dict[str, tuple[str, ...]] = {
    "城乡": ("城镇", "农村"),
    "一二三产业": ("一产", "二产", "三产"),
    "一二三产": ("一产", "二产", "三产"),
    "第一、二、三产业": ("第一产业", "第二产业", "第三产业"),
    "一、二、三产业": ("第一产业", "第二产业", "第三产业"),
    "一、二、三产": ("一产", "二产", "三产"),
    "一、二产业": ("第一产业", "第二产业"),
    "二、三产业": ("第二产业", "第三产业"),
    "二三产业": ("第二产业", "第三产业"),
    "存贷款": ("存款", "贷款"),
    "三次产业": ("第一产业", "第二产业", "第三产业"),
    "进出口": ("进口", "出口"),
}
# What a list's last member may say for all of them: a measure, or the sort of thing that all of them are.
_QUANTITY = (
    r"(?:总产|单产|产|销|总|数|存|增|流|储|吞吐|周转|拥有|发电|用电|排放|业务|客流|交易|运输|货运|客运|使用|消费|授权|申请|保有|装机)量"
    r"|(?:贷款)?(?:总|余|交易|销售|零售|进出口|出口|进口|成交|营业|投资|贸易)?额|(?:起|件|人|户|天|次|床位|总)数"
)
MEASURE = re.compile(
    r"(?:(?:(?:增加值|收入|支出|投入|投资|产值))?(?:占|相当于)[^、]{2,20}(?:比重|比例|比)"
    r"|(?:产业|行业|企业|工业|制造业)?(?:增加值|总产值|产值|投资|营业收入|利润)|(?:常住)?居民(?:人均)?(?:可支配|纯)?收入|人均(?:可支配|纯)?收入"
    rf"|(?:居民)?低保(?:月均|平均|月)?标准|(?:平均|补助|月)?标准|事项[^、]{{0,6}}|办结时限|{_QUANTITY}|(?:住院)?报销比例|(?:平均)?(?:降价|涨价)"
    r"|(?:回收利用|综合利用|资源化利用|良种覆盖|绿化覆盖|无害化处理|集中处理|无害化处置)率|(?:种植|播种|养殖|建筑|绿化)面积|进出口|出口|进口|[\u4e00-\u9fff]{2}率"
    r"|(?:(?:产业|行业|企业|工业|制造业)?(?:增加值|产值|营收|投资|收入|贷款|税收))(?:占比|比重|增速)"
    r"|率|面积|比重|占比|比例|人次|收入|支出|余额|规模|价格|浓度|时间|时限|天数|人口|指数|总值|里程|长度|能力|贷款|存款|投资|案件|学位|床位|数量)$"
)
# 县城和乡镇生活垃圾无害化处理率: members that only say where or whose have all that follows in common.
SCOPE = re.compile(
    "[省市区县]本级|各?县（市、区）|各?县（市）区?|县市区|县区|城镇|农村|城市|乡村|县城|乡镇|城区|市区|职工|居民|国家级|省级|市级|县级|小学|初中|高中"
)
SORT = re.compile(
    r"(?:企业|项目|产业|行业|机构|家庭|居民|用户|园区|基地|景区|示范[县村镇区]|集群|平台|学校|医院|人才|人员)$"
)
# Members that say nothing without the head of the first one.
HEADLESS = re.compile(
    r"(?:死亡人数|受伤人数|直接经济损失|税收收入|税收|增速|人数|总量|占比|利润(?:总额)?|营业收入|产值|面积|产量)"
)
WHOLE = re.compile("(?:利用|使用)[内外省市]*资$")  # and needs no measure from the last: 利用外资和外贸出口
SORT_IN_TAIL = re.compile("(?:产业|行业|企业|工业|制造业)(?=[\u4e00-\u9fff])")
# One after the other, not one for each: 接连突破8万亿元、9万亿元.
IN_TURN = re.compile("接连|相继|先后|连续|连破|依次|连跨|跨越")
ONE_CHARACTER = re.compile("(?:^|[、和])[^一二三四五“、和](?=[、和])")  # 中、省资金 names whose, not what
# 存款、贷款余额: the balance of both, though 存款 alone can be dealt to.
BALANCE = re.compile("[存贷]款$")
COUNTED_OUT = re.compile("等(?:[一二两三四五六七八九十\\d]+[大个类项])?$")
PER_HEAD = re.compile("(?:平均)?每[十百千万亿]+(?:名|个|常住)?人口?(?:拥有)?")
HEAD = re.compile(r"(?P<head>.{2,}?)(?:起数|主营业务收入|营业收入|总产值|产值|数量|总量|面积|产量)$")


def members_of(subject: str, count: int) -> list[str]:
    """The `count` things that 分别 deals numbers to; the whole `subject` for each when they cannot be told apart."""
    if count == 1:
        return [subject]
    for word, members in EXPANSIONS.items():
        if word in subject and len(members) == count and not LINK.search(subject.replace(word, "")):
            return [subject.replace(word, member, 1) for member in members]
    parts = _parts(subject, count)
    if len(parts) != count:
        return [subject] * count
    return _with_head(_with_tail(parts))


def _parts(subject: str, count: int) -> list[str]:
    parts = _split(subject, LINK)
    if len(parts) > count:  # 政府和社会资本、民间投资: the comma parts more than 和 does
        parts = _split(subject, COMMA)
    return parts


def _split(subject: str, link: re.Pattern[str]) -> list[str]:
    """`subject` at each `link` outside brackets and quotes: 县（市、区） is one place."""
    ends = [match.span() for match in link.finditer(hidden(subject))]
    starts = [0, *(end for _, end in ends)]
    return [
        subject[start:end]
        for start, end in zip(starts, [*(at for at, _ in ends), len(subject)], strict=True)
        if subject[start:end]
    ]


def _with_tail(parts: list[str]) -> list[str]:
    scope = SCOPE.match(parts[-1])
    if scope and scope.end() < len(parts[-1]) and all(map(SCOPE.fullmatch, parts[:-1])):
        return [part + parts[-1][scope.end() :] for part in parts[:-1]] + parts[-1:]
    parts = [COUNTED_OUT.sub("", part) for part in parts]
    if parts[-1].endswith("款余额"):
        parts = [f"{part}余额" if BALANCE.search(part) else part for part in parts]
    tail = MEASURE.search(parts[-1]) or SORT.search(parts[-1])
    if not tail or tail.start() == 0:
        return parts
    parts[-1] = COUNTED_OUT.sub("", parts[-1][: tail.start()]) + tail[0]
    complete = MEASURE if tail.re is MEASURE else re.compile(f"{MEASURE.pattern}|{SORT.pattern}")
    return [part if complete.search(part) or WHOLE.search(part) else _joined(part, tail[0]) for part in parts]


def _joined(part: str, tail: str) -> str:
    """高技术制造业 and 制造业增加值 → 高技术制造业增加值; 新兴产业 and 制造业增加值 → 新兴产业增加值."""
    if (sort := SORT_IN_TAIL.match(tail)) and part.endswith("业"):
        return part + tail[sort.end() :]
    shared = next((size for size in range(min(len(part), len(tail)), 0, -1) if part.endswith(tail[:size])), 0)
    return part + tail[shared:]


def _with_head(parts: list[str]) -> list[str]:
    per = PER_HEAD.match(parts[0])
    if per:  # 每千人口医师数、护士数
        return [part if part.startswith("每") else per[0] + part for part in parts]
    head = HEAD.match(parts[0])
    if not head:
        return parts
    return [head["head"] + part if at and HEADLESS.fullmatch(part) else part for at, part in enumerate(parts)]


def silent_members(slots: Sequence[Slot]) -> list[str]:
    """What a bare list of numbers is dealt to without 分别: 城乡低保标准提高到815元和615元; none where nothing tells.

    As many members as numbers, all of them of one unit, and no verb of doing: 新建、改造公园6个、8个 is not taken apart.
    """
    first = slots[0]
    if len(slots) < 2 or first.before.endswith(("均", "都")) or any(slot.after or slot.compared for slot in slots):
        return []
    if not all(slot.linked and not slot.before for slot in slots[1:]):
        return []
    if len({slot.quantity.bare_unit for slot in slots}) > 1:
        return []
    subject = trim_trailing(trim_leading(first.before))[0]
    if subject.startswith("占") or ONE_CHARACTER.search(subject) or IN_TURN.search(first.before):
        return []
    members = members_of(subject, len(slots))
    told_apart = len(set(members)) == len(members) and not any(map(_only_does, members))
    return members if told_apart else []


def _only_does(member: str) -> bool:
    return split_verb(member)[0] != "" or is_bare(member)


def said_of_each(plain: str, quantities: Sequence[Quantity], predicate: str) -> tuple[list[str], int]:
    """What is said of each dealt number, and after how many the list begins anew.

    分别增长5%、下降4% says 下降 of the second; 分别为2万元和1万元、增长8%和9% deals twice to the same two.
    """
    said, turns = [predicate], [0]
    for at, (left, right) in enumerate(pairwise(quantities), 1):
        own = plain[left.right : right.left].lstrip("、和与及")
        words, tail = trim_trailing(own)
        changes = own != "" and not words and tail.changes
        said.append(own if changes else said[-1])
        if changes:
            turns.append(at)
    count = len(quantities)
    again = turns[1] if len(turns) > 1 else count
    return said, again if again > 1 and turns == list(range(0, count, again)) and count % again == 0 else count


def share_hedge(quantities: Sequence[Quantity]) -> list[Quantity]:
    """A hedge behind the last member, or before the first one, holds for all that have none of their own."""
    last, first = quantities[-1], quantities[0]
    if last.right > last.end:
        op = last.op
    elif first.op not in (Op.EXACT, Op.RANGE) and first.left < first.start:
        op = first.op
    else:
        return list(quantities)
    return [replace(quantity, op=op) if _unhedged(quantity) else quantity for quantity in quantities]


def share_in_front(slots: Sequence[Slot]) -> list[Slot]:
    """不低于60%、55%: a hedge before the first number of a bare list holds for the next ones, too."""
    shared: list[Slot] = []
    for slot in slots:
        before = shared[-1] if shared else None
        if before and slot.linked and not slot.before and not before.after and _goes_on(before.quantity, slot.quantity):
            slot = replace(slot, quantity=replace(slot.quantity, op=before.quantity.op))
        shared.append(slot)
    return shared


def _goes_on(first: Quantity, second: Quantity) -> bool:
    hedged = first.op in (Op.AT_LEAST, Op.AT_MOST, Op.ABOUT) and first.right == first.end
    return hedged and second.op is Op.EXACT and first.bare_unit == second.bare_unit


def _unhedged(quantity: Quantity) -> bool:
    return quantity.op is Op.EXACT
