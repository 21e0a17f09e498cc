"""Role, years and headline by a sentence's place in the report."""

import pytest

from monitor.extractors.headings import heading_role, is_unnumbered_chapter
from monitor.extractors.outlook import change_point
from monitor.extractors.periods import Span, plan_in, plan_span
from monitor.extractors.report_year import report_year
from monitor.extractors.sections import Sentence, read_sections
from monitor.extractors.statements import extract
from storage.values import About, Role

BACK, AHEAD = Role.OUTTURN, Role.TARGET


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("一、2023年工作回顾", BACK),
        ("一、2023年主要工作和“十三五”发展成就", BACK),
        ("二、2024年主要工作", AHEAD),
        ("二、“十五五”时期的主要考虑", AHEAD),
        ("二、今后五年奋斗目标", AHEAD),
        ("二、“十三五”时期发展成就和“十五五”时期主要目标任务", None),
        ("三、推动乡村全面振兴", None),
        ("四、民生福祉再上新台阶", None),
    ],
)
def test_headings_are_read_with_year_arithmetic(heading: str, role: Role | None) -> None:
    assert heading_role(heading, 2024) is role


def test_a_line_that_names_a_time_and_a_task_heads_a_chapter() -> None:
    assert is_unnumbered_chapter("“十四五”时期发展成就和2025年工作回顾")
    assert not is_unnumbered_chapter("2025年，全县上下真抓实干，完成各项任务")


def test_five_year_plans_are_counted_with_the_gap_after_the_second() -> None:
    assert [str(plan_span(name)) for name in ("一", "三", "十四", "十五")] == [
        "1953/1957",
        "1966/1970",
        "2021/2025",
        "2026/2030",
    ]
    assert plan_in("“十五五”时期") == Span(2026, 2030)


def test_the_view_turns_once_and_only_where_it_may() -> None:
    assert change_point([-2, -1, 3, 4]) == 2
    assert change_point([1, 2]) == 0
    assert change_point([-1, -2]) == 2
    assert change_point([3, -5, 4, 4], [False, False, False, True]) == 3
    assert change_point([3, 4], [False, False]) == 2


def _sentences(text: str, year: int = 2024) -> list[Sentence]:
    return read_sections(text, About(year=year))


def test_chapters_behind_a_plan_go_on_with_it() -> None:
    found = _sentences("二、2024年工作安排\n增长5%。\n三、推动乡村全面振兴\n建成公园3个。")
    assert {sentence.role for sentence in found} == {AHEAD}


def test_a_review_that_states_expected_targets_further_down_turns_there() -> None:
    text = (
        "一、2023年工作回顾\n全年生产总值增长6.1%，获评省级先进。\n"
        "做好2024年工作，总体要求是坚持稳中求进。\n主要预期目标是：生产总值增长6%左右，居民收入与经济增长同步。"
    )
    found = {text[sentence.start : sentence.end][:4]: sentence.role for sentence in _sentences(text)}
    assert found["全年生产"] is BACK
    assert found["主要预期"] is AHEAD


def test_years_last_to_the_end_of_the_paragraph_that_names_them() -> None:
    text = "一、2023年工作回顾\n经济增长5%。五年来，产值翻番。\n财政增收。"
    spans = [str(sentence.span) for sentence in _sentences(text)]
    assert spans == ["2023", "2023", "2019/2023", "2023"]


def test_the_headline_ends_with_its_paragraph() -> None:
    text = "二、2024年工作安排\n主要预期目标是：生产总值增长6%。失业率5%。\n新建公园3个。"
    assert [sentence.headline for sentence in _sentences(text)] == [False, True, True, False]


@pytest.mark.parametrize(
    "furniture",
    [
        "相关文章\n03-30\n云溪市人民政府关于关闭3家矿山的公告\n03-30\n云溪市新增9家企业",
        "【延伸阅读】\n2031年云溪市新建12所学校",
        "云溪市人民政府关于关闭澜谷矿业有限公司等3家矿山的公告 03-30",
    ],
)
def test_titles_of_other_pages_state_nothing(furniture: str) -> None:
    text = f"增长5%。\n{furniture}\n二、重点工作\n增长6%。"
    assert [text[s.start : s.end] for s in _sentences(text)] == ["增长5%。", "二、重点工作", "增长6%。"]


def test_a_paragraph_that_begins_like_a_note_or_names_a_right_is_prose() -> None:
    text = "注重创新，增长5%。\n加强版权保护，增长6%。\n注1：增长7%。\n注：增长8%。"
    assert [text[s.start : s.end] for s in _sentences(text)] == ["注重创新，增长5%。", "加强版权保护，增长6%。"]


def test_furniture_and_glossaries_are_left_out() -> None:
    text = "增长5%。\n版权所有 备案号：7号\n名词解释\n1.某某：指到2030年达到50%。"
    assert [text[s.start : s.end] for s in _sentences(text)] == ["增长5%。"]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("一、2022年工作回顾\n二、2023年工作安排", 2023),
        ("——2021年1月18日在某县第八届人民代表大会第一次会议上", 2021),
        ("2020年，面对困难，我们完成了任务。做好2021年工作，意义重大。", 2021),
    ],
)
def test_the_year_of_a_report_is_read_from_its_text(text: str, year: int) -> None:
    assert report_year(text, About()) == year


def test_a_year_that_was_told_is_not_asked_again() -> None:
    assert report_year("二、2023年工作安排", About(year=2024)) == 2024
    assert report_year("没有年份", About()) is None


def test_a_clause_of_a_plan_that_says_what_was_is_an_outturn() -> None:
    text = "二、2024年工作安排\n去年新建学校7所，今年新建9所。截至目前已建成公园12个，其中口袋公园8个。"
    found = extract(text, About(year=2024))
    assert [(s.text, s.role, s.period) for s in found] == [
        ("7所", Role.OUTTURN, "2023"),
        ("9所", Role.TARGET, "2024"),
        ("12个", Role.OUTTURN, "2023"),
        ("8个", Role.OUTTURN, "2023"),
    ]
