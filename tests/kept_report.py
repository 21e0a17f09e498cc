"""An invented report with its statements, for tests of how they are marked."""

from storage.values import Kind, Measure, Op, Role, Stated, StatementData

TEXT = """　　各位代表：
　　现在，我代表市人民政府，向大会报告政府工作，请予审议。
　　一、2025年工作回顾
　　过去一年，全市上下迎难而上。地区生产总值增长5.6%，一般公共预算收入增长5.2%，城镇新增就业9.3万人。新建改造幼儿园28所，改造老旧小区102个，建成污水管网76公里。

　　二、2026年主要预期目标
　　综合考虑各方面因素，今年发展的主要预期目标是：地区生产总值增长6%左右，一般公共预算收入增长4%，固定资产投资增长7%以上，城镇新增就业8.7万人以上，城镇调查失业率5.5%以内，居民收入增长与经济增长同步，单位地区生产总值能耗下降3%左右。
　　三、重点工作
　　坚持把实体经济做强做优。培育规上工业企业50户，引进内资320亿元以上。坚持教育优先，新建改造幼儿园30所。持续改善生态环境，造林12万亩，新建改造污水管网85公里。
　　各位代表，让我们携手前行，为建设更加美好的云溪而努力奋斗！
"""

_GROWTH, _LEVEL, _RATIO = Measure.GROWTH, Measure.LEVEL, Measure.RATIO
_TARGET, _OUTTURN = Role.TARGET, Role.OUTTURN
_SAID = (
    (_OUTTURN, "地区生产总值", "5.6%", "增长5.6%", 5.6, "%", _GROWTH, Op.EXACT, False),
    (_OUTTURN, "一般公共预算收入", "5.2%", "收入增长5.2%", 5.2, "%", _GROWTH, Op.EXACT, False),
    (_OUTTURN, "城镇新增就业", "9.3万人", "就业9.3万人", 9.3, "万人", _LEVEL, Op.EXACT, False),
    (_OUTTURN, "新建改造幼儿园", "28所", "幼儿园28所", 28.0, "所", _LEVEL, Op.EXACT, False),
    (_OUTTURN, "改造老旧小区", "102个", "小区102个", 102.0, "个", _LEVEL, Op.EXACT, False),
    (_OUTTURN, "建成污水管网", "76公里", "管网76公里", 76.0, "公里", _LEVEL, Op.EXACT, False),
    (_TARGET, "地区生产总值", "6%", "增长6%左右", 6.0, "%", _GROWTH, Op.ABOUT, True),
    (_TARGET, "一般公共预算收入", "4%", "增长4%", 4.0, "%", _GROWTH, Op.EXACT, True),
    (_TARGET, "固定资产投资", "7%", "增长7%以上", 7.0, "%", _GROWTH, Op.AT_LEAST, True),
    (_TARGET, "城镇新增就业", "8.7万人", "就业8.7万人", 8.7, "万人", _LEVEL, Op.AT_LEAST, True),
    (_TARGET, "城镇调查失业率", "5.5%", "失业率5.5%", 5.5, "%", _RATIO, Op.AT_MOST, True),
    (_TARGET, "单位地区生产总值能耗", "3%", "下降3%", -3.0, "%", _GROWTH, Op.ABOUT, True),
    (_TARGET, "培育规上工业企业", "50户", "企业50户", 50.0, "户", _LEVEL, Op.EXACT, False),
    (_TARGET, "引进内资", "320亿元", "内资320亿元", 320.0, "亿元", _LEVEL, Op.AT_LEAST, False),
    (_TARGET, "新建改造幼儿园", "30所", "幼儿园30所", 30.0, "所", _LEVEL, Op.EXACT, False),
    (_TARGET, "造林", "12万亩", "造林12万亩", 12.0, "万亩", _LEVEL, Op.EXACT, False),
    (_TARGET, "新建改造污水管网", "85公里", "管网85公里", 85.0, "公里", _LEVEL, Op.EXACT, False),
)
_KEYS = {
    "地区生产总值": "gdp", "一般公共预算收入": "general_public_budget_revenue",
    "固定资产投资": "fixed_asset_investment",
    "城镇新增就业": "urban_new_jobs", "城镇调查失业率": "surveyed_unemployment",
    "单位地区生产总值能耗": "energy_intensity",
}  # fmt: skip


def stated(id: int, start: int, end: int, sentence: tuple[int, int] | None = None, **more: object) -> Stated:
    """A statement of the text's characters from `start` to `end`."""
    values: dict[str, object] = {
        "text": "6%", "role": _TARGET, "indicator": "造林", "measure": _GROWTH, "op": Op.EXACT, "value": 6.0,
        "value_hi": None, "unit": "%", "reference": None, "period": "2026", "headline": False,
    } | more  # fmt: skip
    around = sentence or (start, end)
    data = StatementData(start=start, end=end, sentence_start=around[0], sentence_end=around[1], **values)  # type: ignore[arg-type]
    return Stated(id, 12, 7, "990100", Kind.WORK_REPORT, 2026, _KEYS.get(data.indicator, data.indicator), data)


def statements() -> tuple[Stated, ...]:
    made = []
    for id, (role, name, text, context, value, unit, measure, op, headline) in enumerate(_SAID, start=101):
        start = TEXT.index(context) + context.index(text)
        sentence = (max(TEXT.rfind("。", 0, start), TEXT.rfind("\n", 0, start)) + 1, TEXT.index("。", start) + 1)
        period = "2025" if role is _OUTTURN else "2026"
        made.append(
            stated(id, start, start + len(text), sentence, text=text, role=role, indicator=name, measure=measure, op=op,
                   value=value, unit=unit, period=period, headline=headline)
        )  # fmt: skip
    return tuple(made)
