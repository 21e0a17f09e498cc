"""A morning with many reports: a front page of what moved most, then only what it does not tell."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.digest import DigestData, Rendered
from monitor.digest.render import MAX_HTML, MAX_LINES, render
from storage.values import ChangeKind, Op
from tests.digests import digest, figure, line, main_lines, part, sample, tail_lines, thirty_reports

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def soup(made: Rendered) -> BeautifulSoup:
    return BeautifulSoup(made.html, "lxml")


def gdp(before: str, after: str, place: str, code: str = "") -> DigestData:
    """A part whose only change is one of GDP; the texts are numbers of percent, "" for none."""
    texts = ((before, 2025), (after, 2026))
    sides = [figure(f"{text}%", float(text), year=year) if text else None for text, year in texts]
    kind = ChangeKind.DROPPED if not after else ChangeKind.ADDED if not before else ChangeKind.REWORDED
    if before and after and before != after:
        kind = ChangeKind.RAISED if float(after) > float(before) else ChangeKind.LOWERED
    one = line(kind, "地区生产总值", *sides, key="gdp", en="Gross regional product")
    return digest(part((one,), region=place, region_en="", region_code=code or f"99{len(place):04}"))


def together(*many: DigestData, language: str = "zh") -> DigestData:
    return replace(many[0], parts=tuple(part for one in many for part in one.parts), language=language)


@LANGUAGES
def test_a_crowded_morning_is_one_screen_first_and_short_throughout(language: str) -> None:
    made = sample("thirty-reports", language)
    assert len(made.text.splitlines()) <= MAX_LINES
    assert len(made.html.encode()) <= 40_000
    lines = made.text.splitlines()
    assert lines.index("[GDP 增长目标，变动大的在前]" if language == "zh" else
                       "[GDP growth targets, the largest moves first]") < 12  # fmt: skip


def test_the_front_page_has_the_widest_moves_first_and_what_stayed_last() -> None:
    made = render(
        together(
            gdp("6", "5.5", "霁梧市"), gdp("5", "5", "栖岚市"), gdp("7", "5", "澜泊区"), gdp("5", "6", "黛岚县"),
            gdp("", "6", "苍岚县"), gdp("6", "", "琼岚县"),
        )
    )  # fmt: skip
    table = soup(made).table
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    assert rows == [
        ["澜泊区", "7%", "5%", "↓ 2"],
        ["黛岚县", "5%", "6%", "↑ 1"],
        ["霁梧市", "6%", "5.5%", "↓ 0.5"],
        ["栖岚市", "5%", "5%", "= 改表述"],
        ["苍岚县", "—", "6%", "新"],
        ["琼岚县", "6%", "—", "未再提"],
    ]
    assert [head.get_text() for head in table.thead.find_all("th")][-1] == "变化 （百分点）"
    assert "GDP 增长：调低 2 份，调高 1 份，改表述 1 份，新 1 份，未再提 1 份" in made.text
    assert "变化（百分点）" in made.text


def test_the_figures_of_the_front_page_lead_to_their_sentences_and_the_places_to_their_reports() -> None:
    page = soup(sample("thirty-reports"))
    ids = {one["id"] for one in page.find_all(id=True)}
    for row in page.table.tbody.find_all("tr")[1:]:
        assert row.th.a["href"].removeprefix("#") in ids
        assert all("#s" in cell.a["href"] for cell in row.find_all("td") if cell.a and cell.a.get_text() != "5.2%")


def test_what_is_not_told_of_the_first_indicator_is_said_by_name() -> None:
    made = sample("thirty-reports")
    assert "未提 GDP 增长目标：翊泊区、黛岚县、苍泊区、琼岚县、澜梧市。" in made.text
    english = " ".join(sample("thirty-reports", "en").text.split())
    assert "Without a GDP growth target: Yibo District, Dailan County" in english


def test_alike_moves_of_many_places_are_one_line_with_all_their_names() -> None:
    text = sample("thirty-reports").text.replace("\n  ", "")
    (told,) = re.findall(r"^↓ CPI 涨幅 3%左右 → 2%左右：(.*)$", text, re.M)
    expected = {
        one.region
        for one in thirty_reports().parts
        if any(each.indicator_key == "cpi" and each.kind is ChangeKind.LOWERED for each in one.lines)
    }
    assert set(told.split("、")) == expected
    (item,) = (one for one in soup(sample("thirty-reports")).find_all("li") if "CPI" in one.get_text())
    assert {one.get_text() for one in item.find_all("a") if "#s" in one["href"]} == expected
    assert len(expected) == len(told.split("、"))


@LANGUAGES
def test_no_change_is_told_twice_and_none_is_left_out(language: str) -> None:
    """Each main change stands on the front page or in its report's paragraph; every paragraph has its address."""
    data = thirty_reports(language)
    text = re.sub(r"\s+", "" if language == "zh" else " ", sample("thirty-reports", language).text)
    for one in data.parts:
        assert f"{one.kept_url}" in text
    assert text.count("进出口总额增长4%" if language == "zh" else "Foreign trade growth 4%") == sum(
        each.indicator_key == "foreign_trade" and each.kind is ChangeKind.ADDED
        for one in data.parts
        for each in one.lines
    )


def test_reports_that_share_no_main_target_have_an_overview_with_a_line_each() -> None:
    parts = [part(tail_lines(3 + n), region=f"{name}市", region_code=f"9901{n:02}") for n, name in enumerate("霁栖澜")]
    made = render(digest(*parts))
    assert "[GDP" not in made.text
    assert made.text.count("项目标有变化") == 4  # and in the subject
    assert soup(made).table.caption.get_text() == "本期要点 · 共 3 份报告 · 2026"


def test_the_first_reports_are_told_at_length_as_far_as_the_lines_go() -> None:
    many = together(*(gdp("6", "5.5", f"{name}市", f"99010{n}") for n, name in enumerate("霁栖澜黛")))
    text = render(many).text
    assert text.count("[主要目标]") == 4
    long = replace(many, parts=tuple(replace(one, lines=main_lines()) for one in many.parts))
    text = render(long).text
    assert 0 < text.count("[主要目标]") < 4
    assert "\n其余报告\n" in text
    assert len(text.splitlines()) <= MAX_LINES


@LANGUAGES
def test_what_is_left_out_is_counted_and_the_page_with_all_of_it_named(language: str) -> None:
    data = thirty_reports(language, 60)
    parts = tuple(replace(one, region_code=f"{n:06}", region=f"{one.region}{n}") for n, one in enumerate(data.parts))
    made = render(replace(data, parts=parts))
    assert len(made.text.splitlines()) <= MAX_LINES
    assert len(made.html.encode()) <= MAX_HTML
    counted = re.search(
        r"另有 (\d+) 份报告未逐一列出" if language == "zh" else r"(\d+) more reports are not", made.text
    )
    assert counted
    assert int(counted[1]) + made.text.count("\n* ") == 60
    assert "http://127.0.0.1:8321/\n" in made.text
    assert 'href="http://127.0.0.1:8321/"' in made.html


def test_a_chat_is_told_the_front_page() -> None:
    chat = sample("thirty-reports").chat
    assert chat[0] == sample("thirty-reports").subject
    assert "GDP 增长：调低 13 份，调高 4 份，改表述 4 份，未变 4 份" in chat
    assert "↓ 蔚梧市 7%左右 → 6%左右 ↓ 1" in chat
    assert len(chat) < 60
    assert "http://127.0.0.1:8321/" in chat


def test_amounts_are_compared_in_their_own_words() -> None:
    def jobs(number: int, before: float, after: float, unit: str) -> DigestData:
        sides = [figure(f"{value:g}{unit}", value, unit) for value in (before, after)]
        one = line(ChangeKind.LOWERED, "城镇新增就业", *sides, key="urban_new_jobs", en="New urban jobs")
        return digest(part((one,), region=f"{'霁栖澜'[number]}市", region_code=f"99010{number}"))

    made = render(together(jobs(0, 9, 8.7, "万人"), jobs(1, 5000, 4000, "人"), jobs(2, 1.2, 1, "万人")))
    rows = [row.get_text(" ") for row in soup(made).table.tbody.find_all("tr")]
    assert [row.split()[0] for row in rows] == ["栖市", "澜市", "霁市"]
    assert "↓ 1,000 人" in rows[0]


_SIDE = st.one_of(st.none(), st.floats(-20, 20, allow_nan=False).map(lambda value: figure("x", value)))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(_SIDE, _SIDE, st.sampled_from(list(ChangeKind)), st.sampled_from(list(Op))), min_size=3, max_size=6
    )
)
def test_any_changes_make_a_front_page(sides: list[tuple[object, object, ChangeKind, Op]]) -> None:
    parts = []
    for number, (before, after, kind, op) in enumerate(sides):
        shown = [replace(one, op=op) if one else None for one in (before, after)]  # type: ignore[type-var]
        if not any(shown):
            shown[1] = figure("5%", 5)
        lines = (line(kind, "地区生产总值", shown[0], shown[1], key="gdp"),)
        parts.append(part(lines, region=f"云{number}市", region_code=f"9901{number:02}"))
    made = render(digest(*parts))
    assert len(made.text.splitlines()) <= MAX_LINES
    assert all(f"云{number}市" in made.text for number in range(len(parts)))


def test_what_came_of_the_last_targets_is_marked_and_told_once() -> None:
    came = figure("5.6%", 5.6, period="2025")
    lines = (
        replace(main_lines()[7], outturn=came, judged=ChangeKind.MISSED),
        line(ChangeKind.MISSED, "地区生产总值", main_lines()[7].before, came, key="gdp"),
    )
    parts = [
        part(lines, region=f"{name}市", region_code=f"9903{n:02}")
        for n, name in enumerate("霁栖澜黛苍琼翊皓蔚沅枫洛涵")
    ]
    made = render(digest(*parts))
    assert made.text.count("5.6% ✗") == len(parts)
    assert "* 霁市" in made.text
    assert "✗ 地区生产总值" not in made.text


def test_moves_of_the_reports_that_are_told_at_length_are_left_to_them() -> None:
    fell = line(ChangeKind.LOWERED, "固定资产投资", figure("6%", 6), figure("3%", 3), key="fixed_asset_investment")
    many = together(*(gdp("6", "5.5", f"{name}市", f"99010{n}") for n, name in enumerate("霁栖澜")))
    long = replace(many, parts=tuple(replace(one, lines=(*one.lines, fell)) for one in many.parts))
    text = render(long).text
    assert text.count("[主要目标]") == 3
    assert "[其他主要目标的变化]" not in text


def test_a_target_of_another_year_than_the_last_says_so() -> None:
    old = figure("6.5%", 6.5, period="2020", year=2020)
    parts = [
        part((replace(main_lines()[7], before=old if number == 1 else main_lines()[7].before),),
             region=f"{name}市", region_code=f"9903{number:02}")
        for number, name in enumerate("霁栖澜")
    ]  # fmt: skip
    rows = {row.th.get_text(): row.td.get_text() for row in soup(render(digest(*parts))).table.tbody.find_all("tr")}
    assert rows == {"霁市": "6.5%以上", "栖市": "6.5%（2020 年）", "澜市": "6.5%以上"}
    assert soup(render(digest(*parts))).table.thead.find_all("th")[1].get_text() == "2025 目标"
