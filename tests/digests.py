"""Digests of invented places, for tests and for looking at (tools/show_digests.py)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

from monitor.digest import (
    Around,
    DigestData,
    Figure,
    Foot,
    Line,
    Named,
    Notice,
    Past,
    PastYear,
    Place,
    Rendered,
    ReportPart,
    Steady,
)
from monitor.digest.render import render
from storage.values import Basis, ChangeKind, Kind, Measure, Op

MADE_AT = datetime(2026, 1, 21, 0, 0, tzinfo=UTC)
CONSOLE = "http://127.0.0.1:8321/documents"

SENTENCE_2026 = (
    "综合考虑各方面因素，建议今年全市经济社会发展主要预期目标为：地区生产总值增长6%左右，一般公共预算收入增长4%，"
    "固定资产投资增长7%以上，社会消费品零售总额增长6.5%，城镇新增就业8.7万人以上，城镇调查失业率5.5%以内，"
    "居民消费价格涨幅2%左右，居民收入增长与经济增长同步，单位地区生产总值能耗下降3%左右。"
)
SENTENCE_2025 = (
    "今年发展的主要预期目标是：地区生产总值增长6.5%以上，一般公共预算收入增长5%，固定资产投资增长6%，"
    "社会消费品零售总额增长6.5%左右，城镇新增就业9万人，城镇调查失业率5.5%以内，居民消费价格涨幅3%左右，"
    "进出口总额增长8%。"
)
RESULT_2025 = (
    "初步核算，全年地区生产总值增长5.6%，一般公共预算收入增长5.2%，固定资产投资增长3.1%，城镇新增就业9.3万人。"
)


def figure(
    text: str,
    value: float | None,
    unit: str | None = "%",
    *,
    measure: Measure = Measure.GROWTH,
    op: Op = Op.EXACT,
    sentence: str = "",
    year: int = 2026,
    document: int = 12,
    **more: object,
) -> Figure:
    """A figure whose number stands in `sentence` (a short one is made up when none is given)."""
    sentence = sentence or f"力争实现{text}的目标。"
    start = sentence.find(text)
    made = Figure(
        text=text, measure=measure, op=op, value=value, value_hi=None, unit=unit, reference=None, period=str(year),
        sentence=sentence, mark_start=start, mark_end=start + len(text), report_title=f"{year}年云溪市政府工作报告",
        report_year=year, url=f"https://www.yunxi.example/zwgk/{year}/t{document}.html",
        kept_url=f"{CONSOLE}/{document}#s{document}{start + 10}", publisher="云溪市人民政府",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]  # a test says what it wants to differ


def line(
    kind: ChangeKind,
    indicator: str,
    before: Figure | None,
    after: Figure | None,
    outturn: Figure | None = None,
    *,
    key: str = "",
    en: str = "",
    headline: bool = True,
    basis: Basis = Basis.NEXT_REPORT,
    topic: tuple[str, str] = ("", ""),
    judged: ChangeKind | None = None,
) -> Line:
    return Line(
        kind, basis, indicator, key or indicator, en, topic[0], topic[1], headline, before, after, outturn, judged
    )


def part(lines: tuple[Line, ...], **more: object) -> ReportPart:
    made = ReportPart(
        region="云溪市", region_en="Yunxi", region_path="澄岭省 · 云溪市", region_path_en="Chengling · Yunxi",
        region_code="990100", kind=Kind.WORK_REPORT,
        year=2026, title="2026年云溪市政府工作报告——在云溪市第十五届人民代表大会第五次会议上",
        issuer="云溪市人民政府办公室",
        published_on=date(2026, 1, 20), url="https://www.yunxi.example/zwgk/2026/t12.html",
        kept_url=f"{CONSOLE}/12", example=False, lines=lines,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]  # a test says what it wants to differ


FOOT = Foot(
    watch="eastern-cities",
    why_zh="您订阅了“澄岭省及所辖市县”的主要目标，每天早上八点发送。",
    why_en="You watch the main targets of Chengling and the places below it, every morning at eight.",
    sources=34,
    sources_ok=33,
    last_visit_at=datetime(2026, 1, 20, 23, 52, tzinfo=UTC),
    seen=(
        (Kind.WORK_REPORT, datetime(2026, 1, 20, 8, 3, tzinfo=UTC)),
        (Kind.BUDGET_REPORT, datetime(2026, 1, 18, 2, 41, tzinfo=UTC)),
    ),
    hushed=3,
)


def digest(*parts: ReportPart, language: str = "zh", notices: tuple[Notice, ...] = (), foot: Foot = FOOT) -> DigestData:
    return DigestData("dig_0001", "eastern-cities", language, MADE_AT, parts, notices, foot)


def main_lines() -> tuple[Line, ...]:
    """A year's change: nine main targets of which eight moved."""
    new, old, out = SENTENCE_2026, SENTENCE_2025, RESULT_2025

    def was(text: str, value: float, unit: str = "%", **more: object) -> Figure:
        return figure(text, value, unit, sentence=old, year=2025, document=7, **more)  # type: ignore[arg-type]

    def now(text: str, value: float | None, unit: str | None = "%", **more: object) -> Figure:
        return figure(text, value, unit, sentence=new, **more)  # type: ignore[arg-type]

    def came(text: str, value: float, unit: str = "%", **more: object) -> Figure:
        return figure(text, value, unit, sentence=out, period="2025", **more)  # type: ignore[arg-type]

    def at(made: Figure, before: str) -> Figure:
        """Mark the number that follows `before`: several numbers of a sentence are written alike."""
        start = made.sentence.index(before) + len(before)
        url = made.kept_url.partition("#")[0] + f"#s{start}"
        return replace(made, mark_start=start, mark_end=start + len(made.text), kept_url=url)

    level, ratio = Measure.LEVEL, Measure.RATIO
    return (
        line(ChangeKind.ADDED, "居民收入", None,
             now("与经济增长同步", None, None, measure=Measure.RELATIVE, op=Op.IN_STEP, reference="经济增长"),
             key="household_income", en="Household income"),
        line(ChangeKind.ADDED, "单位地区生产总值能耗", None, now("3%", -3, op=Op.ABOUT),
             key="energy_intensity", en="Energy use per unit of GDP"),
        line(ChangeKind.LOWERED, "一般公共预算收入", was("5%", 5), now("4%", 4), came("5.2%", 5.2),
             key="general_public_budget_revenue", en="General public budget revenue", judged=ChangeKind.MET),
        line(ChangeKind.RAISED, "固定资产投资", at(was("6%", 6), "固定资产投资增长"), now("7%", 7, op=Op.AT_LEAST),
             came("3.1%", 3.1), key="fixed_asset_investment", en="Fixed-asset investment"),
        line(ChangeKind.REWORDED, "社会消费品零售总额", at(was("6.5%", 6.5, op=Op.ABOUT), "零售总额增长"),
             now("6.5%", 6.5),
             key="retail_sales", en="Retail sales of consumer goods"),
        line(ChangeKind.LOWERED, "城镇新增就业", was("9万人", 9, "万人", measure=level),
             now("8.7万人", 8.7, "万人", measure=level, op=Op.AT_LEAST), came("9.3万人", 9.3, "万人", measure=level),
             key="urban_new_jobs", en="New urban jobs"),
        line(ChangeKind.LOWERED, "居民消费价格", was("3%", 3, op=Op.ABOUT), now("2%", 2, op=Op.ABOUT), key="cpi",
             en="Consumer price index"),
        line(ChangeKind.LOWERED, "地区生产总值", was("6.5%", 6.5, op=Op.AT_LEAST), now("6%", 6, op=Op.ABOUT),
             came("5.6%", 5.6), key="gdp", en="Gross regional product", judged=ChangeKind.MISSED),
        line(ChangeKind.DROPPED, "进出口总额", was("8%", 8), None, key="foreign_trade", en="Foreign trade"),
        line(ChangeKind.MISSED, "地区生产总值", was("6.5%", 6.5, op=Op.AT_LEAST), came("5.6%", 5.6), key="gdp",
             en="Gross regional product"),
        line(ChangeKind.MET, "一般公共预算收入", was("5%", 5), came("5.2%", 5.2), key="general_public_budget_revenue",
             en="General public budget revenue"),
        line(ChangeKind.MISSED, "城镇调查失业率", was("5.5%", 5.5, measure=ratio, op=Op.AT_MOST),
             figure("5.7%", 5.7, measure=ratio, sentence="城镇调查失业率为5.7%。", period="2025"),
             key="surveyed_unemployment", en="Surveyed urban unemployment"),
    )  # fmt: skip


_TAIL = (
    ("新建改造幼儿园", 30, "所", ("教育", "Education")), ("新增公园", 6, "个", ("城市建设", "Urban development")),
    ("改造老旧小区", 120, "个", ("住房", "Housing")), ("新建改造污水管网", 85, "公里", ("生态环境", "Environment")),
    ("新增养老床位", 1500, "张", ("民生保障", "Welfare")), ("培育规上工业企业", 50, "户", ("工业", "Industry")),
    ("引进内资", 320, "亿元", ("开放", "Opening up")), ("造林", 12, "万亩", ("生态环境", "Environment")),
)  # fmt: skip


def tail_lines(count: int) -> tuple[Line, ...]:
    lines = []
    for index in range(count):
        name, number, unit, topic = _TAIL[index % len(_TAIL)]
        name = name if index < len(_TAIL) else f"{name}{'甲乙丙丁戊己庚辛壬癸'[index // len(_TAIL) % 10]}类"
        after = figure(f"{number + index}{unit}", number + index, unit, measure=Measure.LEVEL, document=100 + index)
        before = figure(f"{number}{unit}", number, unit, measure=Measure.LEVEL, year=2025, document=300 + index)
        kind = (
            (ChangeKind.ADDED, ChangeKind.RAISED, ChangeKind.DROPPED, ChangeKind.ADDED)[index % 4]
            if index
            else ChangeKind.ADDED
        )
        sides = {
            ChangeKind.ADDED: (None, after),
            ChangeKind.DROPPED: (before, None),
        }.get(kind, (before, after))
        lines.append(line(kind, name, *sides, headline=False, topic=topic))
    return tuple(lines)


STEADY = (
    Steady("城镇调查失业率", "surveyed_unemployment", "Surveyed urban unemployment",
           figure("5.5%", 5.5, measure=Measure.RATIO, op=Op.AT_MOST, sentence=SENTENCE_2026)),
)  # fmt: skip


def neighbours() -> Around:
    """The province and three cities beside it; one of them says nothing of investment. Its own are the main table's."""
    indicators = (
        Named("地区生产总值", "gdp", "Gross regional product", Measure.GROWTH),
        Named("一般公共预算收入", "general_public_budget_revenue", "General public budget revenue", Measure.GROWTH),
        Named("固定资产投资", "fixed_asset_investment", "Fixed-asset investment", Measure.GROWTH),
    )

    def said(*texts: str) -> tuple[Figure | None, ...]:
        return tuple(_hedged(text) if text else None for text in texts)

    return Around(
        indicators,
        (
            Place("云溪市", "Yunxi", "own", said("6%左右", "4%", "7%以上")),
            Place("澄岭省", "Chengling", "above", said("5.5%左右", "3%", "4%左右")),
            Place("霁梧市", "Jiwu", "beside", said("7%以上", "5%", "10%以上")),
            Place("栖岚市", "Qilan", "beside", said("6.5%左右", "4.5%", "")),
            Place("黛沅自治州", "Daiyuan Autonomous Prefecture", "beside", said("5%", "3%左右", "3%左右")),
        ),
        known=9,
        rank=3,
    )


def _hedged(text: str, **more: object) -> Figure:
    """A growth figure with the hedge that follows its number: 6%左右."""
    number, hedge = text.partition("%")[0], text.partition("%")[2]
    op = {"左右": Op.ABOUT, "以上": Op.AT_LEAST, "": Op.EXACT}[hedge]
    return figure(f"{number}%", float(number), op=op, **more)  # type: ignore[arg-type]  # a test says what differs


def last_years() -> Past:
    def one(year: int, target: float, outturn: float | None, op: Op = Op.ABOUT) -> PastYear:
        reached = None if outturn is None else figure(f"{outturn:g}%", outturn, year=year + 1, period=str(year))
        return PastYear(year, figure(f"{target:g}%", target, op=op, year=year), reached)

    named = Named("地区生产总值", "gdp", "Gross regional product", Measure.GROWTH)
    years = (one(2022, 7, 4.1), one(2023, 6.5, 6.2), one(2024, 6, 6.1), one(2025, 6.5, 5.6, Op.AT_LEAST))
    return Past(named, (*years, one(2026, 6, None)))


def a_year(language: str = "zh") -> DigestData:
    lines = main_lines() + tail_lines(34)
    return digest(part(lines, unchanged=STEADY, around=neighbours(), past=last_years()), language=language)


def first_report(language: str = "zh") -> DigestData:
    lines = tuple(
        replace(each, kind=ChangeKind.ADDED, before=None, outturn=None)
        for each in main_lines()
        if each.after and each.kind not in (ChangeKind.MET, ChangeKind.MISSED)
    )
    tail = tuple(replace(each, kind=ChangeKind.ADDED, before=None) for each in tail_lines(12) if each.after)
    baseline = Notice(
        "baseline", "云溪市人民政府·工作报告", "https://www.yunxi.example/zwgk/", MADE_AT, 3, (2023, 2025)
    )
    return digest(part(lines + tail), language=language, notices=(baseline,))


def revision(language: str = "zh") -> DigestData:
    before = figure("5%", 5, op=Op.ABOUT, sentence="地区生产总值增长5%左右，粮食产量保持稳定。", document=41)
    after = figure("5.5%", 5.5, op=Op.ABOUT, sentence="地区生产总值增长5.5%左右，粮食产量保持稳定。", document=42)
    lines = (
        line(
            ChangeKind.RAISED,
            "地区生产总值",
            before,
            after,
            key="gdp",
            en="Gross regional product",
            basis=Basis.REVISION,
        ),
    )
    made = part(
        lines, region="澄岭省", region_en="Chengling", region_path="澄岭省", region_path_en="Chengling",
        region_code="990000",
        title="2026年澄岭省政府工作报告", issuer="澄岭省人民政府办公厅", url="https://www.chengling.example/2026/t42.html",
        kept_url=f"{CONSOLE}/42",
    )  # fmt: skip
    return digest(made, language=language)


def conflict(language: str = "zh") -> DigestData:
    before = figure("6%", 6, op=Op.ABOUT, sentence=SENTENCE_2026, document=12)
    after = figure(
        "6.5%", 6.5, op=Op.ABOUT, sentence="2026年全市地区生产总值预期增长6.5%左右。", document=55, publisher="云溪日报"
    )
    lines = (
        line(
            ChangeKind.CONFLICT,
            "地区生产总值",
            before,
            after,
            key="gdp",
            en="Gross regional product",
            basis=Basis.CONFLICT,
        ),
    )
    return digest(part(lines), language=language)


def correction(language: str = "zh") -> DigestData:
    """What we told of a report, and what it says: another figure, another indicator, nothing, and one left out."""
    sentence = "地区生产总值增长6%左右，其中工业投资增长8%，近三年平均增长5.1%，粮食总产12万吨以上。"

    def said(text: str, value: float, unit: str = "%", **more: object) -> Figure:
        return figure(text, value, unit, sentence=sentence, **more)  # type: ignore[arg-type]  # a test says what differs

    invested = Named("固定资产投资", "fixed_asset_investment", "Fixed-asset investment", Measure.GROWTH)
    lines = (
        line(ChangeKind.CORRECTED, "地区生产总值", said("5.1%", 5.1), said("6%", 6, op=Op.ABOUT), key="gdp",
             en="Gross regional product", basis=Basis.CORRECTION),
        replace(line(ChangeKind.CORRECTED, "工业投资", said("8%", 8), said("8%", 8), key="industrial_investment",
                     en="Industrial investment", basis=Basis.CORRECTION), told_as=invested),
        line(ChangeKind.CORRECTED, "财政收入", said("5.1%", 5.1), None, key="fiscal_revenue", en="Fiscal revenue",
             basis=Basis.CORRECTION),
        line(ChangeKind.CORRECTED, "粮食总产", None, said("12万吨", 12, "万吨", measure=Measure.LEVEL, op=Op.AT_LEAST),
             key="grain_output", en="Grain output", basis=Basis.CORRECTION),
    )  # fmt: skip
    return digest(part(lines), language=language)


_HEADS = "霁栖澜黛苍琼翊皓蔚沅"
_ENDS = ("梧市", "岚县", "泊区")
_HEAD_NAMES = ("Ji", "Qi", "Lan", "Dai", "Cang", "Qiong", "Yi", "Hao", "Wei", "Yuan")
_END_NAMES = ("wu", "lan County", "bo District")
_GOALS = (  # of last year and this year, in turn
    ("地区生产总值", "gdp", "Gross regional product", "增长",
     (("6.5%以上", "6%左右"), ("6%左右", "6%左右"), ("5.5%左右", "5%左右"), ("5%左右", "5.5%左右"),
      ("7%左右", "6%左右"), ("6%", "6%左右"), ("", ""))),
    ("居民消费价格", "cpi", "Consumer price index", "涨幅", (("3%左右", "2%左右"), ("3%左右", "2%左右"), ("", ""))),
    ("一般公共预算收入", "general_public_budget_revenue", "General public budget revenue", "增长",
     (("5%", "4%"), ("4%", "3%"), ("3%左右", "3%左右"), ("4%左右", "5%以上"))),
    ("固定资产投资", "fixed_asset_investment", "Fixed-asset investment", "增长",
     (("6%", "7%以上"), ("8%", "4%左右"), ("5%左右", "5%左右"), ("7%左右", ""), ("6%左右", "3%"))),
    ("社会消费品零售总额", "retail_sales", "Retail sales of consumer goods", "增长",
     (("6.5%左右", "6.5%"), ("6%", "5.5%左右"), ("6%左右", "6%左右"))),
    ("进出口总额", "foreign_trade", "Foreign trade", "增长", (("8%", ""), ("5%左右", "5%左右"), ("", "4%"))),
)  # fmt: skip


def _goals(number: int) -> tuple[tuple[Line, ...], tuple[Steady, ...]]:
    """The main targets of one of many places: what it asked for last year and what this year, each in one sentence."""
    chosen = [(*goal[:4], *goal[4][(number * (at + 3) + number // 5) % len(goal[4])]) for at, goal in enumerate(_GOALS)]
    sides = [{goal[1]: goal[side] for goal in chosen if goal[side]} for side in (4, 5)]
    said = [
        f"{lead}：{'，'.join(f'{name}{verb}{side[key]}' for name, key, _, verb, *_ in chosen if key in side)}。"
        for lead, side in zip(("今年发展的主要预期目标是", "今年全市发展的主要预期目标为"), sides, strict=True)
    ]

    def of(name: str, key: str, verb: str, side: int) -> Figure | None:
        if key not in sides[side]:
            return None
        text, sentence, document = sides[side][key], said[side], 2 * number + side
        start = sentence.index(f"{name}{verb}{text}") + len(name) + len(verb)
        return _hedged(
            text, sentence=sentence, year=2025 + side, document=document, mark_start=start,
            mark_end=start + text.index("%") + 1, kept_url=f"{CONSOLE}/{document}#s{start}",
        )  # fmt: skip

    lines: list[Line] = []
    steady: list[Steady] = []
    for name, key, en, verb, *_ in chosen:
        before, after = of(name, key, verb, 0), of(name, key, verb, 1)
        if before and after and (before.value, before.op) == (after.value, after.op):
            steady.append(Steady(name, key, en, after))
        elif before or after:
            came = figure("5.2%", 5.2, year=2026, period="2025") if before and key == "gdp" else None
            lines.append(line(_kind(before, after), name, before, after, came, key=key, en=en))
    return tuple(lines), tuple(steady)


def _kind(before: Figure | None, after: Figure | None) -> ChangeKind:
    if before is None or after is None:
        return ChangeKind.ADDED if before is None else ChangeKind.DROPPED
    if before.value == after.value:
        return ChangeKind.REWORDED
    return ChangeKind.RAISED if (after.value or 0) > (before.value or 0) else ChangeKind.LOWERED


def thirty_reports(language: str = "zh", count: int = 30) -> DigestData:
    """Three counties of each of ten cities of one province, all on one day."""
    parts = []
    for number in range(count):
        head, end = number % 10, number // 10 % 3
        name, name_en = f"{_HEADS[head]}{_ENDS[end]}", f"{_HEAD_NAMES[head]}{_END_NAMES[end]}"
        lines, steady = _goals(number)
        grows = any(one.indicator_key == "gdp" for one in lines)
        parts.append(
            part(
                lines + tail_lines(10 + number),
                unchanged=steady,
                region=name,
                region_en=name_en,
                region_path=f"澄岭省 · {name}",
                region_path_en=f"Chengling · {name_en}",
                kind=Kind.PLAN_REPORT if number % 10 == 9 else Kind.WORK_REPORT,
                region_code=f"99{number // 10 + 1:02}{number % 10:02}",
                title=f"2026年{name}政府工作报告",
                issuer=f"{name}人民政府",
                url=f"https://www.p{number}.example/2026/",
                kept_url=f"{CONSOLE}/{2 * number + 1}",
                around=neighbours() if grows else None,
            )
        )
    return replace(digest(*parts, language=language), home_url=CONSOLE.removesuffix("documents"))


def broken_source(language: str = "zh") -> DigestData:
    notices = (
        Notice("broken", "霁梧市人民政府·政府工作报告", "https://www.jiwu.example/zwgk/", MADE_AT, 3,
               detail="the index page shows no entries, but 24 links beside its list", label="layout"),
        Notice("unread", "栖岚县人民政府", "https://www.qilan.example/zfgz/", MADE_AT, 2,
               detail="the server answered 404", label="gone"),
        Notice("recovered", "沅岚县人民政府", "https://www.yuanlan.example/gk/", MADE_AT, 0, detail=""),
        Notice("dead_channel", "mail", "", MADE_AT, 3,
               detail="the mail server refused wang@example.org: 550 5.1.1 no such mailbox"),
    )  # fmt: skip
    return digest(language=language, notices=notices)


def example(language: str = "zh") -> DigestData:
    made = first_report(language)
    return replace(made, parts=tuple(replace(each, example=True) for each in made.parts), notices=())


SAMPLES = {
    "first-report": first_report,
    "year": a_year,
    "revision": revision,
    "conflict": conflict,
    "correction": correction,
    "thirty-reports": thirty_reports,
    "broken-source": broken_source,
    "example": example,
}


@cache
def sample(name: str, language: str = "zh") -> Rendered:
    """A sample rendered once for all tests of a run."""
    return render(SAMPLES[name](language))
