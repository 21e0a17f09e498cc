"""Numbers with their units and hedges: `超过1500余套`, `4.5%—5%`, `近八成`, `645元/月`. Pure.

A unit is a row of `units`, a hedge a row below. What a quantity measures, and whether it states anything at all,
is decided elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from monitor.extractors.numerals import ARABIC, LARGE, SMALL, value_of
from monitor.extractors.units import UnitKind, kind_of, unit_at
from storage.values import Op

_CN = "一二两三四五六七八九十百千万亿零〇"
# Digits inside a word, a version, a road number or a licence are no quantity.
_NOT_INSIDE = r"(?<![0-9A-Za-z.第_/#〔×])"
NUMBER = re.compile(
    rf"{_NOT_INSIDE}(?:{ARABIC})"
    rf"|百分之(?:[{_CN}]{{1,4}}(?:点[{_CN}]{{1,3}})?|{ARABIC})"
    rf"|(?<![{_CN}第几数])[{_CN}]{{1,16}}(?:点[{_CN}]{{1,3}}(?=[百千万亿]{{0,2}}(?:倍|[万亿])))?"
)
TAIL = re.compile(
    r"(?P<many>[余多来]?)(?P<factor>万亿|[百千十]?亿|[百千十]?万|百|千)?(?P<more>[余多来]?(?P<rest>(?<=[余多])亿)?)"
)
HIGH = re.compile(rf"(?:——?|--?|~|至|到)({ARABIC})")
# 增长-4.2%, 分别为5.1%、-0.6%: a hyphen behind a word of change, a copula or a list's mark is no dash of a range.
MINUS = re.compile(
    r"(?:(?:同比|环比|进口|出口|投资|收入|增加值|总额|总值|增长|增速|增幅|涨幅|升幅|下降|降幅|涨跌幅?|率|差额|利润|[为是达至到约仅]|(?<=[%点元])[、，和与及])[：:]?|（)-$"
)
MINUS_REACH = 6
LOWER_HIGH = re.compile(rf"(?:——?|~|至|到)(?P<minus>-?)(?P<number>{ARABIC})")  # -2%至-1%, -1%至1%
SIGNED = frozenset({UnitKind.SHARE, UnitKind.POINTS, UnitKind.MONEY})

NEXT_NUMBER = re.compile(rf"(?:、|和|与|及)(?:{ARABIC})")
POINTS = "个百分点"
POINTS_NEXT = re.compile(rf"(?:(?:、|和|与|及|，)(?:{ARABIC})个?){{1,5}}百分点")  # 提高9.4个和8.1个百分点
DEALT_REACH = 24
UNKNOWN_UNIT = re.compile(r"[\u4e00-\u9fff](?=以上|以内|左右|[，。、；）])")

AT_LEAST, AT_MOST, ABOUT, EXACT = Op.AT_LEAST, Op.AT_MOST, Op.ABOUT, Op.EXACT
HEDGES_BEFORE: dict[str, Op] = {
    "不低于": AT_LEAST, "不少于": AT_LEAST, "不小于": AT_LEAST, "不得低于": AT_LEAST, "不能低于": AT_LEAST, "不应低于": AT_LEAST, "不得少于": AT_LEAST, "不能少于": AT_LEAST, "至少": AT_LEAST,
    "超过": AT_LEAST, "突破": AT_LEAST, "高于": AT_LEAST, "大于": AT_LEAST, "多于": AT_LEAST, "超出": AT_LEAST, "突破了": AT_LEAST,
    "超过了": AT_LEAST, "超": AT_LEAST, "逾": AT_LEAST, "破": AT_LEAST, "冲破": AT_LEAST, "≥": AT_LEAST, ">": AT_LEAST,
    "不超过": AT_MOST, "不高于": AT_MOST, "不大于": AT_MOST, "不多于": AT_MOST, "不得超过": AT_MOST, "不能超过": AT_MOST, "不得高于": AT_MOST, "不能高于": AT_MOST, "不应高于": AT_MOST, "不得突破": AT_MOST, "不突破": AT_MOST, "低于": AT_MOST,
    "少于": AT_MOST, "小于": AT_MOST, "不足": AT_MOST, "不到": AT_MOST, "控制在": AT_MOST, "控制到": AT_MOST, "≤": AT_MOST, "<": AT_MOST,
    "近": ABOUT, "约": ABOUT, "大约": ABOUT, "将近": ABOUT, "接近": ABOUT, "约为": ABOUT, "达近": ABOUT, "达约": ABOUT,
}  # fmt: skip
HEDGES_AFTER: dict[str, Op] = {
    "以上": AT_LEAST, "及以上": AT_LEAST, "之上": AT_LEAST, "多": AT_LEAST, "余": AT_LEAST,
    "以内": AT_MOST, "之内": AT_MOST, "以下": AT_MOST, "及以下": AT_MOST, "之下": AT_MOST, "内": AT_MOST,
    "左右": ABOUT, "上下": ABOUT, "许": ABOUT,
}  # fmt: skip
_BEFORE = re.compile(
    rf"(?:{'|'.join(sorted(HEDGES_BEFORE, key=len, reverse=True))})(?<![签节预履违续契]约)(?<![侦爆打攻告]破)(?<![附临邻]近)$"
)
_TORN_OFF = r"左(?=\s*\Z)"  # of 左右, where a text breaks off
_AFTER = re.compile("|".join([*sorted(HEDGES_AFTER, key=len, reverse=True), _TORN_OFF]))
_LONGEST_BEFORE = max(map(len, HEDGES_BEFORE)) + 1  # and the character that makes 签约 of 约, 附近 of 近
AT_LEAST_DONE = re.compile(r"至少[^，。；：、\d]{1,8}$")  # 每年至少新增6家
# For whom and how often is said right before a number; 每立方米36微克 says the same as 36微克/立方米.
PER = re.compile(
    r"(?:每人|人均|每户|户均|每生|生均)?每(?:个)?(?:年|月|日|天|周|季度|人|户|生|亩|吨|(?P<size>立方米|升|千瓦时|平方公里))$"
)
_PER_REACH = 10
_PER_KINDS = frozenset({UnitKind.COUNTER, UnitKind.SIZE, UnitKind.MONEY})
LONG_NUMERAL = 4  # 一千二百个: nobody counts so for effect
POINTED_AT = frozenset("家所座处条名辆台套栋幢艘架眼口")
MADE = re.compile(r"(?:等|新建|改建|扩建|修建|新修|建成|建好|完成|新增|引进|开通|启用|投用|竣工|新开|收购|购置)了?$")
NOT_POINTED_AT = re.compile(r"[龙主]|[^，。、]{0,4}(?:措施|政策|意见|规定|举措|要求)")  # 六条龙型经济, 十条措施

ONCE_MORE = re.compile("(?:增长|增加|提高|提升|扩大|扩容|翻)了?$")  # 增长一倍, but 一倍 of a comparison
INDEX_BEFORE = re.compile(
    r"(?:指数|系数|收入比|赡养比|师生比|浓度)[^，。；、]{0,4}(?:控制在|稳定在|保持在|达到?|为|到|至|低于|高于|不超过)$"
)
INDEX_BEHIND = re.compile(r"(?:左右|以内|以下|以上|之内)|[，。；、\n]|$")

# Phrases that stand for a number; the measure is growth for each of them.
PHRASES = re.compile(
    r"翻(?:了)?(?P<times>[一两二三四]?)番|(?P<digits>两位数)(?:以上)?(?:的?(?:增长|增速|增幅))?|(?P<zero>零)增长(?!行动|技术|计划)"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit. `start`, `end` hold the number and its unit alone, hedges left out.

    `left`, `right` include the hedges (超过 before, 以上 behind); `op` is what they say together. `unit` is as
    written, with 万 or 亿, and `bare_unit` without; `rule` names the row that read it.
    """

    start: int
    end: int
    left: int
    right: int
    value: float | None
    value_hi: float | None
    unit: str | None
    bare_unit: str
    kind: UnitKind
    op: Op
    rule: str


def find_quantities(plain: str) -> Iterator[Quantity]:
    """Every number with a unit in `plain`, from left to right, also those that state nothing (days, names); years are none."""
    read_to = 0
    before: Quantity | None = None
    for match in NUMBER.finditer(plain):
        if match.start() < read_to:
            continue
        quantity = _arabic(plain, match) if match[0][0].isascii() else _chinese(plain, match)
        if quantity:
            read_to = quantity.end
            if not _is_year(quantity):
                before = _sharing(before, quantity, plain)
                yield before


def _is_year(quantity: Quantity) -> bool:
    return quantity.bare_unit == "年" and (quantity.value or 0) > 1900


def _sharing(before: Quantity | None, quantity: Quantity, plain: str) -> Quantity:
    """每立方米45微克、60微克: what the first number is per, the next one of a list is, too."""
    if before is None or before.bare_unit != f"{quantity.bare_unit}/{before.bare_unit.partition('/')[2]}":
        return quantity
    if plain[before.right : quantity.left] not in ("、", "和", "与"):
        return quantity
    return replace(quantity, unit=before.unit, bare_unit=before.bare_unit, kind=before.kind)


def find_phrases(plain: str) -> Iterator[Quantity]:
    """翻一番, 两位数增长, 零增长: phrases that stand for a number of growth."""
    for match in PHRASES.finditer(plain):
        if match["zero"]:
            yield _hedged(plain, match.start(), match.end(), 0.0, None, "%", "%", UnitKind.TIMES, EXACT, "phrase")
            continue
        times = match["times"]
        known = match["digits"] is None
        value = value_of(times or "一") if known else None
        op = EXACT if known else AT_LEAST
        unit, bare = ("番", "番") if known else (None, "")
        yield _hedged(plain, match.start(), match.end(), value, None, unit, bare, UnitKind.TIMES, op, "phrase")


def _arabic(plain: str, match: re.Match[str]) -> Quantity | None:
    if plain[match.start() - 1 : match.start()] == "-" and MINUS.search(
        plain, max(0, match.start() - MINUS_REACH), match.start()
    ):
        return _below_zero(plain, match)
    low = match[0]
    tail = _tail(plain, match.end())
    high_at = tail.end if tail else match.end()
    high = HIGH.match(plain, high_at)
    if high and not _from_to(plain, match.start(), high[0]):
        high_tail = _tail(plain, high.end())
        if high_tail and (not tail or tail.bare == high_tail.bare or not tail.bare):
            values = value_of(low), value_of(high[1])
            if values[0] < values[1]:
                return _read(plain, match.start(), high_tail, *values, "range")
    if tail is None:
        return _borrowing(plain, match) or _unitless(plain, match)
    if tail.unit == "个" and POINTS_NEXT.match(plain, tail.end):
        kind = UnitKind.POINTS
        return _hedged(
            plain, match.start(), tail.end, value_of(low), None, POINTS, POINTS, kind, EXACT, "borrowed unit"
        )
    return _read(plain, match.start(), tail, value_of(low), None, "number")


def _below_zero(plain: str, match: re.Match[str]) -> Quantity | None:
    """-4.2%, with its sign; what is no share and no money has none."""
    tail = _tail(plain, match.end())
    if tail is None or kind_of(tail.bare) not in SIGNED:
        return None
    value, start = -value_of(match[0]), match.start() - 1
    high = LOWER_HIGH.match(plain, tail.end)
    high_tail = _tail(plain, high.end()) if high else None
    if high and high_tail and high_tail.bare == tail.bare:
        value_hi = -value_of(high["number"]) if high["minus"] else value_of(high["number"])
        if value < value_hi:
            return _read(plain, start, high_tail, value, value_hi, "range")
    return _read(plain, start, tail, value, None, "below zero")


def _borrowing(plain: str, match: re.Match[str]) -> Quantity | None:
    """分别提高1.7和0.9个百分点: the first number of a dealt list has the unit of the next one."""
    start, end = match.span()
    following = NEXT_NUMBER.match(plain, end)
    if not following or "分别" not in plain[max(0, start - DEALT_REACH) : start]:
        return None
    tail = _tail(plain, following.end())
    if tail is None:
        return None
    kind = kind_of(tail.bare)
    return _hedged(plain, start, end, value_of(match[0]), None, tail.unit, tail.bare, kind, EXACT, "borrowed unit")


def _unitless(plain: str, match: re.Match[str]) -> Quantity | None:
    """居民消费价格指数控制在103左右: an index and a relation of two numbers need no unit."""
    start, end = match.span()
    if not INDEX_BEFORE.search(plain, max(0, start - 14), start) or not INDEX_BEHIND.match(plain, end):
        return None
    return _hedged(plain, start, end, value_of(match[0]), None, None, "", UnitKind.SIZE, EXACT, "index")


def _chinese(plain: str, match: re.Match[str]) -> Quantity | None:
    written = match[0]
    if written.startswith("百分之"):
        value = _with_fraction(written[3:])
        return _hedged(plain, match.start(), match.end(), value, None, "%", "%", UnitKind.SHARE, EXACT, "hundredths")
    # 百, 千, 万 behind the digits belong to the unit, as they do behind Arabic digits: 三千亿元 is 3 千亿元.
    number = written.rstrip("百千万亿")
    if any(char in SMALL for char in number):  # but 五千五百人 is 5500 人
        number = written.rstrip("万亿")
    tail = _tail(plain, match.start() + len(number))
    if tail is None:
        return None
    large = next((char for char in "亿万" if char in number), "")
    if large:  # 一万二千人 is 1.2 万人
        value = value_of(written) / LARGE[large]
        tail = replace(tail, unit=large + tail.bare, factor=large)
    else:
        value = _with_fraction(number or "一")
    quantity = _read(plain, match.start(), tail, value, None, "chinese")
    return quantity if _is_chinese_quantity(plain, quantity, written) else None


def _with_fraction(written: str) -> float:
    """一点二六 → 1.26."""
    number, _, fraction = written.partition("点")
    value = value_of(number)
    return value + float("0." + "".join(f"{value_of(char):g}" for char in fraction)) if fraction else value


def _is_chinese_quantity(plain: str, quantity: Quantity, written: str) -> bool:
    """Chinese numerals count where their unit is a size, or a hedge says that they do; 三个方面 is rhetoric."""
    if quantity.kind in (UnitKind.SHARE, UnitKind.POINTS):
        return True
    hedged = quantity.left < quantity.start or quantity.right > quantity.end
    if quantity.kind is UnitKind.TIMES:
        if quantity.unit == "番":
            return False
        if (quantity.value or 0) > 1 or "点" in written:
            return True
        more = ONCE_MORE.search(plain, max(0, quantity.left - 4), quantity.left) is not None
        return hedged if quantity.unit == "成" else more
    large = written[-1] in "百千万亿"
    if quantity.kind in (UnitKind.MONEY, UnitKind.SIZE):
        return large and (hedged or written[0] not in "百千万亿")
    exact = len(written) >= LONG_NUMERAL
    return quantity.kind is UnitKind.COUNTER and ((large and hedged) or exact or _is_counted(plain, quantity))


def _is_counted(plain: str, quantity: Quantity) -> bool:
    """白石岭等五处景区, 至少新增一家企业, 新建两座: what can be pointed at is counted where it is made, or left over."""
    before = plain[max(0, quantity.start - _PER_REACH) : quantity.start]
    if AT_LEAST_DONE.search(before):
        return True
    if quantity.bare_unit not in POINTED_AT or (quantity.value or 0) < 2:
        return False
    return MADE.search(before) is not None and NOT_POINTED_AT.match(plain, quantity.end) is None


@dataclass(frozen=True, slots=True)
class _Tail:
    end: int
    unit: str
    bare: str
    factor: str
    many: bool


def _tail(plain: str, at: int) -> _Tail | None:
    """What stands behind the digits: 余, 万, 套; None when that is no unit."""
    match = TAIL.match(plain, at)
    assert match is not None, "every part of a tail may be absent"
    bare = unit_at(plain, match.end())
    factor = (match["factor"] or "") + (match["rest"] or "")  # 4万多亿元
    if not bare and factor[-1:] in ("万", "亿"):
        unknown = UNKNOWN_UNIT.match(
            plain, match.end()
        )  # 1亿棒: after 万 or 亿, one word before a stop can only be a unit
        bare = unknown[0] if unknown else ""
    elif not bare:
        return None
    if factor and bare == "成":  # 2100多万成都市民
        bare = ""
    many = bool(match["many"] or match["more"])
    if not bare and plain[match.end() : match.end() + 1] in ("级", "名"):
        return None
    return _Tail(match.end() + len(bare), factor + bare, bare, factor, many)


def _from_to(plain: str, start: int, dash: str) -> bool:
    """从5%到6% is a change, no range."""
    return dash[0] in "到至" and plain[max(0, start - 12) : start].rfind("从") >= 0


def _read(plain: str, start: int, tail: _Tail, value: float, value_hi: float | None, rule: str) -> Quantity:
    op = Op.RANGE if value_hi is not None else AT_LEAST if tail.many else EXACT
    kind = kind_of(tail.bare)
    return _hedged(plain, start, tail.end, value, value_hi, tail.unit, tail.bare, kind, op, rule)


def _hedged(
    plain: str,
    start: int,
    end: int,
    value: float | None,
    value_hi: float | None,
    unit: str | None,
    bare: str,
    kind: UnitKind,
    op: Op,
    rule: str,
) -> Quantity:
    """The quantity with the hedges on both of its sides; the one behind it weighs more (控制在3%左右 is about 3 %)."""
    before = _BEFORE.search(plain, max(0, start - _LONGEST_BEFORE), start)
    left = before.start() if before else start
    reach = max(0, left - _PER_REACH)
    per = PER.search(plain, reach, left) if kind in _PER_KINDS and plain.find("每", reach, left) >= 0 else None
    if per:
        left = per.start()
        if not before:
            before = _BEFORE.search(plain, max(0, left - _LONGEST_BEFORE), left)
            left = before.start() if before else left
        if per["size"] and kind is UnitKind.SIZE and "/" not in bare:
            unit, bare = f"{unit}/{per['size']}", f"{bare}/{per['size']}"
    after = _AFTER.match(plain, end)
    if after and after[0] == "内" and kind is not UnitKind.TIME:
        after = None
    if op is EXACT:
        op = HEDGES_AFTER.get(after[0], ABOUT) if after else HEDGES_BEFORE[before[0]] if before else EXACT
    if op is EXACT and plain.find("至少", reach, left) >= 0 and AT_LEAST_DONE.search(plain, reach, left):
        op = AT_LEAST
    right = after.end() if after else end
    return Quantity(start, end, left, right, value, value_hi, unit, bare, kind, op, rule)
