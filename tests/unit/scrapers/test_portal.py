"""Which links of a portal lead to report columns, and which only on the way."""

import pytest

from scrapers.portal import same_site, signposts
from storage.values import Kind

HOME = "http://www.lanyi.gov.cn/"
ALL = (Kind.WORK_REPORT, Kind.PLAN_REPORT, Kind.BUDGET_REPORT)


def kinds(page: str, wanted: tuple[Kind, ...] = ALL) -> dict[str, Kind | None]:
    return {post.name: post.kind for post in signposts(page, HOME, wanted)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("政府工作报告", Kind.WORK_REPORT),
        ("市政府工作报告", Kind.WORK_REPORT),
        ("工作报告", Kind.WORK_REPORT),
        ("计划报告", Kind.PLAN_REPORT),
        ("国民经济和社会发展计划", Kind.PLAN_REPORT),
        ("规划计划", Kind.PLAN_REPORT),
        ("预算/决算", Kind.BUDGET_REPORT),
        ("预决算公开", Kind.BUDGET_REPORT),
        ("财政预决算", Kind.BUDGET_REPORT),
    ],
)
def test_a_column_is_known_by_its_name(name: str, kind: Kind) -> None:
    assert kinds(f'<a href="/a/">{name}</a>') == {name: kind}


@pytest.mark.parametrize("name", ["法定主动公开内容", "政府信息公开目录", "政务公开", "其他法定信息"])
def test_the_way_to_the_tree_is_a_step(name: str) -> None:
    assert kinds(f'<a href="/a/">{name}</a>') == {name: None}


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/t1.html">市十届人大三次会议审议政府工作报告等文件</a>',
        '<a href="/a.pdf">政府工作报告</a>',
        '<a href="http://www.elsewhere.gov.cn/a/">政府工作报告</a>',
        '<a href="javascript:void(0)">政府工作报告</a>',
        '<a href="/a/">旅游</a>',
    ],
)
def test_headlines_files_and_other_sites_are_no_columns(link: str) -> None:
    assert kinds(link) == {}


def test_the_plainest_name_comes_first_and_columns_before_steps() -> None:
    named = ("政务公开", "工作报告", "政府工作报告", "法定主动公开内容")
    page = "".join(f'<a href="/{place}/">{name}</a>' for place, name in enumerate(named))
    names = [post.name for post in signposts(page, HOME, ALL)]
    assert names == ["政府工作报告", "工作报告", "法定主动公开内容", "政务公开"]


def test_menus_in_scripts_titles_and_frames_count() -> None:
    page = """<script>var zNodes = [{ id: 12, pId: 1, name: "政府工作报告", url: "/zwgk/gzbg/", target: "_self" },
    { id: 13, pId: 1, name: "预算/决算", isParent: true, "href": "\\/zwgk\\/ysjs\\/" }];</script>
    <iframe src="/tree.html"></iframe><a href="/c/" title="计划报告"><img src="a.png"></a>"""
    found = {post.url: post.kind for post in signposts(page, HOME, ALL)}
    assert found == {
        f"{HOME}zwgk/gzbg/": Kind.WORK_REPORT,
        f"{HOME}zwgk/ysjs/": Kind.BUDGET_REPORT,
        f"{HOME}c/": Kind.PLAN_REPORT,
        f"{HOME}tree.html": None,
    }


def test_one_government_has_several_hosts() -> None:
    assert same_site("http://www.lanyi.gov.cn/", "https://xxgk.lanyi.gov.cn/a/")
    assert not same_site("http://www.lanyi.gov.cn/", "http://www.other.gov.cn/")
    assert not same_site("http://127.0.8.1/", "http://127.0.8.2/")
    assert not same_site("http://localhost/", "http://elsewhere/")
