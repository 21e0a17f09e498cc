"""Real saved pages, read where they lie (../shared/pages): every title, day and text, compared by digest.

The texts are not ours to copy, so an expectation is a digest of the words without their spaces: of the title, and of
the whole text as its container holds it, less the furniture. One word lost or one button kept changes it.
"""

import re
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from scrapers.families import family, recognise
from storage.values import IndexData

HERE = "http://www.lanyi.example/a/b/c/d/e/"


@pytest.fixture(scope="module")
def pages() -> Path:
    folder = Path(__file__).resolve().parents[3] / "../shared/pages"
    if not folder.is_dir():
        pytest.skip("../shared/pages is missing: no real pages to read")
    return folder


def digest(words: str) -> str:
    return sha256(re.sub(r"\s", "", words).encode()).hexdigest()[:12]


REPORTS = [  # page, family, title, day, characters without spaces, text
    ("hanweb_jcms_zhejiang_gzggw.html", "hanweb", "0ff18ba2e819", date(2016, 11, 22), 248, "9fab3f39c398"),
    ("ln_gov_2026_article_partial.html", "huilan", "ed7881bfe507", date(2026, 2, 1), 393, "58c6eea8ea45"),
    ("people_cn_gb2312_article.html", "generic", "a887c18cde8a", date(2019, 6, 15), 691, "051301fa0dd2"),
    ("trs_cmse_article.html", "trs", "ef30013a0e29", date(2012, 6, 24), 725, "61bad3bcb846"),
    ("trs_shanxi_gov_article.html", "trs", "3c9f54320915", date(2019, 9, 18), 1006, "8f4743b9db01"),
    ("wanzai_county_2015_tjgb_article.html", "ucap", "5d7ce59a1776", date(2017, 5, 15), 5883, "3ec1f335fb1f"),
    ("www_gov_cn_article.html", "govcn", "e15c588d1d6f", date(2007, 8, 20), 280, "2f88421c5ded"),
    ("xiniu_csrc_golden_detail_1.html", "generic", "c6c0b47f6d92", date(2025, 10, 25), 5906, "820d7c70de23"),
    (
        "xiniu_most_golden_detail_flfg_202405_191008.html",
        "trs",
        "97d5e06efc82",
        date(2024, 5, 30),
        5203,
        "78e38e5f6d8b",
    ),
    ("xiniu_ndrc_golden_detail_1.html", "trs", "a0251d39c482", date(2026, 4, 9), 105, "475c3720a89f"),
]

LISTS = [  # page, family, entries, titles, first day, last day, the next page's address ends in
    ("handan_xxgk_list.jsp.html", "trs", 1, "03e59232c021", date(2020, 8, 5), date(2020, 8, 5), "/e/index_1.html"),
    (
        "hanweb_dataproxy_dingxi.excerpt.xml",
        "hanweb",
        2,
        "3715cd9653f5",
        date(2022, 1, 19),
        date(2021, 11, 4),
        "page=2",
    ),
    ("hanweb_jpaas_zj_unit_api.excerpt.json", "hanweb", 2, "846a37bafe23", date(2026, 6, 5), date(2025, 11, 4), ""),
    (
        "hanweb_jpage_jiangsu_fgw_list.excerpt.html",
        "hanweb",
        2,
        "d7d8adb7e8de",
        date(2026, 8, 28),
        date(2026, 4, 13),
        "&permissiontype=0",
    ),
    ("vsb_list_pager.excerpt.html", "vsb", 2, "79c5b83deef3", date(2025, 5, 7), date(2025, 4, 23), "/e/zbgg/10.htm"),
    ("xiniu_csrc_golden_list_1.html", "ucap", 20, "142d48a5fcf0", None, None, "/e/fg_2.shtml"),
    ("xiniu_most_golden_list_page.html", "trs", 17, "529d2298899f", date(2024, 12, 25), date(2024, 3, 13), ""),
    (
        "xiniu_ndrc_golden_list_page.html",
        "trs",
        25,
        "1ea43ec0e128",
        date(2026, 4, 9),
        date(2024, 4, 9),
        "/e/index_1.html",
    ),
    ("xiniu_sasac_golden_list_1.html", "generic", 30, "253c57593470", date(2025, 12, 18), date(2022, 1, 28), ""),
]
FURNITURE = re.compile(r"分享到|责任编辑|责编|扫一扫|上一篇|关闭窗口|打印本页|字体|【打印】|下一页")


@pytest.mark.parametrize(("name", "of", "title", "day", "length", "text"), REPORTS, ids=[row[0] for row in REPORTS])
def test_a_real_report_page_gives_title_day_and_whole_text(
    pages: Path, name: str, of: str, title: str, day: date, length: int, text: str
) -> None:
    page = (pages / name).read_text("utf-8")
    assert recognise(page, HERE) == of
    report = family(of).parse_report(page, HERE + name)
    assert digest(report.title) == title, report.title
    assert report.published_on == day
    assert (len(re.sub(r"\s", "", report.text)), digest(report.text)) == (length, text)
    assert not FURNITURE.search(report.text)


@pytest.mark.parametrize(("name", "of", "count", "titles", "first", "last", "onward"), LISTS, ids=[r[0] for r in LISTS])
def test_a_real_list_gives_every_entry_once(
    pages: Path, name: str, of: str, count: int, titles: str, first: date | None, last: date | None, onward: str
) -> None:
    page = (pages / name).read_text("utf-8")
    assert recognise(page, HERE) == of
    index = family(of).parse_index(page, HERE + name)
    assert len(index.entries) == len({entry.url for entry in index.entries}) == count
    assert digest("".join(entry.title for entry in index.entries)) == titles
    assert (index.entries[0].published_on, index.entries[-1].published_on) == (first, last)
    assert (index.next_page or "").endswith(onward) if onward else index.next_page is None


def test_a_real_attachment_pair_is_found(pages: Path) -> None:
    page = (pages / "xiniu_ndrc_golden_detail_1.html").read_text("utf-8")
    files = family("trs").parse_report(page, HERE + "t20260409_1404577.html").attachments
    assert [file.url for file in files] == [
        HERE + "P020260409348498606128.pdf",
        HERE + "P020260409348498936344.ofd",
    ]


def test_a_column_that_a_script_fills_names_its_request(pages: Path) -> None:
    page = (pages / "hanweb_jpaas_zj_fgw_column.excerpt.html").read_text("utf-8")
    index = family("hanweb").parse_index(page, HERE)
    assert index.entries == ()
    assert "/front/page/build/unit?" in (index.next_page or "")
    assert "pageId=1229565788" in (index.next_page or "")


def test_a_shell_that_a_script_fills_has_no_entries(pages: Path) -> None:
    page = (pages / "xiniu_nfra_golden_list_001.html").read_text("utf-8")
    assert family("generic").parse_index(page, HERE) == IndexData(())
