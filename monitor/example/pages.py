"""How the example site looks: a column of a TRS site with the official meta tags. Pure: articles in, HTML out."""

from collections.abc import Sequence
from html import escape

from monitor.example.articles import Article
from monitor.example.source import REGION

SITE = "霁川市人民政府（示例）"
COLUMN = "政府工作报告"
BANNER = (
    "示例站点，地名、会议和数字均为虚构。"
    "<span lang='en'>An example served by mubiao on this machine: its places and numbers are invented.</span>"
)
SHELL = """<!DOCTYPE html>
<html lang="zh-CN"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}_{site}</title>
{meta}
<style>
body {{ margin: 0 auto; max-width: 46rem; padding: 0 1rem 3rem; font: 16px/1.8 system-ui, sans-serif; color: #222; }}
.banner {{ background: #fff4d6; padding: .4rem .8rem; font-size: .85rem; }}
.list ul {{ list-style: none; padding: 0; }}
.list li {{ display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px dotted #ccc; }}
.time, .list span {{ color: #777; white-space: nowrap; }}
</style>
</head><body>
<div class="banner">{banner}</div>
<div class="crumbs"><a href="{home}">首页</a> &gt; 政务公开 &gt; {column}</div>
{main}
<div class="footer">主办：霁川市人民政府办公室（示例）</div>
</body></html>
"""


def render_index(articles: Sequence[Article]) -> bytes:
    """The column's only page: one item an article, in the order given."""
    items = "\n".join(
        f'<li><a href="./{article.path}" target="_blank" title="{escape(article.title)}">{escape(article.title)}</a>'
        f"<span>{article.published_at:%Y-%m-%d}</span></li>"
        for article in articles
    )
    main = (
        f'<div class="list"><h1>{COLUMN}</h1><ul class="u-list">\n{items}\n</ul>\n'
        '<div class="page"><script>createPageHTML(1, 0, "index", "html");</script></div></div>'
    )
    return _page(COLUMN, _column_tags(), main, home="./")


def render_article(article: Article) -> bytes:
    """The page of one article; its text stands in the editor's own box, a paragraph for each line."""
    title = escape(article.title)
    tags = _column_tags() | {
        "ArticleTitle": article.title,
        "PubDate": f"{article.published_at:%Y-%m-%d %H:%M}",
        "ContentSource": SITE,
        "Author": "",
        "Keywords": "",
    }
    body = "\n".join(f"<p>　　{escape(line, quote=False)}</p>" for line in article.text.splitlines())
    main = (
        f'<div class="article"><h1 class="article_title">{title}</h1>\n'
        f'<div class="time">发布时间：{article.published_at:%Y-%m-%d %H:%M}　来源：{SITE}</div>\n'
        f'<div class="article_con"><div class="TRS_Editor">\n{body}\n</div></div></div>'
    )
    return _page(article.title, tags, main, home="../")


def _column_tags() -> dict[str, str]:
    """The meta tags of GuoBanFa 2017 No. 47 that every page of the column has; the site code begins with the region."""
    return {
        "SiteName": SITE,
        "SiteDomain": "127.0.0.1",
        "SiteIDCode": f"{REGION}0001",
        "ColumnName": COLUMN,
        "ColumnType": "政务公开",
    }


def _page(title: str, tags: dict[str, str], main: str, *, home: str) -> bytes:
    meta = "\n".join(f'<meta name="{name}" content="{escape(content)}">' for name, content in tags.items())
    words = {"title": escape(title), "site": SITE, "meta": meta, "banner": BANNER, "column": COLUMN}
    return SHELL.format(**words, main=main, home=home).encode()
