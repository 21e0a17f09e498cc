"""Tables of indicators, as plan reports and five-year plans have them. Places and numbers are invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extractors.cells import read_head, read_number
from monitor.extractors.explain import explain
from monitor.extractors.statements import extract
from monitor.extractors.tables import find_tables
from storage.values import About, Op, Role, StatementData

ROWS = [
    ["类别", "序号", "指标名称", "单位", "2025年", "2030年", "年均增长/[累计]", "属性"],
    ["经济发展", "1", "地区生产总值增长", "%", "5.8", "—", "6左右", "预期性"],
    ["", "2", "全员劳动生产率", "万元/人", "18.6", "24.5", "5.7%", "预期性"],
    ["民生福祉", "3", "城镇新增就业", "万人", "[3.5]", "[4]", "—", "预期性"],
    ["", "4", "人均预期寿命", "岁", "79.1", "80", "[0.9]", "预期性"],
    ["绿色生态", "5", "单位地区生产总值能耗降低", "%", "—", "—", "[13.5]", "约束性"],
    ["", "6", "细颗粒物（PM2.5）浓度", "微克/立方米", "34", "28以下", "—", "约束性"],
    ["安全保障", "7", "粮食综合生产能力", "万吨", "52.3", "≥55", "—", "约束性"],
]
STATED = [
    ("地区生产总值", "growth exact 5.8", "%", "2025", "outturn", "预期性"),
    ("地区生产总值", "growth about 6", "%", "2026/2030", "target", "预期性"),
    ("全员劳动生产率", "level exact 18.6", "万元/人", "2025", "outturn", "预期性"),
    ("全员劳动生产率", "level exact 24.5", "万元/人", "2030", "target", "预期性"),
    ("全员劳动生产率", "growth exact 5.7", "%", "2026/2030", "target", "预期性"),
    ("城镇新增就业", "level exact 3.5", "万人", "2021/2025", "outturn", "预期性"),
    ("城镇新增就业", "level exact 4", "万人", "2026/2030", "target", "预期性"),
    ("人均预期寿命", "level exact 79.1", "岁", "2025", "outturn", "预期性"),
    ("人均预期寿命", "level exact 80", "岁", "2030", "target", "预期性"),
    ("人均预期寿命", "delta exact 0.9", "岁", "2026/2030", "target", "预期性"),
    ("单位地区生产总值能耗", "growth exact -13.5", "%", "2026/2030", "target", "约束性"),
    ("细颗粒物（PM2.5）浓度", "level exact 34", "微克/立方米", "2025", "outturn", "约束性"),
    ("细颗粒物（PM2.5）浓度", "level at_most 28", "微克/立方米", "2030", "target", "约束性"),
    ("粮食综合生产能力", "level exact 52.3", "万吨", "2025", "outturn", "约束性"),
    ("粮食综合生产能力", "level at_least 55", "万吨", "2030", "target", "约束性"),
]


def _merged(row: list[str]) -> list[str]:
    """Without the cell that is merged with the one above."""
    return row if row[0] else row[1:]


FORMS = {
    "tabs, empty cells kept": "\n".join("\t".join(row) for row in ROWS),
    "tabs, merged cells gone": "\n".join("\t".join(_merged(row)) for row in ROWS),
    "bars": "\n".join(" | ".join(row) for row in ROWS),
    "Markdown": "\n".join(
        [f"| {' | '.join(ROWS[0])} |", "|---" * 8 + "|", *(f"| {' | '.join(r)} |" for r in ROWS[1:])]
    ),
    "two spaces": "\n".join("  ".join(_merged(row)) for row in ROWS),
    "one space": "\n".join(" ".join(_merged(row)) for row in ROWS),
    "full-width spaces": "\n".join("\u3000\u3000".join(_merged(row)) for row in ROWS),
    "each cell on a line": "\n".join("\n".join(_merged(row)) for row in ROWS),
}


def _said(one: StatementData) -> tuple[str, str, str | None, str | None, str, str]:
    value = f"{one.measure.value} {one.op.value} {one.reference if one.value is None else f'{one.value:g}'}"
    return one.indicator, value, one.unit, one.period, one.role.value, one.binding


def _read(table: str, year: int | None = 2026) -> tuple[str, list[StatementData]]:
    text = f"二、2026年主要目标\n主要指标如下：\n{table}\n注：[ ]内为五年累计数。\n第四章 产业\n全县新建公园3个。\n"
    return text, extract(text, About(year=year))


def _stated(*rows: str, year: int | None = 2026) -> list[StatementData]:
    return [one for one in _read("\n".join(rows), year)[1] if "table" in one.rules]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_table_states_the_same_however_its_cells_are_kept_apart(form: str) -> None:
    text, found = _read(form)
    assert [_said(one) for one in found[:-1]] == STATED
    assert (found[-1].indicator, found[-1].role) == ("新建公园", Role.TARGET)
    assert all(text[one.start : one.end] == one.text for one in found)


def test_the_sentence_of_a_number_is_its_row() -> None:
    text, found = _read(FORMS["tabs, empty cells kept"])
    assert text[found[0].sentence_start : found[0].sentence_end] == "\t".join(ROWS[1])


def test_units_stand_behind_the_names_where_they_have_no_column() -> None:
    found = _stated(
        "类别\t指标\t2020年\t2025年\t年均/累计\t属性",
        "经济发展\t1.地区生产总值增长（％）\t2.3\t—\t＞6、力争更好\t预期性",
        "2.常住人口城镇化率（％）\t60.6*\t65\t—\t预期性",
        "3.5G基站数（万个）\t0.8\t2.5\t〔1.7〕\t预期性",
        "4.居民人均可支配收入增长（％）\t2.1\t-\t与经济增长基本同步\t预期性",
        "5.化学需氧量排放总量减少（％）\t-\t-\t［8］\t约束性",
        year=2021,
    )
    assert [_said(one) for one in found] == [
        ("地区生产总值", "growth exact 2.3", "%", "2020", "outturn", "预期性"),
        ("地区生产总值", "growth at_least 6", "%", "2021/2025", "target", "预期性"),
        ("常住人口城镇化率", "ratio exact 60.6", "%", "2020", "outturn", "预期性"),
        ("常住人口城镇化率", "ratio exact 65", "%", "2025", "target", "预期性"),
        ("5G基站数", "level exact 0.8", "万个", "2020", "outturn", "预期性"),
        ("5G基站数", "level exact 2.5", "万个", "2025", "target", "预期性"),
        ("5G基站数", "delta exact 1.7", "万个", "2021/2025", "target", "预期性"),
        ("居民人均可支配收入", "growth exact 2.1", "%", "2020", "outturn", "预期性"),
        ("居民人均可支配收入", "relative in_step 经济增长", None, "2021/2025", "target", "预期性"),
        ("化学需氧量排放总量", "growth exact -8", "%", "2021/2025", "target", "约束性"),
    ]


def test_a_yearly_plan_has_its_growth_beside_the_amount_and_what_was_planned_is_over() -> None:
    found = _stated(
        "指标名称\t单位\t2025年计划\t2025年预计\t2026年计划\t增长（%）",
        "地区生产总值\t亿元\t520\t515.3\t545\t6左右",
        "#第一产业增加值\t亿元\t40\t41.2\t43\t",
        "二、社会事业",
        "城镇登记失业率\t%\t4.5以内\t3.1\t4.5以内\t—",
    )
    assert [_said(one) for one in found] == [
        ("地区生产总值", "level exact 515.3", "亿元", "2025", "outturn", ""),
        ("地区生产总值", "level exact 545", "亿元", "2026", "target", ""),
        ("地区生产总值", "growth about 6", "%", "2026", "target", ""),
        ("第一产业增加值", "level exact 41.2", "亿元", "2025", "outturn", ""),
        ("第一产业增加值", "level exact 43", "亿元", "2026", "target", ""),
        ("城镇登记失业率", "ratio exact 3.1", "%", "2025", "outturn", ""),
        ("城镇登记失业率", "ratio at_most 4.5", "%", "2026", "target", ""),
    ]


def test_empty_cells_may_be_cut_off_the_end_of_a_row() -> None:
    found = _stated(
        "类别\t指标\t单位\t2025年\t2030年\t属性\t备注",
        "经济\t外贸进出口\t亿元\t40\t52",
        "\t实际使用外资\t万美元\t800\t950\t预期性",
    )
    assert [(one.indicator, one.value, one.period, one.binding) for one in found] == [
        ("外贸进出口", 40, "2025", ""),
        ("外贸进出口", 52, "2030", ""),
        ("实际使用外资", 800, "2025", "预期性"),
        ("实际使用外资", 950, "2030", "预期性"),
    ]


TWO_ROWS = [
    ["指标", "单位", "2025年预计", "", "2026年计划", "", "备注"],
    ["", "", "绝对值", "增长%", "绝对值", "增长%", ""],
    ["地区生产总值", "亿元", "520", "5.1", "548", "5.5左右", ""],
    ["固定资产投资", "亿元", "121", "-6.3", "—", "高于全市平均水平", ""],
    ["常住人口城镇化率", "%", "52.1", "", "53", "", ""],
]
OF_TWO_ROWS = [
    ("地区生产总值", "level exact 520", "亿元", "2025", "outturn", ""),
    ("地区生产总值", "growth exact 5.1", "%", "2025", "outturn", ""),
    ("地区生产总值", "level exact 548", "亿元", "2026", "target", ""),
    ("地区生产总值", "growth about 5.5", "%", "2026", "target", ""),
    ("固定资产投资", "level exact 121", "亿元", "2025", "outturn", ""),
    ("固定资产投资", "growth exact -6.3", "%", "2025", "outturn", ""),
    ("固定资产投资", "relative above 全市平均水平", None, "2026", "target", ""),
    ("常住人口城镇化率", "ratio exact 52.1", "%", "2025", "outturn", ""),
    ("常住人口城镇化率", "ratio exact 53", "%", "2026", "target", ""),
]


@pytest.mark.parametrize(
    "table",
    [
        "\n".join("\t".join(row) for row in TWO_ROWS),
        "\n".join("\t".join(row).rstrip("\t") for row in TWO_ROWS),
        "\n".join(
            ["|" + "|".join(TWO_ROWS[0]) + "|", "|---" * 7 + "|", *("|" + "|".join(r) + "|" for r in TWO_ROWS[1:])]
        ),
    ],
    ids=["tabs", "tabs, empty cells cut off", "Markdown"],
)
def test_a_head_of_two_rows_is_read_as_one(table: str) -> None:
    assert [_said(one) for one in _stated(table)] == OF_TWO_ROWS


def test_the_years_may_stand_in_the_second_row_of_a_head() -> None:
    found = _stated("指标\t单位\t规划目标\t\t属性", "\t\t2025年\t2030年\t", "公园\t个\t30\t42\t预期性")
    assert [_said(one) for one in found] == [("公园", "level exact 42", "个", "2030", "target", "预期性")]


def test_a_head_of_two_rows_whose_cells_do_not_stand_under_each_other_is_left_alone() -> None:
    table = ["指标\t单位\t2025年\t2026年", "计划\t实际\t计划\t增长%\t增幅", "地区生产总值\t亿元\t520\t515.3\t545\t6"]
    assert _stated(*table) == []


def test_below_a_column_for_rates_alone_no_amount_is_a_difference() -> None:
    found = _stated("指标\t单位\t2025年\t2030年\t年均增速（%）", "全员劳动生产率\t万元/人\t18.2\t24\t[5.5]")
    assert _said(found[-1]) == ("全员劳动生产率", "growth exact 5.5", "%", "2026/2030", "target", "")


def test_what_waters_are_like_is_no_comparison() -> None:
    found = _stated("指标\t单位\t2025年\t2030年", "地表水达到或好于Ⅲ类水体比例\t%\t92\t93")
    assert [one.indicator for one in found] == ["地表水达到或好于Ⅲ类水体比例"] * 2


def test_explain_says_that_what_was_planned_is_over() -> None:
    text = "指标\t单位\t2025年计划\t2025年实际\t2026年计划\n公园\t个\t37\t38\t39\n"
    assert explain(text, About(year=2026), text.index("37")).why == "table row: planned before"
    assert explain(text, About(year=2026), text.index("38")).why == ""


def test_a_sentence_about_indicators_heads_no_table() -> None:
    text = "二、2024年工作安排\n各单位对照2024年主要指标抓落实，力争增长5%。\n实有床位 900张。"
    assert [one.text for one in extract(text, About(year=2024))] == ["5%", "900张"]


@pytest.mark.parametrize(
    ("cell", "value", "op", "bracketed"),
    [
        ("≥62", 62, Op.AT_LEAST, False),
        ("62以上", 62, Op.AT_LEAST, False),
        ("不超过28", 28, Op.AT_MOST, False),
        ("[13.5]", 13.5, Op.EXACT, True),
        (">[4]", 4, Op.AT_LEAST, True),
        ("5.5-6", 5.5, Op.RANGE, False),
        ("1,070", 1070, Op.EXACT, False),
        ("下降3%", -3, Op.EXACT, False),
    ],
)
def test_a_cell_holds_a_number_and_its_hedge(cell: str, value: float, op: Op, bracketed: bool) -> None:
    number = read_number(cell)
    assert number is not None
    assert (number.value, number.op, number.bracketed) == (value, op, bracketed)


@pytest.mark.parametrize("cell", ["—", "-", "", "与经济增长同步", "完成省下达任务", "2项重点", "3.1.2"])
def test_words_and_dashes_are_no_number(cell: str) -> None:
    assert read_number(cell) is None


def test_the_head_of_a_column_tells_its_years_and_whether_they_are_over() -> None:
    assert (read_head("2030年目标").last, read_head("2030年目标").role) == (2030, Role.TARGET)
    assert read_head("2025年实际").role is Role.OUTTURN
    assert (read_head("2026—2030年年均增速").first, read_head("2026—2030年年均增速").last) == (2026, 2030)
    assert read_head("2025年").column != read_head("五年累计").column


MARKS = ["\t", "\n", " ", "|", "[", "]", "1", "%", "—", "指标", "单位", "属性", "2030年", "（", "）", "1.", "，"]
CELLS = st.sampled_from([*(cell for row in ROWS[:4] for cell in row), *MARKS, *MARKS[:3]])


@settings(max_examples=200, deadline=None)
@given(st.lists(CELLS, max_size=120).map("".join), st.sampled_from([None, 2026]))
def test_any_mixture_of_cells_is_read_with_exact_offsets(table: str, year: int | None) -> None:
    text, found = _read(table, year)
    at = 0
    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.sentence_start <= one.start < one.end <= one.sentence_end
        assert one.start >= at
        at = one.end


def test_tables_of_a_text_are_found_in_order() -> None:
    table = "\n".join("\t".join(row) for row in ROWS)
    first, second = find_tables(f"{table}\n第二章\n这里没有指标，也没有数。\n再说一遍：指标很重要。\n还有。\n{table}\n")
    assert first.end < second.start
    assert len(first.entries) == len(second.entries) == len(STATED)
    assert {entry.number.bracketed for entry in first.entries} == {True, False}
