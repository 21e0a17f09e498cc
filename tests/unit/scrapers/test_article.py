"""A report page → title, day, issuer, text: what the saved pages do not show one by one."""

from datetime import date

import pytest

from scrapers.article import find_body, find_next_part, own_entry, read_report
from scrapers.families import family
from scrapers.pages import parse
from scrapers.prose import body_text

HERE = "http://www.lanyi.example/szf/gzbg/203102/t20310221_1.html"
PROSE = "".join(f"<p>　　第{n}项，办好民生实事，新增托位{n}00个，改造老旧小区{n}个。</p>" for n in range(1, 12))


def text_of(markup: str) -> str:
    body = parse(f"<div>{markup}</div>").div
    assert body is not None
    return body_text(body)


# --- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>　　第一段</p><p>第二段</p>", "第一段\n第二段"),
        ("第一段<br/><br>第二段", "第一段\n第二段"),
        ("<p>增长<b>6.5</b><span>%</span>左右</p>", "增长6.5%左右"),
        ("<p>派出机构\n    负责工作</p>", "派出机构负责工作"),
        ("<p>GDP\n growth</p>", "GDP growth"),
        ("<p>第一章&ensp;&ensp;总　则&nbsp;</p>", "第一章 总　则"),
        ("<p>目\u200b标</p>", "目标"),
        ("<div>外<div>里</div>后</div>", "外\n里\n后"),
        ("<p>正文</p><script>var a=1;</script><style>p{}</style><!-- 注释 -->", "正文"),
        ('<p>正文</p><div style="display: none">藏起来的</div>', "正文"),
    ],
)
def test_a_paragraph_is_a_line(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_a_table_of_data_keeps_its_rows_and_cells() -> None:
    rows = "<tr><th>指标</th><th>目标</th></tr><tr><td><p>地区生产<span>总值</span></p></td><td>6.5<br>%</td></tr>"
    assert text_of(f"<p>前</p><table>{rows}</table><p>后</p>") == "前\n指标\t目标\n地区生产总值\t6.5 %\n后"


def test_empty_cells_keep_the_others_in_their_columns() -> None:
    assert text_of("<table><tr><td></td><td>2031年</td><td>2032年</td></tr></table>") == "\t2031年\t2032年"


def test_a_cell_that_goes_over_several_columns_or_rows_is_empty_in_all_but_the_first() -> None:
    head = "<tr><th rowspan=2>指标</th><th colspan='2'>2031年</th></tr><tr><th>绝对值</th><th>增长%</th></tr>"
    row = "<tr><td>财政收入</td><td colspan=x>12</td><td>6</td></tr>"
    assert text_of(f"<table>{head}{row}</table>") == "指标\t2031年\t\n\t绝对值\t增长%\n财政收入\t12\t6"


def test_a_page_that_is_nothing_but_a_table_of_numbers_has_its_text() -> None:
    rows = "".join(
        f"<tr><td>指标{name}</td><td>{value}</td></tr>" for name, value in (("甲", 5), ("乙", 6.5), ("丙", "7以上"))
    )
    annex = f"<div><p>附表</p><table>{rows}</table></div>"
    page = f"<body><h1>兰沂县主要指标</h1><ul><li><a href=1>上一篇</a></ul>{annex}</body>"
    assert read_report(page, HERE).text == "附表\n指标甲\t5\n指标乙\t6.5\n指标丙\t7以上"


def test_a_table_of_links_is_no_text() -> None:
    rows = "".join(f"<tr><td>新闻{n}</td><td>2031-01-0{n}</td></tr>" for n in range(1, 6))
    assert read_report(f"<body><h1>兰沂县</h1><table>{rows}</table></body>", HERE).text == ""


def test_a_table_that_only_lays_out_is_walked_through() -> None:
    assert text_of("<table><tr><td><p>第一段</p><p>第二段</p></td></tr></table>") == "第一段\n第二段"
    nested = "<table><tr><td>外</td><td><table><tr><td>甲</td><td>乙</td></tr></table></td></tr></table>"
    assert text_of(nested) == "外\n甲\t乙"


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：陈喆",
        "（责任编辑：陈喆）",
        "【责编：陈喆 李想】",
        "【字体：大 中 小】",
        "字号：默认 大 超大 | 打印",
        "【打印】【关闭】",
        "[打印本页] [关闭窗口]",
        "分享到：",
        "上一篇：关于印发防汛预案的通知",
        "下一条：没有了",
        "扫一扫在手机打开当前页",
        "【1】【2】【3】",
        "附件：",
        "相关链接",
        "浏览次数：128",
        "我要纠错",
    ],
)
def test_furniture_is_left_out(line: str) -> None:
    assert text_of(f"<p>正文</p><p>{line}</p>") == "正文"


@pytest.mark.parametrize(
    "line",
    [
        "大力推进城市更新，打印一批惠民政策手册。",
        "（来源：澜沂日报）",
        "分享改革发展成果，增进民生福祉。",
        "附件：1.2031年重点项目表",
        "编辑出版地方志12部。",
        "关闭小煤矿12处。",
        "中小企业",
        "各位代表！",
    ],
)
def test_what_a_report_says_stays(line: str) -> None:
    assert text_of(f"<p>正文</p><p>{line}</p>") == f"正文\n{line}"


def test_pages_nested_thousands_deep_are_walked_without_recursion() -> None:
    deep = f"<html><body>{'<div>' * 3000}<p>深处的正文，一字不少。{'也在。' * 30}</p>{'</div>' * 3000}</body></html>"
    assert read_report(deep, HERE).text.startswith("深处的正文")


# --- where the text is --------------------------------------------------------------------------------------------


def test_a_known_container_wins_unless_the_sentences_are_elsewhere() -> None:
    teaser = '<div class="TRS_Editor">摘要，只有一句。</div>'
    body = find_body(parse(f'<body>{teaser}<div class="real">{PROSE}</div></body>'))
    assert body is not None
    assert body.get("class") == ["real"]
    body = find_body(parse(f'<body><div class="TRS_Editor">{PROSE}</div><p>版权所有，翻印必究。</p></body>'))
    assert body is not None
    assert body.get("class") == ["TRS_Editor"]


def test_a_page_of_links_has_no_text() -> None:
    links = "".join(f'<li><a href="{n}.html">第{n}次常务会议，研究部署工作，审议通过方案。</a></li>' for n in range(30))
    assert read_report(f"<ul>{links}</ul>", HERE).text == ""


def test_a_page_that_only_points_to_its_attachment_has_no_text() -> None:
    page = '<div class="TRS_Editor"><p>全文见附件。</p><p>附件：<a href="P1.docx">2031年工作报告.docx</a></p></div>'
    report = read_report(page, HERE)
    assert report.text == ""
    assert [file.url for file in report.attachments] == ["http://www.lanyi.example/szf/gzbg/203102/P1.docx"]


def test_an_index_that_is_a_report_is_its_own_entry() -> None:
    page = f"<h1>2031年政府工作报告</h1><p>发布时间：2031-02-21</p><div>{PROSE * 8}</div>"
    (entry,) = own_entry(parse(page), HERE)
    assert (entry.url, entry.title, entry.published_on) == (HERE, "2031年政府工作报告", date(2031, 2, 21))
    assert own_entry(parse(f"<div>{PROSE}</div>"), HERE) == ()


# --- title, day, issuer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>澜沂市2031年政府工作报告_澜沂市人民政府</title>", "澜沂市2031年政府工作报告"),
        ("<title>澜沂市2031年政府工作报告-澜沂市人民政府门户网站</title>", "澜沂市2031年政府工作报告"),
        ("<title>澜沂市人民政府 | 澜沂市2031年政府工作报告</title>", "澜沂市2031年政府工作报告"),
        ("<title>澜沂市人民政府</title><h1>澜沂市2031年政府工作报告</h1>", "澜沂市2031年政府工作报告"),
        ("<title>澜沂网</title><ucaptitle>澜沂市2031年政府工作报告</ucaptitle>", "澜沂市2031年政府工作报告"),
        ("<title>1-10月经济运行情况_澜沂市人民政府</title>", "1-10月经济运行情况"),
        ('<title>x</title><meta name="ArticleTitle" content="澜沂市2031年政府工作报告">', "澜沂市2031年政府工作报告"),
    ],
)
def test_the_title_is_the_reports_not_the_sites(head: str, title: str) -> None:
    assert read_report(f"<html>{head}<div>{PROSE}</div></html>", HERE).title == title


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        ('<meta name="PubDate" content="2031-02-20 09:00">', date(2031, 2, 20)),
        ('<meta name="PubDate" content="2034-06-01"><p>发布时间：2031-02-20</p>', date(2031, 2, 20)),
        ('<meta name="PubDate" content="2031-02-20"><p>发布日期：2031-02-21</p>', date(2031, 2, 20)),
        ('<meta name="PubDate" content="">', date(2031, 2, 21)),
        ("<p><i>时间：</i>2031-02-20 06:23</p>", date(2031, 2, 20)),
        ("<date>2031-02-20</date>", date(2031, 2, 20)),
    ],
)
def test_the_day_is_the_first_publication(markup: str, day: date) -> None:
    assert read_report(f"<html>{markup}<div class='TRS_Editor'>{PROSE}</div></html>", HERE).published_on == day


def test_days_within_the_text_are_not_the_day() -> None:
    page = f"<div class='TRS_Editor'><p>2019-01-01</p>{PROSE}</div>"
    assert read_report(page, "http://www.lanyi.example/1.html").published_on is None


@pytest.mark.parametrize(
    ("markup", "issuer"),
    [
        ('<meta name="ContentSource" content="澜沂日报">', "澜沂日报"),
        ('<meta name="ContentSource" content=""><p>信息来源：澜沂市政府办 点击数：3</p>', "澜沂市政府办"),
        ("<p>来源：<b></b></p><p>访问量：199</p>", ""),
        ("<p>没有</p>", ""),
    ],
)
def test_the_issuer_is_told_or_shown(markup: str, issuer: str) -> None:
    assert read_report(f"<html>{markup}<div class='TRS_Editor'>{PROSE}</div></html>", HERE).issuer == issuer


# --- texts cut into pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "markup", "onward"),
    [
        ("t1_900.html", '<a href="t1_900_1.html">2</a><a href="t1_900_2.html">3</a>', "t1_900_1.html"),
        ("t1_900_1.html", '<a href="t1_900.html">1</a><a href="t1_900_2.html">3</a>', "t1_900_2.html"),
        ("t1_900_2.html", '<a href="t1_900.html">1</a><a href="t1_900_1.html">2</a>', None),
        ("c1-31.html", '<a href="c1-31-3.html">【3】</a><a href="c1-31-2.html">【2】</a>', "c1-31-2.html"),
        ("t1_900.shtml", '<script>createPageHTML(3,0,"t1_900","shtml");</script>', "t1_900_1.shtml"),
        ("t1_900_2.shtml", '<script>createPageHTML(3,2,"t1_900","shtml");</script>', None),
        ("t1_900.shtml", '<script>createPageHTML(1,0,"t1_900","shtml");</script>', None),
        ("content_12.html", '<a href="content_13.html">下一篇</a><a href="content_11.html">上一篇</a>', None),
        ("post", '<a href="post_2">2</a>', "post_2"),
        ("t1_900.html", '<a href="t1_901.html">下一篇</a><a href="P1_900_1.pdf">附件</a>', None),
    ],
)
def test_a_text_cut_into_pages_goes_on_where_its_own_parts_are(here: str, markup: str, onward: str | None) -> None:
    folder = "http://www.lanyi.example/gzbg/"
    expected = folder + onward if onward else None
    assert find_next_part(parse(markup), folder + here) == expected


# --- hostile pages ------------------------------------------------------------------------------------------------


ROW = "<a href={}.html>政府工作报告</a>2031-01-0{}<br>"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        f"<div class='TRS_Editor'><p>正文，有句子。</p><p>{'打印 大   ' * 2000}完</p></div>",
        f"<div class='TRS_Editor'><p>正文，有句子。{' ' * 300_000}</p></div>",
        f"<body>{'<div>字，' * 500}",
        f"""<a onclick="open('{"/" * 50_000}">政府工作报告全文</a>""",
        f"<title>{'-' * 50_000}</title><h1>{'a_' * 50_000}</h1>",
        "<li><a href=1.html>政府工作报告</a><span>2031-01-09</span></li>" * 300,
        f"<td>{''.join(ROW.format(n, n % 9 + 1) for n in range(300))}</td>",
        "<record><nextgroup>" * 500,
        "<!DOCTYPE [" * 5_000,
        "{" * 200_000,
    ],
    ids=range(10),
)
def test_a_hostile_page_takes_little_time(page: str) -> None:
    for one in (family("trs"), family("hanweb"), family("atom")):
        one.recognise(page, HERE)
        one.parse_index(page, HERE)
        one.parse_report(page, HERE)


def test_a_text_behind_an_html_that_closes_too_early_is_found() -> None:
    page = f"<html><head><title>澜沂市</title></head><body><ul><li>首页</li></ul></body></html><div>{PROSE}</div>"
    assert read_report(f"{page}<div><a href='/'>返回</a></div>", HERE).text.count("\n") == 10
    again = f'<html><body><p>首页</p></body></html><html id="late"><div class="q">{PROSE}</div><div>版权</div>'
    assert read_report(again, HERE).text.startswith("第1项")
