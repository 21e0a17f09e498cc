"""Plain text maps back to the saved text, character by character."""

import re

import pytest

from monitor.extractors.script import read_script
from monitor.extractors.statements import extract
from storage.values import About


def _saved(text: str, plain: str) -> str:
    script = read_script(text)
    at = script.plain.index(plain)
    start, end = script.saved(at, at + len(plain))
    return text[start:end]


def test_full_width_becomes_half_width_one_for_one() -> None:
    script = read_script("增长５．５％，新建３座;")
    assert script.plain == "增长5.5%，新建3座；"
    assert list(script.offsets) == list(range(len(script.text)))


def test_a_thousands_comma_stays_and_a_clause_comma_becomes_full_width() -> None:
    assert read_script("完成1,070万元,增长5%").plain == "完成1,070万元，增长5%"


def test_pinyin_glosses_go_and_offsets_still_hold() -> None:
    text = "區(qū)屬企業(yè)達(dá)到12戶,河(湖)長制" + "國家發展經濟產業" * 6
    assert read_script(text).plain.startswith("区属企业达到12户，河（湖）长制")
    assert _saved(text, "12户") == "12戶"
    assert _saved(text, "企业达到") == "企業(yè)達(dá)到"


def test_simplified_text_is_not_converted() -> None:
    assert read_script("乾隆年间的著作").plain == "乾隆年间的著作"


def test_stray_spaces_go_but_words_stay_apart() -> None:
    assert read_script("增长 5 %，打造 AI for all 平台").plain == "增长5%，打造AI for all平台"


def test_lines_wrapped_inside_sentences_are_joined_over_page_numbers() -> None:
    line = "全县上下凝心聚力谋发展千方百计促增长各项事业都取得了新的进展和成"
    text = "\n".join([line] * 24) + "\n— 3 —\n\n效显著提升。\n二、下一步"
    plain = read_script(text).plain
    assert plain.endswith("新的进展和成效显著提升。\n二、下一步")
    assert plain.count("\n") == 1


LINE = "全县上下凝心聚力谋发展千方百计促增长各项事业都取得了新的进展和成"


def test_a_heading_that_fills_its_line_is_not_joined_with_the_paragraph_behind_it() -> None:
    heading = "三、坚持把科技进步和智力开发放在重要的战略地位更好地发展科教"
    paragraphs = "\n\n".join(["\n".join([LINE] * 5) + "\n效显著提升。"] * 8)
    plain = read_script(f"{paragraphs}\n\n{heading}\n\n{LINE}\n效显著提升。").plain
    assert f"\n{heading}\n" in plain
    assert plain.count("和成效显著") == 9


def test_an_indent_begins_a_paragraph_where_most_lines_have_none() -> None:
    paragraphs = "\n".join(["　　" + LINE[2:] + "\n" + "\n".join([LINE] * 4)] * 6)
    plain = read_script(paragraphs).plain
    assert plain.count("\n") == 5


def test_spaces_and_invisible_marks_at_the_end_of_a_line_change_nothing() -> None:
    plain = read_script("“\n两个中心\n”建成。\n做到100\n户。").plain
    for end in (" ", "\r", "\u3000", " \r"):
        assert read_script(f"“{end}\n两个中心{end}\n”建成。{end}\n做到100{end}\n户。").plain == plain
    wrapped = "\n\n".join(["\n".join([LINE] * 5) + "\n效显著提升。"] * 8)
    heading = f"{wrapped}\n\n{LINE}\n{LINE}{LINE[:1]}。\u200b\n\n二、工作安排\n\n{wrapped}"
    assert read_script(heading).plain == read_script(heading.replace("\u200b", "")).plain


def test_a_number_with_wide_commas_is_one_also_before_a_space() -> None:
    assert "9,970,000,000元" in read_script("工商税收为９，９７０，０００，０００ 元，农业税较少").plain


def test_lines_of_an_ordinary_text_stay() -> None:
    text = "一、工作回顾\n今年以来，全县经济稳中向好。\n二、工作安排"
    assert read_script(text).plain == text


def test_a_slipped_gbk_run_is_flagged_and_not_repaired() -> None:
    script = read_script("全年產值增長。?！皟绍嚒碑a業配套企業產值增長12%")
    assert len(script.unreadable) == 1
    assert "12%" in script.plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("征收房屋 1 7 00 户，新修道路1 0条", "征收房屋1700户，新修道路10条"),
        ("财政收入完成 3.6 2亿元，增长1 2 ．7 ％", "财政收入完成3.62亿元，增长12.7%"),
        ("1 9 9 7 年，水泥产量1，250万吨", "1997年，水泥产量1,250万吨"),
        ("支出２７，２０３，３１９，０００元", "支出27,203,319,000元"),
    ],
)
def test_a_number_that_the_layout_tore_apart_is_one(text: str, plain: str) -> None:
    assert read_script(text).plain == plain


@pytest.mark.parametrize(
    "text", ["森林覆盖率% 61 62约束性", "“1 10 100”工程", "2026/2/12 15:20:47", "2025 312亿元", "分别为5，300、6，2个"]
)
def test_numbers_that_stand_side_by_side_stay_apart(text: str) -> None:
    plain = read_script(text).plain
    assert re.findall(r"\d+", text) == re.findall(r"\d+", plain)


def test_what_stands_beside_words_that_nobody_can_read_says_so() -> None:
    text = "二、2024年工作安排\n新增配套?！皟绍嚒碑a业企业320个。\n新建学校3所。"
    spoilt, whole = extract(text, About(year=2024))
    assert spoilt.rules[-1] == "unreadable words beside"
    assert "unreadable words beside" not in whole.rules


def test_a_line_that_stops_in_front_of_a_closing_mark_goes_on() -> None:
    text = "做到“\n两个到位\n”，出台《\n管理办法\n》等28部规章\n。\n二、工作安排"
    assert read_script(text).plain == "做到“两个到位”，出台《管理办法》等28部规章。\n二、工作安排"
