"""One figure in words, in both languages."""

import re
from pathlib import Path

import pytest

from monitor.digest import Figure
from monitor.digest.figures import difference, label, said, short_label
from monitor.digest.rows import line_name
from monitor.digest.words import _CONSOLE, _TABLES, WORDS, Words
from storage.values import ChangeKind, Kind, Measure, Op
from tests.digests import figure, line

GROWTH, LEVEL, RATIO, DELTA, RANK, RELATIVE = (
    Measure.GROWTH, Measure.LEVEL, Measure.RATIO, Measure.DELTA, Measure.RANK, Measure.RELATIVE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "zh", "en"),
    [
        (figure("6.5%", 6.5, op=Op.AT_LEAST), "增长6.5%以上", "up 6.5%+"),
        (figure("6%", 6, op=Op.ABOUT), "增长6%左右", "up ~6%"),
        (figure("5%—6%", 5, value_hi=6, op=Op.RANGE), "增长5%—6%", "up 5%–6%"),
        (figure("3%", -3), "下降3%", "down 3%"),
        (figure("-3%", -3, op=Op.ABOUT), "下降3%左右", "down ~3%"),
        (figure("5.5%", 5.5, measure=RATIO, op=Op.AT_MOST), "5.5%以内", "≤5.5%"),
        (
            figure("8.7万人", 8.7, "万人", measure=LEVEL, op=Op.AT_LEAST),
            "8.7万人以上",
            "87,000+ people",
        ),
        (figure("90亿元", 90, "亿元", measure=LEVEL), "90亿元", "9 billion yuan"),
        (figure("1.2万亿元", 1.2, "万亿元", measure=LEVEL), "1.2万亿元", "1.2 trillion yuan"),
        (figure("30所", 30, "所", measure=LEVEL), "30所", "30"),
        (figure("85公里", 85, "公里", measure=LEVEL), "85公里", "85 km"),
        (figure("2000台套", 2000, "台套", measure=LEVEL), "2000台套", "2000台套"),
        (figure("1500余套", 1500, "套", measure=LEVEL, op=Op.AT_LEAST), "1500余套", "1,500+"),
        (figure("1个百分点", 1, "个百分点", measure=DELTA), "提高1个百分点", "up 1 percentage point"),
        (figure("0.5个百分点", -0.5, "个百分点", measure=DELTA), "降低0.5个百分点", "down 0.5 percentage points"),
        (figure("200元", -200, "元", measure=DELTA), "减少200元", "down 200 yuan"),
        (figure("30 %", 30, measure=RATIO), "30%", "30%"),
        (figure("前三", None, None, measure=RANK), "前三", "前三"),
        (
            figure("同步", None, None, measure=RELATIVE, op=Op.IN_STEP, reference="经济增长"),
            "与经济增长同步",
            "in step with economic growth",
        ),
        (
            figure("不低于", None, None, measure=RELATIVE, op=Op.AT_LEAST, reference="邻区平均水平"),
            "不低于邻区平均水平",
            "not below 邻区平均水平",
        ),
        (
            figure("高于", None, None, measure=RELATIVE, op=Op.ABOVE, reference="邻区平均水平"),
            "高于邻区平均水平",
            "above 邻区平均水平",
        ),
        (figure("５．５％", 5.5, op=Op.ABOUT), "增长5.5%左右", "up ~5.5%"),
        (figure("30万元/人", 30, "万元/人", measure=LEVEL, op=Op.ABOUT), "30万元/人左右", "~300,000 yuan per person"),
        (figure("全覆盖", None, None, measure=RELATIVE), "全覆盖", "全覆盖"),
    ],
)
def test_a_figure_reads_as_a_native_would_write_it(made: object, zh: str, en: str) -> None:
    assert (said(made, "zh"), said(made, "en")) == (zh, en)  # type: ignore[arg-type]  # parametrized


def test_growth_without_its_sign_is_bare_but_a_fall_still_says_so() -> None:
    assert said(figure("6%", 6, op=Op.ABOUT), "zh", signed=False) == "6%左右"
    assert said(figure("3%", -3), "zh", signed=False) == "下降3%"


@pytest.mark.parametrize(
    ("made", "en"),
    [
        (figure("871.6亿斤", 871.6, "亿斤", measure=LEVEL, op=Op.AT_LEAST), "87.16 billion+ jin"),
        (figure("5%—5.5%左右", 5, value_hi=5.5, op=Op.ABOUT), "~5%–5.5%"),
        (figure("80—90万人", 80, "万人", measure=LEVEL, value_hi=90, op=Op.RANGE), "800,000–900,000 people"),
        (figure("20—30台套", 20, "台套", measure=LEVEL, value_hi=30, op=Op.RANGE), "20–30台套"),
    ],
)
def test_a_figure_has_one_form_in_english_and_its_range_an_english_dash(made: Figure, en: str) -> None:
    assert said(made, "en", signed=False) == en


@pytest.mark.parametrize(
    ("reference", "en"),
    [
        ("全国、全省平均水平", "the national and provincial averages"),
        ("全国和全市", "the national figure and the city figure"),
        ("地区生产总值增速", "GDP growth"),
        ("固定资产投资增速", "fixed asset investment growth"),
    ],
)
def test_what_a_target_is_tied_to_is_translated(reference: str, en: str) -> None:
    assert said(figure("高于", None, None, measure=RELATIVE, op=Op.ABOVE, reference=reference), "en") == f"above {en}"


def test_no_name_is_half_in_each_language() -> None:
    assert label("新型储能", "", "~新型储能", GROWTH, "en") == "新型储能增长"


@pytest.mark.parametrize(
    ("before", "after", "zh", "en"),
    [
        (figure("6.5%", 6.5), figure("6%", 6), "0.5 个百分点", "0.5 pts"),
        (figure("5%", 5), figure("4%", 4), "1 个百分点", "1 pt"),
        (figure("5%—6%", 5, value_hi=6, op=Op.RANGE), figure("5%", 5), "", ""),
        (
            figure("9万人", 9, "万人", measure=LEVEL),
            figure("8.7万人", 8.7, "万人", measure=LEVEL),
            "0.3 万人",
            "3,000 people",
        ),
        (
            figure("9000人", 9000, "人", measure=LEVEL),
            figure("1万人", 1, "万人", measure=LEVEL),
            "0.1 万人",
            "1,000 people",
        ),
        (figure("5%", 5), figure("4亿元", 4, "亿元", measure=LEVEL), "", ""),
        (figure("5亿元", 5, "亿元", measure=LEVEL), figure("4公里", 4, "公里", measure=LEVEL), "", ""),
        (figure("5%", float("nan")), figure("4%", 4), "", ""),
        (figure("5%", 5), figure("5%", 5), "", ""),
    ],
)
def test_a_difference_is_told_in_points_or_in_the_unit_of_the_new_figure_but_not_of_a_range(
    before: Figure, after: Figure, zh: str, en: str
) -> None:
    assert (difference(before, after, "zh"), difference(before, after, "en")) == (zh, en)


def test_a_growth_target_is_named_as_growth_once() -> None:
    assert label("地区生产总值", "GDP", "gdp", GROWTH, "zh") == "地区生产总值增长"
    assert label("居民消费价格涨幅", "", "cpi", GROWTH, "zh") == "居民消费价格涨幅"
    assert label("居民消费价格", "Consumer prices (CPI)", "cpi", GROWTH, "en") == "CPI rise"
    assert label("经济", "GDP", "gdp", GROWTH, "en") == "GDP growth"
    assert label("单位能耗", "", "", GROWTH, "zh", falls=True) == "单位能耗"
    assert short_label("地区生产总值", "GDP", "gdp", GROWTH, "zh") == "GDP 增长"


def test_a_name_without_english_stays_chinese() -> None:
    assert label("新建改造幼儿园", "", "新建改造幼儿园", LEVEL, "en") == "新建改造幼儿园"


def test_both_languages_have_the_same_words() -> None:
    for table in (_TABLES, _CONSOLE):
        zh, en = (set(table[language]) for language in ("zh", "en"))
        assert {key for key in zh ^ en if not key.endswith("_one")} == set()


def test_the_words_of_digests_and_of_the_console_are_one_table() -> None:
    for language in ("zh", "en"):
        assert _TABLES[language].keys() & _CONSOLE[language].keys() == set()


def test_every_gap_of_a_wording_is_the_same_in_both_languages() -> None:
    for table in (_TABLES, _CONSOLE):
        for key, wording in table["zh"].items():
            gaps = {part.split("}")[0] for part in wording.split("{")[1:]}
            assert gaps == {part.split("}")[0] for part in table["en"][key].split("{")[1:]}, key


def test_an_unknown_language_or_word_is_an_error() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        Words("fr")
    with pytest.raises(KeyError):
        WORDS["zh"]["nonsense"]


def test_no_wording_is_left_that_nothing_says() -> None:
    monitor = Path(__file__).resolve().parents[2] / "monitor"
    files = [
        *(monitor / "digest").glob("*.py"),
        *(monitor / "console").glob("*.py"),
        *(monitor / "templates").glob("**/*.j2"),
    ]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    made_up = (*re.findall(r"""["']([a-z_]+_)(?:["'] [~+]|\{)""", source), *Kind)  # keys put together: "role_" ~ role
    keys = [*_TABLES["zh"], *_CONSOLE["zh"]]
    said = {key for key in keys if f'"{key}"' in source or f"'{key}'" in source}
    unsaid = {key for key in keys if key not in said and not key.startswith(made_up)}
    assert {key for key in unsaid if not key.endswith(("_word", "_hint"))} == set()


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("壮大云参等特色产业，产值350亿元以上。", "产值（壮大云参等特色产业）"),
        ("新建园区3个；云参全产业链产值350亿元以上。", "产值（云参全产业链）"),
        (
            "大力发展云参霁菌黛茶澜米等各类山地特色农产品深加工产业，产值350亿元以上。",
            "产值（…米等各类山地特色农产品深加工产业）",
        ),
        ("产值350亿元以上。", "产值"),
        ("云菌产业，抓好菌种选育、棚室改造，力争产值达到350亿元以上。", "产值（云菌产业）"),
        ("到2026年，云菌产业力争实现产值350亿元以上。", "产值（云菌产业力争实现）"),
        (
            "提质运营霁石、澜竹、黛茶等各类山地特色农产品深加工产业，办好博览会，产值350亿元以上。",
            "产值（提质运营霁石、澜竹、黛茶等各类山…）",
        ),
    ],
)
def test_a_bare_indicator_says_whose_it_is_in_the_sentences_words(sentence: str, name: str) -> None:
    made = figure("350亿元", 350, "亿元", measure=LEVEL, op=Op.AT_LEAST, sentence=sentence)
    assert line_name(line(ChangeKind.ADDED, "产值", None, made), "zh") == name
    assert line_name(line(ChangeKind.ADDED, "工业产值", None, made), "zh") == "工业产值"


@pytest.mark.parametrize(
    ("ahead", "name"),
    [
        ("办好霁梧菌菇节。云菌全产业链，抓好种植，面积稳定在3万亩。", "产值（云菌全产业链）"),
        ("力争突破云菌加工瓶颈。\n", "产值（云菌加工瓶颈）"),
        ("", "产值"),
    ],
)
def test_a_bare_indicator_at_the_head_of_a_sentence_is_of_what_the_one_before_is_of(ahead: str, name: str) -> None:
    made = figure("350亿元", 350, "亿元", measure=LEVEL, sentence="产值突破350亿元。", ahead=ahead)
    assert line_name(line(ChangeKind.ADDED, "产值", None, made), "zh") == name
