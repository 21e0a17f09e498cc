"""A digest as its readers get it: subject, text, HTML."""

import re
import unicodedata
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest import DigestData, Rendered
from monitor.digest.render import MAX_HTML, MAX_TEXT, render
from monitor.digest.sentences import fragments, plain
from storage.values import ChangeKind, Kind, Op
from tests.digests import (
    SAMPLES,
    a_year,
    broken_source,
    conflict,
    correction,
    digest,
    example,
    figure,
    first_report,
    line,
    main_lines,
    part,
    revision,
    sample,
    tail_lines,
    thirty_reports,
)

EVERY = [(name, language) for name in SAMPLES for language in ("zh", "en")]


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def soup(rendered: Rendered) -> BeautifulSoup:
    return BeautifulSoup(rendered.html, "lxml")


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (a_year(), "云溪市 2026：GDP 增长目标 6.5%以上 → 6%左右，另有 8 项主要目标变化"),
        (a_year("en"), "Yunxi 2026: GDP growth target 6.5%+ → ~6%, 8 more targets"),
        (first_report(), "云溪市 2026 报告：GDP 增长 6%左右等 8 项主要目标"),
        (revision(), "澄岭省 2026（修订）：GDP 增长目标 5%左右 → 5.5%左右"),
        (revision("en"), "Chengling 2026 (revised): GDP growth target ~5% → ~5.5%"),
        (conflict("en"), "Yunxi 2026 (disputed): GDP growth target ~6% / ~6.5%"),
        (correction(), "云溪市 2026（更正）：GDP 增长目标应为 6%左右，此前误作 5.1%，另有 3 项更正"),
        (correction("en"), "Yunxi 2026 (corrected): GDP growth target is ~6%, not 5.1%"),
        (conflict(), "云溪市 2026（出处不一）：GDP 增长目标 6%左右 / 6.5%左右"),
        (thirty_reports(), "霁岚县 2026：GDP 增长目标 7%左右 → 6%左右，等 30 份报告"),
        (broken_source(), "来源读取失败：霁梧市人民政府·政府工作报告（连续 3 次），等 4 条来源动态"),
        (example(), "【示例】云溪市 2026 报告：GDP 增长 6%左右等 8 项主要目标"),
        (digest(part(tail_lines(4))), "云溪市 2026：新增公园等 4 项目标有变化"),
        (digest(part(main_lines()[7:8])), "云溪市 2026：GDP 增长目标 6.5%以上 → 6%左右"),
        (digest(part(main_lines()[8:9])), "云溪市 2026：不再提进出口总额增长目标（原为 8%）"),
        (digest(part(main_lines()[9:10])), "云溪市 2026：GDP 增长 5.6%，未完成 6.5%以上 的目标"),
        (
            digest(part(main_lines()[9:12])),
            "云溪市 2026：GDP 增长 5.6%，未完成 6.5%以上 的目标，另有 2 项主要目标完成情况",
        ),
        (
            digest(part(main_lines()[9:12]), language="en"),
            "Yunxi 2026: GDP growth 5.6%, target 6.5%+ missed",
        ),
        (
            digest(part((*main_lines()[9:12], *main_lines()[7:8], *main_lines()[2:3]))),
            "云溪市 2026：GDP 增长目标 6.5%以上 → 6%左右，另有 1 项主要目标变化",
        ),
        (
            digest(part(tuple(replace(one, headline=False) for one in main_lines()[9:12]))),
            "云溪市 2026：地区生产总值增长等 3 项目标的完成情况",
        ),
        (
            digest(part((*tail_lines(4), *(replace(one, headline=False) for one in main_lines()[9:12])))),
            "云溪市 2026：新增公园等 4 项目标有变化",
        ),
        (
            digest(part(main_lines()[7:8], kind=Kind.PLAN_REPORT)),
            "云溪市 2026 计划报告：GDP 增长目标 6.5%以上 → 6%左右",
        ),
    ],
)
def test_the_subject_is_the_news(data: DigestData, subject: str) -> None:
    assert render(data).subject == subject


def test_an_english_subject_has_the_short_name_of_a_region_and_is_cut_between_words() -> None:
    steppe = replace(part(main_lines()), region_en="Inner Mongolia Autonomous Region", region_code="990000")
    others = [part(main_lines()[2:4], region_code=f"9901{index:02}") for index in range(5)]
    assert render(digest(steppe, *others, language="en")).subject == (
        "Inner Mongolia 2026: GDP growth 6.5%+ → ~6% · 6 reports"
    )
    long = replace(steppe, region_en="Upper Valley of the Seven Rivers")
    assert render(digest(long, *others, language="en")).subject == (
        "Upper Valley of the Seven Rivers 2026: 9 main targets…"
    )


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_subject_has_at_most_sixty_characters(name: str, language: str) -> None:
    assert 0 < len(sample(name, language).subject) <= 60


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_text_part_is_72_columns_wide(name: str, language: str) -> None:
    for text in sample(name, language).text.splitlines():
        assert columns(text) <= 72 or text.strip().startswith("http"), text


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_html_part_is_at_most_90_kilobytes_and_loads_nothing(name: str, language: str) -> None:
    rendered = sample(name, language)
    assert len(rendered.html.encode()) <= MAX_HTML
    page = soup(rendered)
    assert all(img["src"].startswith("cid:") for img in page.find_all("img"))
    assert not page.find_all(["script", "link", "iframe", "object", "form", "input", "base"])
    assert "url(" not in rendered.html
    assert "@import" not in rendered.html


@pytest.mark.parametrize("data", [a_year(), conflict("en")])
def test_the_same_data_gives_the_same_bytes(data: DigestData) -> None:
    assert render(data) == render(replace(data))


def test_the_text_part_tells_a_changed_target_whole() -> None:
    text = sample("year").text
    assert re.search(r"^地区生产总值增长 +6\.5%以上 +5\.6% ✗ +6%左右 +↓ 0\.5 个百分点$", text, re.M)
    assert re.search(r"^指标 +2025目标 +2025完成 +2026目标 +变化$", text, re.M)
    assert "综合考虑各方面因素，建议今年全市" in text.replace("\n  ", "")
    assert "http://127.0.0.1:8321/documents/12#s" in text
    assert "https://www.yunxi.example/zwgk/2026/t12.html" in text


def test_changed_rows_come_first_then_new_ones_then_dropped_ones_and_gdp_before_all() -> None:
    names = [row.th.get_text() for row in soup(sample("year")).find("table").tbody.find_all("tr")]
    assert names == [
        "地区生产总值增长", "一般公共预算收入增长", "固定资产投资增长", "社会消费品零售总额增长", "城镇新增就业",
        "居民消费价格涨幅", "居民收入", "单位地区生产总值能耗", "进出口总额增长",
    ]  # fmt: skip


def test_every_figure_links_to_its_sentence_and_the_sentence_marks_the_number() -> None:
    page = soup(sample("year"))
    cells = page.find("table").tbody.find_all("td")
    figures = [
        cell for cell in cells if re.search(r"\d", cell.get_text()) and "↓" not in cell.text and "↑" not in cell.text
    ]
    assert len(figures) > 15
    assert all(cell.a["href"].startswith("http://127.0.0.1:8321/documents/") for cell in figures)
    quoted = [mark.get_text() for mark in page.find("div", class_="quote").find_all("mark")]
    assert quoted == ["6%", "4%", "7%", "6.5%", "8.7万人", "2%", "与经济增长同步", "3%"]


def test_tables_can_be_read_aloud() -> None:
    for table in soup(sample("year")).find_all("table"):
        assert table.caption.get_text()
        assert all(head["scope"] == "col" for head in table.thead.find_all("th"))
        assert all(row.th["scope"] == "row" for row in table.tbody.find_all("tr"))


def test_a_long_tail_is_folded_to_counts_beyond_twenty_with_a_link_to_all_of_it() -> None:
    rendered = sample("year")
    assert len(soup(rendered).find_all("li")) == 20
    folded = rendered.text[rendered.text.index("其余 14 项未列出") :]
    assert "http://127.0.0.1:8321/documents/12\n" in folded


def test_the_counts_of_a_folded_tail_add_up() -> None:
    text = render(digest(part(tail_lines(60)))).text.replace("\n", "")
    told, listed = re.search(r"其余 (\d+) 项未列出：(.*?)。", text).groups()
    assert int(told) == 40 == sum(map(int, re.findall(r"(\d+) ?项", listed)))


def test_a_revision_shows_the_words_before_and_after() -> None:
    text = sample("revision").text
    assert (
        text.index("修订前：")
        < text.index("“地区生产总值增长5%左右")
        < text.index("修订后：")
        < text.index("“地区生产总值增长5.5%左右")
    )


def test_a_conflict_names_both_publishers() -> None:
    rendered = sample("conflict")
    heads = [head.get_text() for head in soup(rendered).table.thead.find_all("th")]
    assert heads == ["指标", "云溪市人民政府", "云溪日报"]
    assert "* 云溪日报：" in rendered.text


def test_a_correction_says_what_we_told_and_what_the_report_says() -> None:
    text = sample("correction").text
    assert "[更正：我们此前读错了]" in text
    assert re.search(r"^地区生产总值增长 +5\.1% +6%左右$", text, re.M)
    assert re.search(r"^工业投资增长 +固定资产投资增长 8% +8%$", text, re.M)
    assert re.search(r"^财政收入增长 +5\.1% +报告没有此项$", text, re.M)
    assert re.search(r"^粮食总产 +漏列 +12万吨以上$", text, re.M)
    assert text.count("其中工业投资增长8%") == 1
    chat = sample("correction").chat
    assert "≠ 地区生产总值增长 6%左右（此前误作：5.1%）" in chat
    english = sample("correction", "en").text
    assert "[Corrected: we had misread the report]" in english
    assert re.search(r"^Grain output +nothing +120,000\+ tonnes$", english, re.M)


def test_a_correction_among_many_reports_is_told_with_its_report() -> None:
    corrected = replace(correction().parts[0], region="枫汀市", region_code="990900")
    text = render(digest(*thirty_reports().parts[:9], corrected)).text
    assert "GDP 增长目标，变动大的在前" in text
    assert "≠ 地区生产总值增长 6%左右（此前误作：5.1%）" in re.sub(r"\n +", "", text)


def test_a_target_that_was_missed_is_marked_in_its_row_and_told_once() -> None:
    text = sample("year").text
    assert "5.6% ✗" in text
    assert "5.2% ✓" in text
    results = text[text.index("[上期目标完成情况]") : text.index("[2026 年目标与上级")]
    assert "城镇调查失业率" in results
    assert "地区生产总值" not in results


def test_unchanged_main_targets_are_one_line() -> None:
    assert "未变：城镇调查失业率 5.5%以内" in sample("year").text


def test_a_flood_of_reports_still_fits_and_is_counted() -> None:
    flood = thirty_reports()
    data = replace(
        flood, parts=tuple(replace(each, region_code=f"{code:06}") for code in range(2) for each in flood.parts)
    )
    rendered = render(data)
    assert len(rendered.html.encode()) <= MAX_HTML
    assert len(rendered.text.encode()) <= MAX_TEXT
    assert "60 份报告" in rendered.text
    assert rendered.payload.count(b'"region_code"') == 60


def test_an_example_is_marked_in_every_form() -> None:
    for language, prefix, banner in (
        ("zh", "【示例】", "示例：以下内容"),
        ("en", "[Example] ", "Example: these are invented"),
    ):
        rendered = render(example(language))
        assert rendered.subject.startswith(prefix)
        assert banner in rendered.text
        assert banner in rendered.html
        assert b'"example":true' in rendered.payload


def test_an_example_never_leads_when_there_is_real_news() -> None:
    made = example()
    mixed = replace(made, parts=made.parts + revision().parts)
    rendered = render(mixed)
    assert rendered.subject == sample("revision").subject
    assert "示例：以下内容" in rendered.html


def test_notices_say_what_happened_and_when() -> None:
    text = sample("broken-source").text
    assert "! 霁梧市人民政府·政府工作报告：连续 3 次读取失败" in text
    assert "2026-01-21 08:00" in text
    assert "首次巡查，已记录 2023—2025 年的 3 份报告" in sample("first-report").text.replace("\n  ", "")


def test_the_foot_says_why_and_how_many_sources_answer() -> None:
    for language, why, sources in (
        ("zh", "您订阅了", "共关注 34 个来源，33 个正常"),
        ("en", "You watch", "34 sources watched, 33"),
    ):
        text = render(revision(language)).text
        assert why in text
        assert sources in text


def test_english_keeps_quotations_in_chinese_and_says_so() -> None:
    text = sample("year", "en").text
    assert "综合考虑各方面因素" in text
    assert "Quotations are left in Chinese." in text
    assert re.search(r"^GDP growth +6\.5%\+ +5\.6% ✗ +~6% +↓ 0\.5 pts$", text, re.M)


def test_a_target_for_another_period_says_which() -> None:
    after = figure("5%", 5, period="2026/2030")
    text = render(digest(part((line(ChangeKind.ADDED, "地区生产总值", None, after, key="gdp"),)))).text
    assert "地区生产总值增长（2026—2030 年）" in text


def test_targets_beyond_the_year_have_a_table_of_their_own() -> None:
    plan = line(ChangeKind.ADDED, "地区生产总值", None, figure("5%", 5, op=Op.AT_LEAST, period="2026/2030"), key="gdp")
    rendered = render(digest(part((*main_lines(), plan))))
    captions = [table.caption.get_text() for table in soup(rendered).find_all("table")]
    assert captions == ["主要目标", "中长期主要目标", "上期目标完成情况"]
    assert re.search(r"^地区生产总值增长（2026—2030 年） +5%以上$", rendered.text, re.M)
    assert rendered.subject == sample("year").subject


def test_a_long_quotation_is_cut_between_clauses_and_never_within_a_number() -> None:
    sentence = (
        "此外，"
        + "各项工作扎实推进，" * 20
        + "地区生产总值增长6%左右，城镇调查失业率控制在5.5%左右，"
        + "粮食产量保持稳定、" * 30
        + "完。"
    )
    after = figure("6%", 6, sentence=sentence)
    text = render(digest(part((line(ChangeKind.ADDED, "地区生产总值", None, after, key="gdp"),)))).text
    quoted = re.search(r"“(.*?)”", text, re.S).group(1).replace("\n  ", "")
    assert len(quoted) < 300
    assert "地区生产总值增长6%左右，城镇调查失业率控制在5.5%左右，" in quoted
    assert re.fullmatch(r"……各项.*稳定……", quoted)


@given(
    st.text(alphabet="增长5.6%，亿", min_size=1, max_size=400),
    st.integers(0, 400),
    st.integers(1, 5),
    st.integers(20, 200),
)
def test_a_cut_quotation_is_made_of_whole_numbers_of_the_sentence(
    text: str, start: int, length: int, limit: int
) -> None:
    made = plain(fragments([figure("x", 1, sentence=text, mark_start=start, mark_end=start + length)], limit))
    for piece in filter(None, made.split("……")):
        at = text.find(piece)
        assert at >= 0
    if start + length <= len(text):
        assert text[start : start + length] in made


def test_a_digest_with_nothing_to_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to tell"):
        render(digest())


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr' is neither zh nor en"):
        render(replace(revision(), language="fr"))
