"""An index page's rows: which links are entries, with which title and day."""

from base64 import b64encode
from datetime import date
from urllib.parse import quote

import pytest

from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import parse

HERE = "http://www.lanyi.example/szf/gzbg/"


def links(page: str) -> list[tuple[str, str, date | None]]:
    soup = parse(page)
    return [(e.url.removeprefix(HERE), e.title, e.published_on) for e in dated_links(soup, HERE)]


def test_the_title_attribute_completes_a_cut_title() -> None:
    link = '<a href="1.html" title="澜沂市2031年政府工作报告">澜沂市2031年政...</a>'
    page = f"<ul><li>{link}<span>2031-01-09</span></li></ul>"
    assert links(page) == [("1.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))]


def test_a_title_attribute_that_says_something_else_is_no_title() -> None:
    page = '<ul><li><a href="1.html" title="点击查看详情">澜沂市2031年政府工作报告</a><span>2031-01-09</span></li></ul>'
    assert links(page) == [("1.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))]


def test_a_date_within_a_title_is_part_of_the_title() -> None:
    page = '<ul><li><a href="1.html">关于2030年12月1日通告的说明</a><span>2031-01-09</span></li></ul>'
    assert links(page) == [("1.html", "关于2030年12月1日通告的说明", date(2031, 1, 9))]


def test_rows_without_elements_of_their_own_are_told_apart_by_their_days() -> None:
    page = '<p><a href="1">第一份工作报告</a> 2031-01-09<br><a href="2">第二份工作报告</a> 2030-01-08</p>'
    assert links(page) == [("1", "第一份工作报告", date(2031, 1, 9)), ("2", "第二份工作报告", date(2030, 1, 8))]


def test_todays_date_beside_the_menu_makes_no_entry() -> None:
    page = (
        '<div class="top"><span>2031-03-01</span><a href="/index">网站首页入口</a></div><ul>'
        '<li><a href="1.html">澜沂市2031年政府工作报告</a><span>2031-01-09</span></li>'
        '<li><a href="2.html">澜沂市2030年政府工作报告</a><span>2030-01-09</span></li></ul>'
    )
    assert [url for url, _, _ in links(page)] == ["1.html", "2.html"]


def test_the_same_list_twice_is_one_list() -> None:
    row = '<li><a href="1.html">澜沂市2031年...</a><span>2031-01-09</span></li>'
    whole = '<li><a href="1.html">澜沂市2031年政府工作报告</a><span>2031-01-09</span></li>'
    page = f"<div><ul>{row}</ul></div><div><ul>{whole}</ul></div>"
    assert links(page) == [("1.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))]


def test_lists_without_days_take_those_of_the_addresses() -> None:
    page = '<ul><li><a href="t20310109_123.html">澜沂市2031年政府工作报告</a></li></ul>'
    assert links(page) == [("t20310109_123.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))]


def test_a_menu_is_no_list() -> None:
    menu = "".join(f'<li><a href="/zwgk/{n}/">{n}</a></li>' for n in ("政务公开", "机构职能", "规划计划"))
    assert links(f"<ul>{menu}</ul>") == []
    assert titled_links(parse(f"<ul>{menu}</ul>"), HERE) == []


@pytest.mark.parametrize("words", ["下一页", "下页", "下一页 >", "[下一页]", "后一页", "next"])
def test_the_link_onward_is_known_by_its_words(words: str) -> None:
    assert next_link(parse(f'<a href="?page=2">{words}</a>'), HERE) == HERE + "?page=2"


@pytest.mark.parametrize(
    "pager",
    [
        """<a title="下一页" onclick="queryArticleByCondition(this,'/fgw/zc/be842d3c-2.shtml')">&gt;</a>""",
        '<a href="javascript:void(0)" tagname="/fgw/zc/be842d3c-2.shtml">下一页</a>',
        '<a rel="next" href="/fgw/zc/be842d3c-2.shtml">&raquo;</a>',
    ],
)
def test_the_link_onward_may_hide_its_address(pager: str) -> None:
    assert next_link(parse(pager), HERE) == "http://www.lanyi.example/fgw/zc/be842d3c-2.shtml"


def test_a_pager_in_base64_is_read() -> None:
    pager = b64encode(quote('<a href="index_1.html">上一页</a><a href="index_3.html">下一页</a>').encode()).decode()
    assert next_link(parse(f'<div id="pages">{pager}</div>'), HERE) == HERE + "index_3.html"
    assert next_link(parse(f'<div id="pages">{"x" * 41}</div>'), HERE) is None


def test_a_placeholder_is_no_address() -> None:
    assert next_link(parse('<a tagname="[NEXTPAGE]">下一页</a>'), HERE) is None


def test_a_link_onward_that_leads_nowhere_is_none() -> None:
    assert next_link(parse('<a href="javascript:;">下一页</a><span>下一页</span>'), HERE) is None
    assert next_link(parse(f'<a href="{HERE}">下一页</a>'), HERE) is None


@pytest.mark.parametrize(
    "shown",
    [
        "<div><b>09</b><i>2031-01</i></div>",
        "<div><i>2031-01</i><b>09</b></div>",
        "<div><em>01-09</em><em>2031</em></div>",
        "<p>2031<span>01/09</span></p>",
    ],
)
def test_a_day_in_two_halves_is_a_day(shown: str) -> None:
    assert links(f"<ul><li>{shown}<a href='1.html'>澜沂市2031年政府工作报告</a></li></ul>") == [
        ("1.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))
    ]


def test_a_number_beside_a_year_is_no_day() -> None:
    assert links("<ul><li><b>2031</b><i>128</i><a href='1.html'>澜沂市2031年政府工作报告</a></li></ul>") == []


def test_the_column_before_a_title_is_not_the_entry() -> None:
    column = "<a href='/zwgk/gzbg/'>[工作报告]</a>"
    page = f"<ul><li>{column} <a href='1.html'>澜沂市2031年政府工作报告</a> 2031-01-09</li></ul>"
    assert links(page) == [("1.html", "澜沂市2031年政府工作报告", date(2031, 1, 9))]


def test_a_side_box_with_days_does_not_hide_a_list_without() -> None:
    box = "<div class='hot'><p><a href='9.html'>澜沂市召开常务会议</a> 2031-03-01</p></div>"
    rows = "".join(f"<li><a href='203{n}01/t203{n}0109_1.html'>澜沂市203{n}年政府工作报告</a></li>" for n in range(5))
    assert [title for _, title, _ in links(f"{box}<ul>{rows}</ul>")] == [
        f"澜沂市203{n}年政府工作报告" for n in range(5)
    ]


@pytest.mark.parametrize("day", ["", "<span></span>", "<span>置顶</span>"])
def test_an_entry_without_a_day_beside_dated_ones_is_seen(day: str) -> None:
    dated = "".join(f'<li><a href="{n}.html">第{n}份工作报告</a><span>2031-01-0{n}</span></li>' for n in (3, 2))
    page = (
        f'<ul><li class="top"><a href="t.html">政府工作报告</a>{day}</li>{dated}<li><a href="/more/">更多文件</a></ul>'
    )
    assert [title for _, title, _ in links(page)] == ["政府工作报告", "第3份工作报告", "第2份工作报告"]
    assert links(page)[0] == ("t.html", "政府工作报告", None)


def test_a_pager_beside_dated_rows_is_no_entry() -> None:
    dated = "".join(f'<a href="{n}.html">第{n}份工作报告<i>2031-01-0{n}</i></a>' for n in (3, 2))
    page = f'<div>{dated}<a class="page" href="list_2.html">转到第二页</a></div>'
    assert len(links(page)) == 2
