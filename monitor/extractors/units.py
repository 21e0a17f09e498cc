"""The units we know. A new unit is one word in one of these rows."""

import re
from collections.abc import Iterable
from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit counts or measures; decides whether a noun may follow the number, and what 以上 behind it means."""

    COUNTER = "counter"  # 50户, 6个, 300万人: one by one
    SIZE = "size"  # 100公顷, 80万千瓦: of one thing as often as of many
    MONEY = "money"
    SHARE = "share"  # %
    POINTS = "points"  # 个百分点
    TIMES = "times"  # 倍, 番
    TIME = "time"  # 天, 分钟
    RANK = "rank"  # 位, 强, 级: an order or a grade more often than a number


_ROWS: dict[UnitKind, str] = {
    UnitKind.COUNTER: (
        "个 户 户次 家 家次 所 处 条 条次 项 项次 名 名次 套 套次 座 张 辆 辆次 台 台套 台次 件 件次 场 场次 部 部次 只 艘 艘次 "
        "列 列次 对 眼 栋 幢 块 起 宗 次 人 人年 人次 架 架次 班 班次 批次 车次 例 例次 份 篇 册 幅 盏 口 株 棵 头 头只 羽 匹 门 支 "
        "款 类 种 间 片 段 孔 杆 根 枚 尊 笔 单 批 组 队 层 床 学位 个学位 张床位 人份 本 集 堂 节 档 室 卷 具 端 颗 "
        "尾 棒 穗 苗 蔸 丛 篮 箱 趟 道 票 桶 瓶 粒 朵 把 扇 幕 员 标准箱 个标准箱 标箱 个标箱 TEU 剂 剂次 针 针次 吨次 航次 趟 趟次 "
        "期 轮 组次 桌 对次 期次 例样 批样 样次 "
    ),
    UnitKind.SIZE: (
        "亩 亩次 公顷 平方公里 平方千米 平方米 平米 平方 立方米 立方 方 公里 千米 车道公里 皮长公里 芯公里 对公里 华里 里 米 延米 延长米 "
        "厘米 毫米 吨公里 人公里 吨标准煤 吨标煤 吨煤 吨二氧化碳 蒸吨 吨位 载重吨 总吨 吨 公斤 千克 克 市斤 斤 担 石 千升 升 毫升 "
        "千瓦时 兆瓦时 吉瓦时 千瓦 兆瓦 吉瓦 千伏安 兆伏安 千伏 伏 度电 度 微克 毫克 微克每立方米 毫克每立方米 微克每立方 毫克每升 μg µg ug mg 重量箱 标准重量箱 羊单位 只羊单位 个羊单位 分贝 焦 焦耳 P PB TB EB PF EF TFLOPS EFLOPS Eflops EFlops EFLOPs "
        "PFLOPS PFlops Pflops kV KV MW GW GWh MWh kWh kW kVA MVA km KM m m2 m3 m² m³ ㎡ mm cm 摄氏度 ℃ 兆 Gbps Mbps Tbps 寸 吋 英寸 "
        "尺 匹马力 马力 大卡 卡 核 像素 比特 标方 标立方米 方公里 "
    ),
    UnitKind.MONEY: "元 美元 欧元 港元 港币 人民币 日元 英镑 卢布 元人民币 块钱 元钱 角",
    UnitKind.SHARE: "% ‰",
    UnitKind.POINTS: "个百分点 百分点 个千分点 个点",
    UnitKind.TIMES: "倍 番 成",
    UnitKind.TIME: (
        "天 日 小时 个小时 工作小时 个工作小时 分钟 分 秒 年 周年 岁 周岁 个月 月 个季度 季度 周 个星期 工作日 个工作日 个自然日 世纪 年代 "
        "月份 月龄 个年头 号 时 点 点钟 夜 代"
    ),
    UnitKind.RANK: "个位次 位次 个名次 名次 个档次 位 强 级 星 星级 届 名位 等 线 流 度电价 方阵 连冠 连增 周年 A A级 AAAA级 AAAAA级 类水 类标准",
}
KINDS: dict[str, UnitKind] = {unit: kind for kind, row in _ROWS.items() for unit in row.split()}


def _by_first(units: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Units by their first character, the longest first."""
    found: dict[str, list[str]] = {}
    for unit in sorted(units, key=len, reverse=True):
        found.setdefault(unit[0], []).append(unit)
    return {first: tuple(units) for first, units in found.items()}


POWERS = re.compile(r"^(?:万亿|[百千十]?亿|[百千十]?万|百|千)")

# Behind a slash only short things stand: 微克/立方米, 人/百亿元, 元/人·月, 克/千瓦时.
PER_MULTIPLIERS = ("百亿", "亿", "百万", "万", "千", "百", "十")
_UNITS = _by_first(KINDS)
_PER = _by_first({*KINDS, "人", "月", "年", "日", "户", "人·月", "人·年", "人月", "人年", "GDP"})


def unit_at(text: str, at: int) -> str:
    """The longest unit that `text` has at `at`, with what stands behind its slash; "" when there is none."""
    unit = _longest(text, at, _UNITS)
    if not unit:
        return ""
    end = at + len(unit)
    if text[end : end + 1] == "/":
        factor = next((word for word in PER_MULTIPLIERS if text.startswith(word, end + 1)), "")
        per = _longest(text, end + 1 + len(factor), _PER)
        if per:
            return text[at : end + 1 + len(factor) + len(per)]
    if text[end : end + 1] == "（" and text[end + 2 : end + 3] == "）" and text[end + 1] in KINDS:
        return text[at : end + 3]
    return unit


# What begins like a unit and is a word: 80万家庭, 13亿人口, 2万户籍人口, 15部门.
WORDS = re.compile("家[庭禽]|人[口才均]|户[籍均外]|场所|条件|部[门委]|处[置理罚]|支[持出付]|台账")


def _longest(text: str, at: int, known: dict[str, tuple[str, ...]]) -> str:
    found = next((unit for unit in known.get(text[at : at + 1], ()) if text.startswith(unit, at)), "")
    return "" if len(found) == 1 and WORDS.match(text, at) else found


def kind_of(bare_unit: str) -> UnitKind:
    """The kind of a unit without its multiplier; a bare 万 or 亿 counts (51万新就业人员)."""
    head = bare_unit.split("/")[0].split("（")[0]
    if not head:
        return UnitKind.COUNTER
    kind = KINDS.get(head, UnitKind.COUNTER)
    return UnitKind.SIZE if "/" in bare_unit and kind is not UnitKind.MONEY else kind
