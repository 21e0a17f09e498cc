"""How much of an article, and of nothing else, is read from real pages (../shared/pages): recall and precision.

The truth is cut out of each page by hand-picked CSS, with another parser and none of our code: the container of the
article less what the page puts into it beside the article. Texts are compared in runs of six characters, spaces aside.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from scrapers.families import family, recognise
from scrapers.families.generic import parse_report

HERE = "http://www.lanyi.example/a/b/"
RUN = 6


@dataclass(frozen=True)
class Page:
    """A saved page, where its article lies, what lies in between and is none of it, and what its head must say."""

    name: str
    article: str
    day: date
    title: str  # words that the title must hold
    furniture: tuple[str, ...] = ()  # text within the container that is none of the article


PAGES = (
    Page("hanweb_jcms_zhejiang_gzggw.html", "#zoom", date(2016, 11, 22), "固定资产投资"),
    Page("ln_gov_2026_article_partial.html", "#Zoom", date(2026, 2, 1), "政府工作报告"),
    Page(
        "people_cn_gb2312_article.html", "#rwb_zw", date(2019, 6, 15), "郑板桥",
        (r"点击进入“文艺星青年”>>", r"【\d】", r"\(责编：.*?\)"),
    ),
    Page("trs_cmse_article.html", ".TRS_Editor", date(2012, 6, 24), "新闻发布会", (r"（责任编辑：.*?）",)),
    Page("trs_shanxi_gov_article.html", ".TRS_Editor", date(2019, 9, 18), "山西品牌丝路行"),
    Page("wanzai_county_2015_tjgb_article.html", "#zoomcon", date(2017, 5, 15), "统计公报"),
    Page("www_gov_cn_article.html", "#UCAP-CONTENT", date(2007, 8, 20), "特别国债"),
    Page("xiniu_csrc_golden_detail_1.html", ".content-body", date(2025, 10, 25), "监管职责规定"),
    Page("xiniu_most_golden_detail_flfg_202405_191008.html", "#Zoom", date(2024, 5, 30), "国家科学技术奖励条例"),
    Page("xiniu_ndrc_golden_detail_1.html", ".article_con", date(2026, 4, 9), "电力重大事故隐患"),
)  # fmt: skip


def truth(page: Page, markup: str) -> str:
    found = BeautifulSoup(markup, "html.parser").select_one(page.article)
    assert found is not None, f"{page.name} has no {page.article}"
    for tag in found.select("script, style"):
        tag.decompose()
    text = re.sub(r"[\s\u200b\ufeff]", "", found.get_text())
    for pattern in page.furniture:
        text = re.sub(pattern, "", text)
    return text


def runs(text: str) -> Counter[str]:
    return Counter(text[at : at + RUN] for at in range(max(1, len(text) - RUN + 1)))


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    pages = shared / "pages"
    if not pages.is_dir():
        pytest.skip("../shared/pages is missing: no real pages to read")
    return pages


def test_every_report_page_of_the_folder_is_measured(folder: Path) -> None:
    lists = r"list|index|dataproxy|jpaas|pager|gkzn|README"
    reports = {path.name for path in folder.iterdir() if not re.search(lists, path.name)}
    assert reports == {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_title_and_day_of_a_real_page_are_right(page: Page, folder: Path) -> None:
    markup = (folder / page.name).read_text("utf-8")
    report = family(recognise(markup, HERE)).parse_report(markup, HERE + page.name)
    assert page.title in report.title
    assert report.published_on == page.day


def test_the_body_is_all_of_the_article_and_none_of_the_furniture(folder: Path) -> None:
    wanted, got, both = 0, 0, 0
    for page in PAGES:
        markup = (folder / page.name).read_text("utf-8")
        report = family(recognise(markup, HERE)).parse_report(markup, HERE + page.name)
        expected, read = runs(truth(page, markup)), runs(re.sub(r"\s", "", report.text))
        shared_runs = (expected & read).total()
        recall, precision = shared_runs / expected.total(), shared_runs / read.total()
        print(f"{page.name:50} recall {recall:.4f} precision {precision:.4f}")
        assert min(recall, precision) >= 0.99, (page.name, recall, precision)
        wanted, got, both = wanted + expected.total(), got + read.total(), both + shared_runs
    print(f"{'all':50} recall {both / wanted:.4f} precision {both / got:.4f}")
    assert both / wanted >= 0.999
    assert both / got >= 0.999


# --- pages without marks: what is left is where the sentences stand -----------------------------------------------


def unmarked(markup: str) -> str:
    """The page as a CMS would write it that nobody knows: no official tags, ids, classes and elements renamed."""
    soup = BeautifulSoup(markup, "html.parser")
    for tag in soup.find_all("meta", attrs={"name": True}):
        tag.decompose()
    for tag in soup.find_all(True):
        if "-" in tag.name or tag.name.startswith("ucap"):
            tag.name = "div"
        tag.attrs = {name: value for name, value in tag.attrs.items() if name not in ("id", "class")}
    return str(soup)


def measured(expected: str, markup: str) -> tuple[float, float]:
    """Recall and precision of the text that is read from the page."""
    wanted, read = runs(expected), runs(re.sub(r"[\s\u200b\ufeff]", "", parse_report(markup, HERE + "1.html").text))
    both = (wanted & read).total()
    return both / wanted.total(), both / max(1, read.total())


def test_a_text_is_found_without_any_mark_of_a_cms(folder: Path) -> None:
    long = 0
    for page in PAGES:
        markup = (folder / page.name).read_text("utf-8")
        expected = truth(page, markup)
        recall, precision = measured(expected, unmarked(markup))
        print(f"{page.name:50} {len(expected):6} recall {recall:.4f} precision {precision:.4f}")
        if len(expected) >= 200:  # a notice of some lines has no text that stands out
            long += 1
            assert min(recall, precision) >= 0.99, (page.name, recall, precision)
    assert long == 9


MARKUPS: tuple[Callable[[list[str]], str], ...] = (
    lambda lines: "".join(f"<p>　　{line}</p>" for line in lines),
    lambda lines: "<br>".join(f"　　{line}" for line in lines),
    lambda lines: "".join(f"<div>{line}</div>" for line in lines),
    lambda lines: "".join(f'<p style="text-indent:2em"><span><font>{line}</font></span></p>' for line in lines),
    lambda lines: f"<section>{''.join(f'<p><strong>{one[:8]}</strong>{one[8:]}</p>' for one in lines)}</section>",
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_whole_report_is_found_in_the_frame_of_a_real_page(page: Page, folder: Path, shared: Path) -> None:
    texts = sorted((shared / "corpus/labelled").glob("*.txt"))
    if not texts:
        pytest.skip("../shared/corpus/labelled is missing: no report to put into a frame")
    place = PAGES.index(page)
    lines = [line.strip() for line in texts[place % len(texts)].read_text("utf-8").splitlines() if line.strip()]
    soup = BeautifulSoup((folder / page.name).read_text("utf-8"), "html.parser")
    article = soup.select_one(page.article)
    assert article is not None
    article.clear()
    article.append(BeautifulSoup(MARKUPS[place % len(MARKUPS)](lines), "html.parser"))
    recall, precision = measured(re.sub(r"\s", "", "".join(lines)), unmarked(str(soup)))
    assert min(recall, precision) >= 0.99, (recall, precision)
