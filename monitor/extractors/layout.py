"""The lines and chapters of a report, page furniture left out. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.extractors.headings import is_unnumbered_chapter

SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
CHAPTER = re.compile(r"(?:第[一二三四五六七八九十]{1,3}(?:部分|章)|[一二三四五六七八九十]{1,3}、)")
HEADING_LENGTH = 70

FURNITURE = re.compile(
    r"ICP|备案|版权|责任编辑|责编|编辑[：:]|来源[：:]|字号|浏览次数|点击|分享到|上一篇|下一篇|相关(?:文章|报道|链接)|热线电话|传真[：:]"
    r"|公网安备|主办[：:单]|承办单位|联系(?:电话|我们)|邮编|网站标识|^第\d+版|扫一扫|打印本页|关闭窗口|[（，]下载\d+次|下载次数|^阅读[\d.]+万?[+]?(?:赞|在看|分享|$)|^(?:编者按|往期推荐|点击上方|[（]?转自)"
)
FURNITURE_LENGTH = 80
# Above the titles of other pages; those go on to the next sentence or heading.
LISTING = re.compile(
    r"[【\[（]?(?:相关(?:文章|报道|链接|阅读|新闻|稿件|推荐|信息)|(?:往期|热门|精彩|猜你|为您|为你)(?:推荐|回顾|文章|喜欢|新闻)|延伸阅读"
    r"|(?:本栏|栏目|本站)(?:最新|推荐|热门|热点)(?:文章|新闻)?|(?:最新|热点|推荐)(?:文章|新闻|阅读|资讯))[】\]）]?：?"
)
TITLE_LENGTH = 100
# 某市人民政府关于关闭…等3家矿山的公告: the title of another paper, standing alone.
PAPER = re.compile(
    r"(?=.{0,40}(?:关于|人民政府|办公室))[^，。；！]{8,100}的(?:公告|通知|通告|批复|公示)(?: ?[（\[]?(?:20\d\d[-./])?\d{1,2}[-./]\d{1,2}[）\]]?)?"
)
NOTE = re.compile(r"[\[［【〔](?:注)?\d{1,3}[\]］】〕]|^注(?:[：:]|\d)")
GLOSSARY = re.compile(r"(?:名词|词语|有关名词|部分名词|专业名词|相关名词|报告名词)(?:解释|注释|说明)|^注释[：:]?$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plain text; `start` is its offset, `is_chapter` whether it heads a chapter."""

    start: int
    text: str
    is_chapter: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence: offsets in the plain text, its words, and whether it opens a paragraph."""

    start: int
    text: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading ("" before the first one) and the sentences under it, the heading's own line included."""

    heading: str
    pieces: tuple[Piece, ...]


def chapters_of(plain: str) -> list[Chapter]:
    """The chapters of a report in order; what stands before the first heading is one, too."""
    groups: list[list[Line]] = [[]]
    for line in _lines(plain):
        if line.is_chapter and groups[-1]:
            groups.append([])
        groups[-1].append(line)
    return [_chapter(group) for group in groups if group]


def _lines(plain: str) -> Iterator[Line]:
    start = 0
    listing = False
    for text in plain.split("\n"):
        if len(text) < FURNITURE_LENGTH and GLOSSARY.search(text):
            return  # what follows explains words, with other people's numbers
        chapter = CHAPTER.match(text) is not None or is_unnumbered_chapter(text)
        listing = LISTING.fullmatch(text) is not None or (listing and not chapter and _can_be_title(text))
        if text and not listing and not _is_furniture(text):
            yield Line(start, text, chapter)
        start += len(text) + 1


def _can_be_title(text: str) -> bool:
    return len(text) < TITLE_LENGTH and not any(mark in text for mark in "。；！：")


def _is_furniture(text: str) -> bool:
    if NOTE.match(text) is not None or PAPER.fullmatch(text) is not None:
        return True
    prose = text.endswith("。") and "，" in text and "：" not in text  # 加强版权保护，…
    return len(text) < FURNITURE_LENGTH and not prose and FURNITURE.search(text) is not None


def _chapter(lines: list[Line]) -> Chapter:
    heading = lines[0].text.split("。")[0][:HEADING_LENGTH] if lines[0].is_chapter else ""
    pieces = tuple(
        Piece(line.start + match.start(), match[0], match.start() == 0)
        for line in lines
        for match in SENTENCE.finditer(line.text)
    )
    return Chapter(heading, pieces)
