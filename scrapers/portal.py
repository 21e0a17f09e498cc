"""Where a government's portal keeps its reports: links and menus that name a column, and those on the way there. Pure.

Every portal has a tree of what it must publish (法定主动公开内容). Addresses in it move with each redesign; the names
of its columns (政府工作报告, 规划计划, 预算/决算) have stayed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4.element import Tag

from scrapers.lists import link_target, link_title
from scrapers.pages import absolute, attachment_type, attribute, parse, tags, tidy
from storage.values import Kind

LONGEST_NAME = 24  # characters: what is longer is a headline

# A column's name, the plainest first; the place in the row is its rank.
NAMES: dict[Kind, tuple[re.Pattern[str], ...]] = {
    Kind.WORK_REPORT: tuple(map(re.compile, (r"[一-龥]{0,8}政府工作报告", r"工作报告"))),
    Kind.PLAN_REPORT: tuple(
        map(re.compile, (r".{0,8}计划报告", r".{0,4}国民经济.{0,8}计划.*", r"规划计划|计划规划|规划/计划|年度计划"))
    ),
    Kind.BUDGET_REPORT: tuple(
        map(
            re.compile,
            (r".{0,6}预算报告", r".{0,6}(?:政府)?(?:预算[/、]?决算|预决算).{0,4}", r"财政(?:预算|信息|资金)"),
        )
    ),
    Kind.BULLETIN: tuple(map(re.compile, (r".{0,10}统计公报", r"统计信息|统计数据"))),
    Kind.FIVE_YEAR_PLAN: tuple(map(re.compile, (r".{0,6}规划纲要", r".{0,4}五年规划", r"规划信息|发展规划"))),
}
# The way there: the tree itself, what leads to it, and the shelves in it that hold a report column.
STEPS = tuple(
    map(
        re.compile,
        (
            r"法定主动公开内容?", r"政府信息公开(?:目录|平台|专栏)?|信息公开目录|主动公开(?:目录|内容)?",
            r"其他(?:法定|主动公开|应公开)?信息|履职(?:依据|信息)|(?:市|县|区|省)?政府", r"政务公开|信息公开|政务|公开",
        ),
    )
)  # fmt: skip
_MENU = re.compile(r"""\{[^{}]{0,600}\}""")
_MENU_NAME = re.compile(r"""["']?(?:name|title|text|label)["']?\s*:\s*["']([^"'<>]{2,30})["']""")
_MENU_URL = re.compile(r"""["']?(?:url|href|link|path)["']?\s*:\s*["']([^"'<>\s]{2,300})["']""")


@dataclass(frozen=True, slots=True)
class Signpost:
    """A link of a portal: to a column of `kind`, or (`kind` None) a step on the way. Lower `rank` is plainer."""

    url: str
    name: str
    kind: Kind | None
    rank: int


def signposts(page: str, url: str, kinds: tuple[Kind, ...]) -> list[Signpost]:
    """What a page of a portal leads to, of these kinds, the plainest first; each address once.

    Links, menus in scripts (`{name: "政府工作报告", url: "/zwgk/gzbg/"}`) and frames on the same site count; headlines,
    files and addresses of other sites do not.
    """
    found: dict[str, Signpost] = {}
    for target, name in _named_places(page, url):
        post = _signpost(target, name, kinds)
        if post and same_site(target, url) and target != absolute(url, url):
            known = found.get(target)
            found[target] = min((post, *([known] if known else [])), key=_order)
    return sorted(found.values(), key=_order)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one government: one host, or below one name (www.jl.gov.cn, xxgk.jl.gov.cn)."""
    first, second = (urlsplit(url).hostname or "" for url in (one, other))
    return first == second or (_name(first) == _name(second) != "")


def _name(host: str) -> str:
    labels = host.split(".")
    if labels[-1].isdigit():
        return ""
    return ".".join(labels[-3:] if labels[-2:] in (["gov", "cn"], ["com", "cn"]) else labels[-2:])


def _order(post: Signpost) -> tuple[bool, int, int]:
    return post.kind is None, post.rank, len(post.name)


def _signpost(target: str, name: str, kinds: tuple[Kind, ...]) -> Signpost | None:
    if not 2 <= len(name) <= LONGEST_NAME or attachment_type(target):
        return None
    for kind in kinds:
        for rank, pattern in enumerate(NAMES[kind]):
            if pattern.fullmatch(name):
                return Signpost(target, name, kind, rank)
    step = next((rank for rank, pattern in enumerate(STEPS) if pattern.fullmatch(name)), None)
    return None if step is None else Signpost(target, name, None, step)


def _named_places(page: str, url: str) -> Iterator[tuple[str, str]]:
    for tag in tags(parse(page, url)):
        if tag.name in ("iframe", "frame"):
            yield absolute(attribute(tag, "src"), url), "主动公开"  # the tree often lies in a frame of its own
        elif tag.name == "script":
            yield from _menu(str(tag.string or ""), url)
        elif tag.name == "a" or tag.has_attr("onclick"):
            yield _place(tag, url)


def _place(tag: Tag, url: str) -> tuple[str, str]:
    shown = re.sub(r"^[·•>\s-]+|[>»（(]\s*\d*\s*[)）]?$", "", tidy(tag.get_text()))
    return link_target(tag, url), shown if 2 <= len(shown) <= LONGEST_NAME else link_title(tag)


def _menu(script: str, url: str) -> Iterator[tuple[str, str]]:
    for item in _MENU.findall(script):
        name, address = _MENU_NAME.search(item), _MENU_URL.search(item)
        if name and address:
            yield absolute(address[1].replace("\\/", "/"), url), tidy(name[1])
