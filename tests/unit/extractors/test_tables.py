"""Tables of indicators, as plan reports and five-year plans have them."""

import pytest

from monitor.extractors.statements import extract
from storage.values import About, Measure, Op, Role, StatementData

ROWS = [
    ["序号", "指标", "单位", "2025年", "2030年", "属性"],
    ["1", "地区生产总值", "亿元", "312", "430", "预期性"],
    ["2", "森林覆盖率", "%", "61.2", "≥62", "约束性"],
    ["3", "研发经费投入增长", "%", "7", "8", "预期性"],
    ["4", "每千人口执业医师数", "人", "-", "3.6", "预期性"],
]


def _read(separator: str) -> tuple[str, list[StatementData]]:
    table = "\n".join(separator.join(row) for row in ROWS)
    text = f"二、2026年主要目标\n{table}\n\n全县新建公园3个。\n"
    return text, extract(text, About(year=2026))


@pytest.mark.parametrize("separator", ["\t", "   ", " | "])
def test_a_cell_below_a_year_is_a_statement(separator: str) -> None:
    _, found = _read(separator)
    told = [(one.indicator, one.value, one.unit, one.period, one.role.value, one.binding) for one in found[:-1]]
    assert told == [
        ("地区生产总值", 312, "亿元", "2025", "outturn", "预期性"),
        ("地区生产总值", 430, "亿元", "2030", "target", "预期性"),
        ("森林覆盖率", 61.2, "%", "2025", "outturn", "约束性"),
        ("森林覆盖率", 62, "%", "2030", "target", "约束性"),
        ("研发经费投入", 7, "%", "2025", "outturn", "预期性"),
        ("研发经费投入", 8, "%", "2030", "target", "预期性"),
        ("每千人口执业医师数", 3.6, "人", "2030", "target", "预期性"),
    ]
    assert (found[-1].indicator, found[-1].role) == ("新建公园", Role.TARGET)


def test_offsets_are_those_of_the_cell() -> None:
    text, found = _read("\t")
    assert all(text[one.start : one.end] == one.text for one in found)
    assert found[3].text == "62"
    assert text[found[3].sentence_start : found[3].sentence_end] == "\t".join(ROWS[2])


def test_marks_and_growth_are_read() -> None:
    _, found = _read("\t")
    assert (found[3].op, found[3].measure) == (Op.AT_LEAST, Measure.RATIO)
    assert found[5].measure is Measure.GROWTH


def test_a_sentence_about_indicators_heads_no_table() -> None:
    text = "二、2024年工作安排\n各单位对照2024年主要指标抓落实，力争增长5%。\n实有床位 900张。"
    assert [one.text for one in extract(text, About(year=2024))] == ["5%", "900张"]
