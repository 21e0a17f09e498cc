"""Which report a document is. Places are real, for the table of regions is; titles and texts are invented."""

from datetime import date

import pytest

from monitor.identity import can_be_report, identify, title_and_heading, title_year
from storage.values import Kind

TITLES = {
    Kind.WORK_REPORT: """
        2026年吉林省政府工作报告
        政府工作报告（2024年）
        政府工作报告
        政 府 工 作 报 告
        政府工作报告（全文）
        2024年政府工作报告（审议稿）
        （受权发布）政府工作报告
        云溪市2024年《政府工作报告》
        云溪市人民政府工作报告
        国务院政府工作报告
        2025年西藏政府工作报告
        2024年云溪区人民政府工作报告（摘要）
        在云溪市第十六届人民代表大会第三次会议上的政府工作报告
        政府工作报告——2024年1月10日在云溪市第三届人民代表大会第四次会议上
        同心聚力 再启新程——在云溪市第三届人民代表大会第二次会议上的政府工作报告
        2024年云溪市政府工...
        政府工作报告——在云溪市第三届人民代表大会第五次会议上
        政府工作报告2011年1月20日在云溪县第十四届人民代表大会
    """,
    Kind.PLAN_REPORT: """
        关于2025年国民经济和社会发展计划执行情况与2026年计划草案的报告
        云溪市2023年国民经济和社会发展计划执行情况与2024年计划草案的报告（书面）
        关于云溪市2023年国民经济和社会发展计划执行情况和2024年国民经济和社会发展计划（草案）的报告
        关于2025年国民经济和社会发展计划执行情况与20...
    """,
    Kind.BUDGET_REPORT: """
        关于云溪市2023年预算执行情况和2024年预算草案的报告
        关于2023年市本级和全市预算执行情况与2024年市本级和全市预算草案的报告
        云溪市2024年财政预算报告
    """,
    Kind.FIVE_YEAR_PLAN: """
        云溪市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要
    """,
    Kind.BULLETIN: """
        云溪市2023年国民经济和社会发展统计公报
    """,
}
NO_TITLES = {
    Kind.WORK_REPORT: """
        一图读懂2024年云溪市政府工作报告
        15张图带你看懂政府工作报告
        云溪市印发2024年《政府工作报告》重点任务分工方案的通知
        云溪市召开座谈会征求对《政府工作报告》的意见建议
        云溪市人大代表分组审议政府工作报告
        《政府工作报告》名词解释（3）
        两会速递｜政府工作报告里的5个民生关键词
        【两会聚焦】政府工作报告
        政府工作报告解读
        政府工作报告问答
        政府工作报告任务分解表
        政府工作报告中的新名词
        政府工作报告（英文版）
        政府工作报告出炉！
        政府工作报告：2024年GDP增长6%
        从政府工作报告看云溪发展
        市长作政府工作报告
        省政府工作报告点名云溪
        云溪多项工作写入省政府工作报告
        关于政府工作报告的决议
        关于2024年政府工作报告重点工作落实情况的通报
        2024年政府工作报告目标任务完成情况
        学习贯彻政府工作报告精神
        2024年度法治政府建设工作报告
        政府信息公开工作年度报告
        云溪市人大常委会工作报告
        云溪市召开第3次政府常务会议
    """,
    Kind.PLAN_REPORT: """
        关于2023年计划执行情况与2024年计划草案的审查结果报告
        2024年重大项目计划
        政府工作报告
    """,
    Kind.BUDGET_REPORT: """
        关于2023年预算执行情况和2024年预算草案审查结果的报告
        关于调整2024年预算的报告
        关于2022年决算的报告
        云溪市教育局2023年度部门决算
        2024年部门预算公开报告
    """,
    Kind.FIVE_YEAR_PLAN: """
        云溪市“十四五”规划纲要解读
        云溪市养老服务“十四五”规划
    """,
}


def listed(table: dict[Kind, str]) -> list[tuple[Kind, str]]:
    return [(kind, title.strip()) for kind, titles in table.items() for title in titles.strip().splitlines()]


@pytest.mark.parametrize(("kind", "title"), listed(TITLES))
def test_a_report_is_chosen_by_its_title(kind: Kind, title: str) -> None:
    assert can_be_report(title, kind)


@pytest.mark.parametrize(("kind", "title"), listed(NO_TITLES))
def test_what_speaks_of_a_report_is_not_chosen(kind: Kind, title: str) -> None:
    assert not can_be_report(title, kind)


def test_any_kind_of_report_is_chosen_for_other() -> None:
    assert can_be_report("云溪市2023年国民经济和社会发展统计公报", Kind.OTHER)
    assert not can_be_report("一图读懂政府工作报告", Kind.OTHER)
    assert not can_be_report("", Kind.OTHER)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2024年政府工作报告", 2024),
        ("政府工作报告（2024年）", 2024),
        ("关于2023年计划执行情况与2024年计划草案的报告", 2024),
        ("二〇二四年政府工作报告", 2024),
        ("云溪市国民经济和社会发展第十四个五年规划和二〇三五年远景目标纲要", 2021),
        ("关于2020年计划执行情况与2021年计划草案及2035年远景目标的报告", 2021),
        ("政府工作报告——2024年1月10日在云溪市第三届人民代表大会第四次会议上", None),
        ("政府工作报告", None),
    ],
)
def test_a_title_names_the_year_that_is_planned(title: str, year: int | None) -> None:
    assert title_year(title) == year


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        ("——2024年1月10日在长春市第十六届人民代表大会第三次会议上", 2024),
        ("（2021年12月28日在长春市第十六届人民代表大会第一次会议上）", 2022),
        ("二〇二一年十一月三十日在长春市第十六届人民代表大会第一次会议上", 2022),
        ("在第十届全国人民代表大会第一次会议上", 2003),
    ],
)
def test_a_report_given_at_a_years_end_plans_the_next(heading: str, year: int) -> None:
    assert identify("政府工作报告", heading=heading, source_region="220100").year == year


def test_a_heading_within_the_title_tells_year_and_place() -> None:
    found = identify("政府工作报告——2021年12月在长春市第十六届人民代表大会第一次会议上", source_region="220000")
    assert (found.region, found.year) == ("220100", 2022)


def test_a_day_that_does_not_exist_tells_nothing() -> None:
    assert (
        identify("政府工作报告", heading="2024年2月31日在长春市第十六届人民代表大会上", source_region="220100").year
        is None
    )


def test_a_day_of_publication_counts_only_when_all_else_is_silent() -> None:
    found = identify("政府工作报告", published_on=date(2021, 12, 30), source_region="220100")
    assert found.year == 2022
    assert "day of publication" in found.doubts[-1]
    reposted = identify("2019年政府工作报告", published_on=date(2023, 5, 4), source_region="220100")
    assert (reposted.year, reposted.doubts) == (2019, ())


def test_a_table_of_a_five_year_plan_is_of_its_first_year() -> None:
    table = "云溪市“十五五”时期经济社会发展主要指标\n指标\t2025年预计\t2026年目标\t2030年目标\n公园\t3\t4\t5"
    assert identify("", text=table).year == 2026


def test_without_any_sign_the_year_is_unknown_and_said_so() -> None:
    found = identify("政府工作报告", source_region="220100")
    assert found.year is None
    assert found.doubts


def test_a_wrong_title_is_outvoted_by_heading_and_text() -> None:
    text = "一、2021年工作回顾\n全市上下同心。\n二、2022年工作安排\n做好2022年的各项工作。"
    found = identify("2024年政府工作报告", heading="（2022年1月24日在米易县第十九届人民代表大会上）", text_head=text)
    assert found.year == 2022
    assert any("2024" in doubt for doubt in found.doubts)


@pytest.mark.parametrize(
    ("title", "heading", "source", "region"),
    [
        ("2024年长春市政府工作报告", "", "220000", "220100"),
        ("政府工作报告", "——2024年1月10日在长春市第十六届人民代表大会第三次会议上", "220000", "220100"),
        ("2024年吉林省政府工作报告", "", "220100", "220000"),
        ("2024年吉林市政府工作报告", "", "220000", "220200"),
        ("长春市朝阳区2024年政府工作报告", "", "", "220104"),
        ("2024年朝阳区政府工作报告", "", "110000", "110105"),
        ("2024年朝阳区政府工作报告", "", "220100", "220104"),
        ("高唐县2021年政府工作报告", "", "130627", "371526"),
        ("徐水县2012年政府工作报告", "", "130600", "130609"),
        ("国务院政府工作报告", "", "130627", "000000"),
        ("政府工作报告", "——2024年3月5日在第十四届全国人民代表大会第二次会议上", "130627", "000000"),
        ("政府工作报告", "", "220106", "220106"),
    ],
)
def test_a_report_is_filed_where_it_belongs(title: str, heading: str, source: str, region: str) -> None:
    assert identify(title, heading=heading, source_region=source).region == region


def test_a_speech_for_the_state_council_in_a_countys_column_is_the_nations() -> None:
    text = "各位代表：\n现在，我代表国务院，向大会报告政府工作，请予审议。"
    assert identify("政府工作报告", text_head=text, source_region="130627").region == "000000"


NATION_SPEAKS = "各位代表：\n现在，我代表国务院，向大会报告政府工作，请予审议。\n" + "我国各项事业稳步前进。" * 20


@pytest.mark.parametrize("above", [
    "高唐县人民政府网 > 政务公开 > 政府工作报告\n",
    "高唐县人民政府\n政府工作报告\n来源：某通讯社\n——2024年3月5日在第十四届全国人民代表大会第二次会议上\n",
    "高唐县人民政府\n2024年政府工作报告\n",
    "高唐县2024年政府工作报告\n国务院总理 某某\n",
    "",
])  # fmt: skip
@pytest.mark.parametrize("source", ["", "371526"])
def test_a_state_councils_report_is_the_nations_whatever_stands_above_it(above: str, source: str) -> None:
    text = above + NATION_SPEAKS
    title, heading = title_and_heading(text)
    issuer = "高唐县人民政府" if source else ""
    assert identify(title, heading=heading, text=text, issuer=issuer, source_region=source).region == "000000"


def test_a_county_that_speaks_of_the_state_council_speaks_for_itself() -> None:
    text = (
        "各位代表：\n现在，我代表县人民政府，向大会报告工作。\n我受国务院委托的调查组充分肯定，"
        "认真落实国务院决定和第十四届全国人民代表大会精神。\n" + "我国经济向好，全县上下努力。" * 30
    )
    found = identify("高唐县2024年政府工作报告", text=text, source_region="371526")
    assert (found.region, found.doubts) == ("371526", ())


def test_a_text_of_the_whole_country_that_names_no_speaker_is_no_countys() -> None:
    text = "高唐县人民政府网 > 政府工作报告\n各位代表：\n" + "我国一九八四年的工农业生产又有增长。" * 200
    found = identify("", text=text, issuer="高唐县人民政府", source_region="371526")
    assert found.region == "000000"
    assert found.doubts


def test_a_speech_for_the_city_in_a_districts_column_is_the_citys() -> None:
    text = "各位代表：\n现在，我代表市人民政府，向大会报告工作，请予审议。"
    found = identify("政府工作报告", text_head=text, source_region="220106")
    assert found.region == "220100"  # the source's


def test_a_portals_name_above_the_speech_is_not_the_speakers() -> None:
    text = "吉林省人民政府\n政府工作报告\n各位代表：\n现在，我代表市人民政府，向大会报告工作，请予审议。"
    assert identify("政府工作报告", text_head=text, source_region="220100").region == "220100"


def test_issuer_and_site_code_tell_the_region_before_the_source() -> None:
    assert identify("政府工作报告", issuer="长春市人民政府办公室", source_region="220000").region == "220100"
    assert identify("政府工作报告", site_code="2201060001", source_region="220000").region == "220106"
    assert identify("政府工作报告", issuer="云溪日报", source_region="220000").region == "220000"


def test_a_homonym_without_company_is_doubtful_and_stays_with_the_source() -> None:
    found = identify("2024年朝阳区政府工作报告", source_region="440000")
    assert found.region == "440000"
    assert "110105" in found.doubts[0]
    assert identify("2024年朝阳区政府工作报告").region == ""


def test_a_homonym_is_told_by_the_company_its_text_keeps() -> None:
    text = "全区对接长春新区，南关、宽城、绿园协同。长春全市一盘棋，长春都市圈加快，吉林振兴有我。"
    assert identify("2024年朝阳区政府工作报告", text_head=text).region == "220104"


def test_a_text_without_title_is_known_by_what_it_speaks_of() -> None:
    text = "各位代表：\n现在，我代表市人民政府，向大会报告工作。\n" + (
        "长春上下一心，绿园、宽城、农安、榆树齐头并进，吉林大局有担当。" * 20
    )
    found = identify("", text=text)
    assert found.region == "220100"  # the source's


@pytest.mark.parametrize("title", ["2024年政府工作报告（摘要）", "政府工作报告摘登", "政府工作报告（节选）"])
def test_an_excerpt_says_so_in_its_title(title: str) -> None:
    assert identify(title, source_region="220100").excerpt


OPENING = "各位代表：\n现在，我代表市人民政府，向大会报告工作，请予审议。\n"
REVIEW = "一、2023年工作回顾\n" + "全市上下同心同向。" * 120 + "\n"
PLAN = "二、2024年主要预期目标\n地区生产总值增长6%。" + "我们要把每件实事办好。" * 120 + "\n"
CALL = "各位代表！让我们携起手来，为建设美好家园而努力奋斗！"
WHOLE = OPENING + REVIEW + PLAN + CALL


def cut(text: str) -> bool:
    return identify("政府工作报告", text=text, source_region="220100").excerpt


def test_a_report_with_greeting_plan_and_call_is_whole_however_short() -> None:
    assert 2000 < len(WHOLE) < 4000
    assert not cut(WHOLE)
    assert not cut(f"{WHOLE}来源：市政府办公室")
    assert not cut(f"{WHOLE}\n名词解释\n[1]一网通办：指办事只进一扇门，只上一张网。")


@pytest.mark.parametrize("text", [
    WHOLE[:-len(CALL)],  # no call
    OPENING + REVIEW + "全市上下同心。" * 100 + CALL,  # no plan
    PLAN + REVIEW + CALL,  # no greeting: a digest
    OPENING + REVIEW + CALL + "\n" + PLAN,  # the call is the review's
    OPENING + CALL,
])  # fmt: skip
def test_a_text_without_greeting_plan_or_call_is_cut(text: str) -> None:
    assert cut(text)


@pytest.mark.parametrize("end", ["今后五年的奋斗目标是，", "我们要把每件实事办好，" * 4 + "改造老旧小区", "主要是："])
def test_a_text_that_breaks_off_in_a_sentence_is_cut_however_long(end: str) -> None:
    long = OPENING + REVIEW * 6 + PLAN * 6
    assert not cut(long)
    assert cut(f"{long}\n{end}")


@pytest.mark.parametrize(
    "foot",
    [
        "责任编辑：小澜\n分享到：",
        "附件：政府工作报告.pdf",
        "【打印本页】【关闭窗口】\n扫一扫在手机打开当前页",
        "相关链接：",
    ],
)
def test_no_text_breaks_off_in_what_a_page_says_below_it(foot: str) -> None:
    assert not cut(f"{OPENING}{REVIEW * 6}{PLAN * 6}\n{foot}")
    assert not cut(f"{WHOLE}。微信公众号澜汀数据网{foot}")


def test_the_day_a_page_was_made_is_not_the_day_of_the_meeting_below_it() -> None:
    head = "成文日期：2026年1月18日\n在云溪市第二届人民代表大会第二次会议上\n一、2017年工作回顾\n"
    assert identify("", text=f"{head}经济平稳。\n二、2018年工作安排\n增长5%。").year == 2018


def test_a_title_is_known_in_traditional_characters() -> None:
    assert can_be_report("2026年雲溪市政府工作報告", Kind.WORK_REPORT)
    text = "雲溪市2026年政府工作報告\n各位代表：現在向大會報告工作。"
    assert title_and_heading(text)[0] == "雲溪市2026年政府工作報告"


def test_a_call_for_readers_is_the_title_only_where_no_other_is() -> None:
    call = "政府工作报告全文来了！"
    assert title_and_heading(f"{call}\n标题：云溪市2026年政府工作报告\n各位代表：")[0] == "云溪市2026年政府工作报告"
    assert title_and_heading(f"{call}\n各位代表：")[0] == call


def test_a_link_below_a_report_tells_no_year() -> None:
    text = "一、2010年工作回顾\n过去一年，经济平稳。\n二、2011年工作安排\n增长5%。\n延伸阅读\n"
    assert identify("", text=text + "2012年我国经济社会发展的总体思路\n2013年工作要求\n").year == 2011


def test_a_text_that_stands_twice_on_a_page_is_no_longer_for_it() -> None:
    piece = OPENING + REVIEW * 3 + PLAN * 3
    assert len(piece) < 12_000 < 2 * len(piece)
    assert cut(piece)
    assert cut(f"{piece}页脚\n{piece}页脚")
    assert not cut(f"{WHOLE}\n页脚\n{WHOLE}\n页脚")


def test_a_beginning_is_not_judged() -> None:
    assert not identify("政府工作报告", text_head=WHOLE[:900], source_region="220100").excerpt


def test_a_revised_report_says_so() -> None:
    assert identify("2024年政府工作报告（修订版）", source_region="220100").revised
    assert not identify("2024年政府工作报告", source_region="220100").revised


def test_the_title_decides_the_kind_else_the_source() -> None:
    budget = identify("关于2023年预算执行情况和2024年预算草案的报告", source_region="220100")
    assert budget.kind is Kind.BUDGET_REPORT
    assert identify("报告全文", source_region="220100", source_kind=Kind.PLAN_REPORT).kind is Kind.PLAN_REPORT


def test_title_and_heading_are_found_behind_page_furniture() -> None:
    text = (
        "首页\n当前位置：首页 > 工作报告\n工作报告\n云溪市2024年政府工作报告\n"
        "——2024年1月10日\n在云溪市第三届人民代表大会第四次会议上\n市长 某某\n各位代表：\n现在报告工作。"
    )
    title, heading = title_and_heading(text)
    assert title == "云溪市2024年政府工作报告"
    assert heading == "——2024年1月10日在云溪市第三届人民代表大会第四次会议上"


@pytest.mark.parametrize("text", ["", "没有标题的一段话。", "各位代表：\n2024年政府工作报告\n"])
def test_a_text_without_title_has_none(text: str) -> None:
    assert title_and_heading(text)[0] == ""


def test_a_short_name_with_another_suffix_is_another_place() -> None:
    """岳阳's 云溪区 is 云溪 for short; nobody knows a 云溪市, so that its source decides."""
    assert identify("2026年云溪市政府工作报告", source_region="220100").region == "220100"


def test_a_year_that_can_only_be_guessed_is_said_and_not_taken() -> None:
    piece = "推进城市更新，落实《2024年城区更新行动计划》，改造老旧小区30个。到2025年，绿道达到80公里。"
    paragraph = f"2023年，全市上下一心。{'我们把群众的事放在心上。' * 40}"
    whole = f"各位代表：现在报告工作。{paragraph * 24}\n主要目标是各业兴旺。\n让我们一起奋斗！"
    for text in (piece, whole):
        found = identify("", text=text, source_region="220100")
        assert found.year is None
        assert "may be 2024" in found.doubts[-1]
        told = identify("", text=text, source_region="220100", known_year=2023)
        assert (told.year, "year" in " ".join(told.doubts)) == (2023, False)


def test_a_year_that_a_person_gives_does_not_outweigh_the_text() -> None:
    assert identify("2024年政府工作报告", source_region="220100", known_year=2019).year == 2024


@pytest.mark.parametrize(("text", "year"), [
    ("政府工作报告\n2003年4月7日\n各位委员：", 2003),
    ("今年是实施“十五”计划的第一年，任务繁重。", 2001),
    ("今年是“十四五”开局之年。", 2021),
    ("第十一届全国人民代表大会第一次会议以来的五年，很不平凡。", 2013),
    ("从去年三月第五届全国人民代表大会第一次会议闭幕到现在，已经一年多了。", 1979),
])  # fmt: skip
def test_a_year_is_reckoned_from_a_plan_a_congress_or_a_line_that_is_a_day(text: str, year: int) -> None:
    assert identify("", text=text, source_region="220100").year == year


@pytest.mark.parametrize(
    ("above", "region"),
    [("南京市", "320106"), ("徐州市", "320302"), ("福州市", "350102"), ("开封市", "410204")],
)
def test_the_drum_towers_are_told_apart_by_what_stands_around_them(above: str, region: str) -> None:
    title = "2024年鼓楼区政府工作报告"
    assert identify(f"{above}鼓楼区2024年政府工作报告").region == region
    assert identify(title, source_region=f"{region[:4]}00").region == region
    assert identify(title, site_code=f"{region}0001").region == region
    assert identify(title, source_region="130600").region == "130600"
    assert identify(title, source_region="130600").doubts


@pytest.mark.parametrize(("name", "region"), [("唐县", "130627"), ("高唐县", "371526")])
def test_a_county_whose_name_ends_anothers_is_not_taken_for_it(name: str, region: str) -> None:
    text = f"政府工作报告\n——2024年2月1日在{name}第十八届人民代表大会第三次会议上\n各位代表：\n"
    for source in ("", "130627", "371526"):
        assert identify("政府工作报告", text_head=text, source_region=source).region == region


def test_a_report_given_in_december_is_next_years_wherever_its_day_stands() -> None:
    heading = "——2021年12月28日在唐县第十七届人民代表大会第一次会议上"
    for title in ("政府工作报告", f"政府工作报告{heading}"):
        assert identify(title, heading=heading, published_on=date(2021, 12, 30)).year == 2022
    text = f"政府工作报告\n{heading}\n各位代表：\n二、2022年工作安排\n"
    assert identify("政府工作报告", text_head=text, published_on=date(2023, 3, 1)).year == 2022
