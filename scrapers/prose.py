"""A part of a page → its text: one paragraph a line, tables as rows, without the furniture around a text. Pure."""

import re
from collections.abc import Iterator

from bs4.element import CData, NavigableString, PageElement, Tag

from scrapers.pages import attribute, visible_strings

_FURNITURE_TAGS = frozenset(
    ("script", "style", "noscript", "template", "button", "select", "input", "textarea", "nav", "footer")
)
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "ucapcontent", "founder-content",
))  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_GAPS = re.compile(r"[ \t\f\v\u00a0\u2002-\u200a\u202f\u205f]+")
_WRAP = re.compile(r" ?[\r\n]\s*")
MOST_SPAN = 50  # columns or rows that a cell is believed to go over
_PERSON = r"\s*[:：]\s*[\w·、,，\s　]{0,24}"
_TOOLS = (
    r"打印(?:文章|本页|此页)?|关闭(?:窗口|本页|页面)?|返回(?:顶部|列表|上一页)?|收藏|我要纠错|纠错|放大|缩小|正常"
    r"|大|中|小|默认|特大|超大|微信|微博|QQ空间|朋友圈"
)
_FURNITURE_LINE = re.compile(
    rf"""[\s【\[（(｜|]*(?:
      (?:【?纠错】?\s*)?(?:责任编辑|责编|网络编辑|值班编辑|编辑|初审|复审|终审|审核|校对){_PERSON}
    | (?:字体|字号)\s*[:：]?\s*[\s\[\]【】（）()|｜]*(?:(?:{_TOOLS})[\s\[\]【】（）()|｜]*)*
    | 分享[到至]?(?:\s*[:：][^，。]{{0,20}})?
    | (?:(?:{_TOOLS})[\s\[\]【】（）()|｜]*)+
    | 上一[篇条页]\s*[:：]?.{{0,80}} | 下一[篇条页]\s*[:：]?.{{0,80}} | (?:【\d+】)+ | 首\s*页|尾\s*页
    | 扫一扫.{{0,20}} | 点击(?:量|数|次数)\s*[:：]?\s*\d* | (?:浏览|阅读|访问)(?:量|次数|数)?\s*[:：]\s*\d*
    | 相关(?:阅读|链接|文章|新闻|稿件|附件|文档|文件|解读)\s*[:：]? | 附\s*件\s*(?:下载)?\s*[:：]?
    | (?:点击(?:进入|查看|下载)).{{0,30}}(?:>>|»|&gt;&gt;)
    )[\s】\]）)｜|]*""",
    re.X,
)


def body_text(body: Tag, file_titles: frozenset[str] = frozenset()) -> str:
    """One paragraph a line; a table's row is a line, its cells are separated by tabs.

    Words are untouched; spaces are tidied (a line break in the markup between two Chinese characters is none). Left
    out: scripts, what the page hides, lines that are furniture (责任编辑, 打印, 上一篇), the list of attachments, links
    to other pages before and after the text.
    """
    walk = _Lines()
    titles = {_bare(title) for title in file_titles}
    lines = [line for line in walk.of(body) if not _furniture(line, titles)]
    return "\n".join(_without_outer_links(lines, walk.links))


def _without_outer_links(lines: list[str], links: set[str]) -> list[str]:
    told = [place for place, line in enumerate(lines) if line not in links]
    return lines[told[0] : told[-1] + 1] if told else []


def _furniture(line: str, file_titles: set[str]) -> bool:
    return len(line) < 120 and (_FURNITURE_LINE.fullmatch(line) is not None or _bare(line) in file_titles)


def _bare(title: str) -> str:
    return re.sub(r"^附\s*件\s*\d*\s*[:：.、]?|^\d+\s*[.、]|\s", "", title)


class _Lines:
    """Walks an element without recursion (pages nest hundreds deep) and collects its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.links: set[str] = set()  # lines that are one link and nothing else
        self.parts: list[str] = []

    def of(self, body: Tag) -> list[str]:
        stack: list[Iterator[PageElement]] = [iter(body.contents)]
        open_blocks: list[bool] = [True]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                if open_blocks.pop():
                    self.flush()
            elif isinstance(node, Tag):
                if self.enter(node):
                    stack.append(iter(node.contents))
                    open_blocks.append(node.name in BLOCKS)
            elif type(node) in (NavigableString, CData):
                self.parts.append(str(node))
        return self.lines

    def enter(self, tag: Tag) -> bool:
        """Whether to walk into the tag; a break ends the line, a table of data is written down at once."""
        if tag.name in _FURNITURE_TAGS or _is_hidden(tag):
            return False
        if tag.name == "br" or tag.name in BLOCKS:
            self.flush()
        if tag.name == "a" and attribute(tag, "href"):
            self.links.add(one_line(tag.get_text()))
        if tag.name == "table" and (rows := table_rows(tag)):
            self.lines.extend(rows)
            return False
        return True

    def flush(self) -> None:
        line = one_line("".join(self.parts))
        self.parts.clear()
        if line:
            self.lines.append(line)


def _is_hidden(tag: Tag) -> bool:
    """Hidden by its own style; a long text is shown by a script later, and counts."""
    return bool(_HIDDEN.search(attribute(tag, "style"))) and sum(map(len, visible_strings(tag))) < 500


def one_line(text: str) -> str:
    """A paragraph's text as a reader sees it: a break in the markup is a space, between Chinese characters nothing."""
    text = _WRAP.sub("\n", _GAPS.sub(" ", text.strip()))
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n|\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", text)
    return re.sub(r"[ \n]+", " ", text).strip(" \u3000")


def table_rows(table: Tag) -> list[str]:
    """The rows of a table of data; nothing for a table that only lays out a page (long cells, tables inside)."""
    if table.find("table") is not None:
        return []
    rows = _aligned(
        [[(cell, " ".join(_Lines().of(cell))) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
    )
    cells = [cell for row in rows for cell in row]
    if not cells or max(map(len, rows)) < 2 or max(map(len, cells)) > 300:
        return []
    return ["\t".join(row) for row in rows if any(row)]


def _aligned(rows: list[list[tuple[Tag, str]]]) -> list[list[str]]:
    """Rows whose cells stand under each other: a cell that goes over several of them is empty in all but the first."""
    covered: dict[int, int] = {}  # how many more rows a cell above reaches down in each column
    lines: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        further = {column: left - 1 for column, left in covered.items() if left > 1}
        for cell, words in row:
            while covered.get(len(line)):
                line.append("")
            deep = _span(cell, "rowspan")
            first = len(line)
            for column in range(first, first + _span(cell, "colspan")):
                line.append(words if column == first else "")
                further |= {column: deep - 1} if deep > 1 else {}
        while covered.get(len(line)):
            line.append("")
        covered = further
        lines.append(line)
    return lines


def _span(cell: Tag, name: str) -> int:
    said = attribute(cell, name).strip()
    return max(1, min(int(said), MOST_SPAN)) if said.isdecimal() else 1
