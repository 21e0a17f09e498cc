"""分别: one number for each member of a list, shared heads and tails given back to every member. Pure.

城镇和农村居民人均可支配收入分别增长4%、6%左右 → 城镇居民人均可支配收入 about 4 %, 农村居民人均可支配收入 about 6 %.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.extractors.quantities import Quantity
from storage.values import Op

LINK = re.compile(r"、|以及|和|与|及")
# One word for several members.
EXPANSIONS: dict[str, tuple[str, ...]] = {
    "城乡": ("城镇", "农村"),
    "一二三产业": ("一产", "二产", "三产"),
    "一二三产": ("一产", "二产", "三产"),
    "一、二、三产业": ("第一产业", "第二产业", "第三产业"),
    "一、二、三产": ("一产", "二产", "三产"),
    "三次产业": ("第一产业", "第二产业", "第三产业"),
    "进出口": ("进口", "出口"),
}
# What a list's last member may say for all of them.
TAIL = re.compile(
    r"(?:(?:产业|行业|企业|工业|制造业)?(?:增加值|总产值|产值|投资|营业收入)|(?:常住)?居民(?:人均)?(?:可支配|纯)?收入|人均(?:可支配|纯)?收入|(?:居民)?低保(?:月均|平均)?标准|事项[^、]{0,6}|办结时限|"
    r"[\u4e00-\u9fff]{0,2}(?:总量|数量|额|量|率|面积|比重|占比|标准|人次|收入|支出|余额|规模|案件|项目|企业|贷款|投资|浓度|天数|价格|销售|户数|数|值|产业))$"
)
# Members that say nothing without the head of the first one.
HEADLESS = re.compile(
    r"(?:死亡人数|受伤人数|直接经济损失|税收收入|税收|增速|人数|总量|占比|利润(?:总额)?|营业收入|产值|面积|产量)"
)
HEAD = re.compile(r"(?P<head>.{2,}?)(?:起数|主营业务收入|营业收入|总产值|产值|数量|总量|面积|产量)$")


def members_of(subject: str, count: int) -> list[str]:
    """The `count` things that 分别 deals numbers to; the whole `subject` for each when they cannot be told apart."""
    if count == 1:
        return [subject]
    for word, members in EXPANSIONS.items():
        if word in subject and len(members) == count:
            return [subject.replace(word, member, 1) for member in members]
    parts = _parts(subject, count)
    if len(parts) != count:
        return [subject] * count
    return _with_head(_with_tail(parts))


def _parts(subject: str, count: int) -> list[str]:
    parts = [part for part in LINK.split(subject) if part]
    if len(parts) > count:  # 政府和社会资本、民间投资: the comma parts more than 和 does
        parts = [part for part in subject.split("、") if part]
    return parts


def _with_tail(parts: list[str]) -> list[str]:
    tail = TAIL.search(parts[-1])
    if not tail or tail.start() == 0:
        return [part.removesuffix("等") for part in parts]
    return [part if TAIL.search(part) else part.removesuffix("等") + tail[0] for part in parts]


def _with_head(parts: list[str]) -> list[str]:
    head = HEAD.match(parts[0])
    if not head:
        return parts
    return [head["head"] + part if at and HEADLESS.fullmatch(part) else part for at, part in enumerate(parts)]


def share_hedge(quantities: Sequence[Quantity]) -> list[Quantity]:
    """A hedge behind the last member, or before the first one, holds for all that have none of their own."""
    last, first = quantities[-1], quantities[0]
    if last.right > last.end:
        op = last.op
    elif first.left < first.start and first.op is not Op.RANGE:
        op = first.op
    else:
        return list(quantities)
    return [replace(quantity, op=op) if _unhedged(quantity) else quantity for quantity in quantities]


def _unhedged(quantity: Quantity) -> bool:
    return quantity.op is Op.EXACT and quantity.left == quantity.start and quantity.right == quantity.end
