"""Numbers that state nothing: thresholds, names, dates, labels, ages. Pure. A decoy is one row, and its label is kept.

Every row sees the words before the number (hedges left out), its kind, and the words behind it (hedges included).
"""

import re
from dataclasses import dataclass

from monitor.extractors.quantities import Quantity
from monitor.extractors.units import UnitKind
from monitor.extractors.words import is_bare

_HAN = "\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Decoy:
    """`label` is why a number of one of `kinds` (all when empty) states nothing where `before` and `behind` match.

    No two rows share one; what stands before its colon tells the sort, and has its reason in `reasons`.
    """

    label: str
    kinds: frozenset[UnitKind] = frozenset()
    units: frozenset[str] = frozenset()
    before: re.Pattern[str] | None = None
    behind: re.Pattern[str] | None = None
    named: bool = False  # only where the words before name something it could be the size of


def _row(
    label: str, kinds: str = "", units: str = "", before: str = "", behind: str = "", named: bool = False
) -> Decoy:
    """`before` is searched in the words before the number, `behind` matched right behind its unit."""
    return Decoy(
        label,
        frozenset(UnitKind(kind) for kind in kinds.split()),
        frozenset(units.split()),
        re.compile(before) if before else None,
        re.compile(behind) if behind else None,
        named,
    )


# Behind 以上 or 的 these make the number what is promised, not what qualifies something else.
_STATED = r"(?!的?(?:[较偏][高低]水平|合理[水区]|增长|增速|增幅|速度|目标|水平|规模|台阶|大关|幅度|份额|比例|比重|任务|降幅|涨幅|提升|提高|资金支持|投资|营收|产值))"
_WHOLE = r"(?:企业|项目|乡镇|村|单位|机构|产业|园区|规模|家庭|工业|股权|集群|城市|医院|学校|小区|街道|加工点)"
_TOPIC = r"(?:聚焦|围绕|紧扣|紧盯|抓好|抓住|突出|瞄准|提出|安排了?|设置了?|锚定|针对|对照|涉及|涵盖|包括|分为)"
# Times state something only of what lasts that long: 审批时限压缩至5天, 优良天数增加9天.
_LONG = "年 周年 岁 周岁 月龄 天 日 小时 个小时 分钟 秒 个月 个季度 季度"
_LASTING = r"延长(?:到|至)|寿命|年限|年龄|时限|时间|时长|耗时|周期|工期|期限|天数|办结|审批|审核|压缩|压减|缩短|提速|优良天|污染天|良好天|好天|增加|减少"
_SITE = r"(?:年产|(?:公司|集团|项目|基地|石化|化工|钢铁|科技|能源|股份|药业|铝业|矿业|纸业|酒业|乳业|煤业|水泥|电厂|电站|一期|二期)[^，。]{0,6})$"
DECOYS: tuple[Decoy, ...] = (
    _row("date", units="月 日 月份 年代 世纪 时 点 点钟 届 周"),
    _row("date: day of a month", units="号", before=r"月$"),
    _row("anniversary", units="周年"),
    _row("time circle", "time", behind=rf"(?:便民|医疗|阅读|文化|通勤|养老|不打烊|[零全](?![国省市区县])|在线|自助|供水|制|服务|直播|农村集中|[{_HAN}]{{0,5}}圈)"),
    _row("duration", units=_LONG, before=rf"^(?!.*(?:{_LASTING}))"),
    _row("duration: words before", "time", before=r"(?:近|连续|历时|过去|今后|未来|为期|前|第|最近|用|用时|再用|经过|每|这|提前)$"),
    _row("attribute", "size money share points", named=True, before=rf"[{_HAN}]$", behind=rf"(?:以上|以下|左右)?的{_STATED}[{_HAN}“A-Za-z0-9]"),
    _row("attribute: per so many", "counter size", before=r"每$"),
    _row("attribute: sum alone", "money", before=r"(?:^|[、和与])$", behind=rf"的{_STATED}[{_HAN}“]"),
    _row("capacity: plant", units="吨 千瓦 兆瓦 吉瓦 MW GW GWh MWh kW 千升 吉瓦时 兆瓦时 英寸 立方米/日 吨/日", before=_SITE, behind=r"级?(?![以左上])[\u4e00-\u9fff“A-Za-z]"),
    _row("capacity: class", "size", behind=rf"级[{_HAN}、]"),
    _row("threshold: a batch", "money", before=r"一批[^，。；、\d]{0,8}$|一批[^，。；]{0,16}、$", behind=r"级?(?:以上)?的?[\u4e00-\u9fff、]"),
    _row("threshold", "size money time", behind=rf"(?:及|（含）)?(?:以上|以下|以内){_STATED}的?[{_HAN}“A-Za-z（]"),
    _row("threshold: sum and project", "money", behind=r"(?:级|的)?(?:项目|企业|园区|村|镇|县|[^，、。]{0,4}集群)(?![^，。]{0,8}(?:资金|贷款|基金|补助|债券))"),
    _row("threshold: villages", units="人 户", behind=r"及?以上的?(?:(?:自然|行政|中心)村|村|屯|居民点)"),
    _row("threshold: count of members", units="人 个 户", before=r"(?:营收|收入|产值|投资|税收|规模|人口|超|亿元|达|职工|占比|目前|^)[^，。]{0,2}$", behind=rf"及?(?:以上|以下|以内)的?{_WHOLE}"),
    _row("threshold: firms by sum", "money", before=r"(?:投资|营收|产值|收入|规模|税收|纳税|销售额|总值|总量|财力|存款|资本|资产|市值|估值|额)$", behind=rf"的?(?:农业产业化|工业|农业|服务业|制造业|高新技术|龙头|骨干|重点|加工)*(?:{_WHOLE}|(?:[乡城]?镇|[县市区])(?![场级属财内本直]))"),
    _row("rhetoric: people", "counter", behind=rf"[{_HAN}]{{0,4}}(?:人民(?!医院|法院|检察|币|武装|调解|政府)|儿女|父老|老百姓|同胞)"),
    _row("rhetoric: people torn", units="人", behind="民(?![办间营宿主])"),  # 50万人民 has the unit 万人
    _row("grade", "rank"),
    _row("technical name", units="千伏 kV KV 伏 核 兆 Gbps Mbps 微克 毫米 寸 吋 英寸", behind=rf"(?:及?以上|[{_HAN}])(?<!左)|、[^，。；]{{0,40}}(?:输变电|变电站)"),
    _row("label: ordinal", "counter", before=r"(?:第|百|千|(?<![目当先之以提此年日月会餐岗术产])前)$"),
    _row("rhetoric", "counter", behind=r"(?:方面|领域|维度|环节|原则|阶段|层面|步骤|字|坚持|确立|自信|意识|维护|问题导向|件?事(?![项业故件务]))"),
    _row("talked about", "counter", before=rf"{_TOPIC}[^，。]{{0,60}}$", behind=r".{0,8}(?:领域|方面|指标|重点任务|行业|环节|赛道|方向|板块|关键|主题|目标|部分|章)"),
    _row("stock", "counter money", before=r"(?:发挥|用好)[^，。]{0,60}$", behind=r"[^，。]{0,31}(?:作用|优势|效应|效能|功能)"),
    _row("rhetoric: sides", units="方", behind="面"),
    _row("indicators counted: targets", units="项 个", before=r"(?:目标|指标)(?:设定|确定)为$|(?:预期|约束)性$", behind=r"(?:$|[，。；：、（])"),
    _row("indicators counted: behind", units="项 个", before=r"性指标$"),
    _row("indicators counted", units="项 个", behind=r"[^，。、]{0,8}指标"),
    _row("baseline", before=r"[比较](?:上年|去年|前年|(?:19|20)\d\d年)(?:同期|末|底)?的?$", behind=r"(?:增加|提高|提升|上升|增长|减少|下降|降低|压减)了?\d"),
    _row("one of a group: 之一", "counter", behind=r"(?:[^，。、（）]|（[^（）]{0,8}）){1,24}(?<!分)之一"),
    _row("equivalent", "counter size money points time", before=r"相当于[^，。；]{0,20}$"),
    _row("one of a group: among", "counter", before=r"在(?:全[国省市区县])?$", behind=r"[^，。、]{1,12}中(?![心医学小药国央])"),
    _row("hotline or number", units="号 路 线"),
)  # fmt: skip
BEYOND = re.compile(rf"[高低长短宽窄深大小][于过][{_HAN}]{{1,6}}$")
SEPARATES = re.compile(r"^[和与]|[、，]|比")
GROWS = re.compile(r"(?:增长|增速|下降|增幅|提高|实现|分别)[^、，]{0,6}$")
_LABELLED = re.compile(r"“[^”\n]{1,24}”|《[^》\n]{1,60}》|\[[^\]\n]{1,20}\]|(?:10|十)种(?:常用)?有色金属")


def labels_in(plain: str) -> list[tuple[int, int]]:
    """The spans of short quotes and titles: a number in one belongs to a name."""
    return [match.span() for match in _LABELLED.finditer(plain)]


def why_decoy(plain: str, start: int, end: int, quantity: Quantity, next_one: Quantity | None) -> str | None:
    """Why `quantity` of the clause `plain[start:end]` states nothing; None when it may state something.

    `next_one` is the quantity behind it in the clause: in 7个产业产值增长8% the 7 tells whose growth it is.
    """
    if next_one and _is_scope(plain[quantity.right : next_one.left], quantity, next_one):
        return "scope"
    before = plain[max(start, quantity.left - 64) : quantity.left]
    behind = plain[quantity.end : min(end, quantity.end + 32)]
    for decoy in DECOYS:
        if decoy.kinds and quantity.kind not in decoy.kinds:
            continue
        if decoy.units and quantity.bare_unit not in decoy.units:
            continue
        if decoy.before and not decoy.before.search(before):
            continue
        if decoy.behind and not decoy.behind.match(behind):
            continue
        if decoy.named and is_bare(before) and not _qualifies(quantity, before):
            continue
        return decoy.label
    return None


def _qualifies(quantity: Quantity, before: str) -> bool:
    """Whether a number of whose words nothing is named is still what something else is like: 高于路面1米的管线."""
    return quantity.kind is UnitKind.SIZE and BEYOND.search(before) is not None


def _is_scope(between: str, quantity: Quantity, next_one: Quantity) -> bool:
    grows = next_one.kind is UnitKind.TIMES or (next_one.kind is UnitKind.SHARE and GROWS.search(between) is not None)
    return quantity.kind is UnitKind.COUNTER and grows and not SEPARATES.search(between)
