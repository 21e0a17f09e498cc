"""Whether a title can be a report's, of which kind, and where title and heading stand in a plain text."""

import re
import unicodedata

from monitor.catalogue.regions import regions_named
from monitor.written import simplified
from storage.values import Kind

# What the page about a report is, when it isn't the report. Read in the title without the report's own name.
_ABOUT_IT = re.compile(
    r"一图|图解|图读|读懂|看懂|长图|海报|动漫|漫画|视频|直播|实录|速递|速览|速读|快讯|快评|金句|划重点|亮点|关键词|热词|数读|数说|"
    r"名词解释|术语|注释|词条|解读|解析|学习|贯彻|辅导|宣讲|侧记|综述|评论|社论|反响|热议|点赞|声音|访谈|专访|"
    r"审议|讨论|座谈|征求|征集|意见建议|建言|起草|听取(?!和审议)|作(?:了)?《?政府工作报告|"
    r"分工|任务分解|责任分解|分解落实|分解方案|任务清单|重点任务|重点工作|工作要点|台账|督查|督办|进展|完成情况(?:的)?通报|落实情况|推进情况|"
    r"通知|公告|公示|通报|批复|复函|答复|办法|方案|决议|决定|意见(?!稿)|问答|发布会|新闻|汇编|目录|合集|系列|倒计时|"
    r"开幕|闭幕|建议$|召开|举行|会议纪要|部署|调研|两会|审查(?:结果|意见|报告|的)|征文|英文|外文|出炉|写入|列入|纳入|点名|聚焦|关注"
)
# The names of the kinds. 报告 alone names none.
_NAMES = {
    Kind.WORK_REPORT: re.compile(
        r"政府工作(?:的)?报告|(?:人民政府|行署|管委会)工作报告|^工作报告$|政府工作情况(?:的)?报告"
    ),
    Kind.PLAN_REPORT: re.compile(
        r"(?:国民经济(?:和|与|及)?社会发展|国民经济|经济社会发展|社会发展).{0,12}计划.{0,40}(?:报告|草案)|计划执行情况.{0,30}(?:报告|草案)"
        r"|^计划报告$"
    ),
    Kind.BUDGET_REPORT: re.compile(
        r"预算.{0,4}执行.{0,40}(?:预算|草案).{0,16}报告|预算执行情况.{0,40}草案|(?:财政|政府|全[市县区省])预决?算(?:草案|执行情况)?(?:的)?报告"
        r"|预算草案(?:的)?报告|^预算报告$"
    ),
    Kind.FIVE_YEAR_PLAN: re.compile(
        r"第[一二三四五六七八九十]{1,3}个五年(?:规划|计划).{0,40}(?:纲要|规划|计划)?|十[一二三四五六七八九]五.{0,4}(?:规划|计划)?纲要"
        r"|国民经济和社会发展.{0,16}五年.{0,6}(?:规划|计划)"
    ),
    Kind.BULLETIN: re.compile(r"国民经济(?:和|与)社会发展统计公报|^统计公报$|年统计公报"),
}
_BUDGET_ONLY_PARTS = re.compile(r"部门预算|部门决算|单位预算|三公经费|决算草案|决算的|预算公开|绩效|调整")
# What may stand behind a work report's name, and in front of it when no place or year does.
_BEHIND = re.compile(
    r"(?:[(\[【—-]*(?:摘要|摘编|摘登|摘录|摘|节选|简本|全文(?:来了|发布|如下)?|书面|审议稿|讨论稿|草案|修订[版稿]?|修改稿|更正[版稿]?|修正[版稿]?|完整版|文字版"
    r"|文字实录|(?:19|20)\d\d(?:年度?)?|\d{4}年\d{1,2}月\d{1,2}日|第?[一二三四五六七八九十\d]{1,2}[版号]?|上|中|下|续)[)\]】!]*)*"
)
_FRONT = re.compile(
    r"[(【\[](?:受权发布|全文|摘要|权威发布|收藏|重磅)[)】\]]|(?:19|20)\d\d(?:年度?)?|^(?:关于|重磅|全文|权威发布|中华人民共和国|国务院|人民)|[:|!,—-]"
)
_EXCERPT = re.compile(r"摘要|摘编|摘登|摘录|节选|简本|要点版|[（(【\[]摘[）)】\]]")
_REVISED = re.compile(r"修订|修改稿|修正|更正|勘误|更新版|重新发布")
_SUBTITLE = re.compile(r"[-—－–―]{1,3}.{0,40}?(?:\d{4}|[一二〇零]{2}.{2})年.{0,60}?(?:会议|大会).{0,4}上?.*$")
_GIVEN = re.compile(
    r"[（(]?[-—－–―]{0,6}(?P<date>(?:\d{4}|[一二三四五六七八九〇零○]{4})年.{1,3}月(?:.{1,3}日)?)(?:上午|下午)?[^。，\n]{0,6}在"
    r"(?P<where>[^。\n]{2,60}?(?:会议|大会|全会))[^。\n]{0,12}上"
)
_FURNITURE = re.compile(r"^(?:标题|题目|标 题)[:：]")
_CALLS = re.compile(r"来了|全文|重磅|收藏|转存|权威发布|!$")
_ITEM = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）、.,，]")
# When a page was made or put up, above the heading that says when the report was given.
_PUT_UP = re.compile(r"(?:成文|发布|发文|印发|生成|公开|公布|上传|更新|生效)(?:日期|时间):[\d年月日:./-]+")
HEAD = 4000  # how much of a text can be title, heading and page furniture before it


def fold_title(title: str) -> str:
    """Without the width, quotes, spaces and script that titles differ by: 政 府 工 作 報 告 → 政府工作报告."""
    return simplified(re.sub(r"[\s?《》〈〉“”\"'‘’「」『』]+", "", unicodedata.normalize("NFKC", title)))


def kind_of_title(title: str) -> Kind | None:
    """The kind a title names, or None. 关于…计划执行情况与…计划草案的报告 is a plan report."""
    folded = _SUBTITLE.sub("", fold_title(title)) or fold_title(title)
    for kind in (Kind.WORK_REPORT, Kind.BULLETIN, Kind.BUDGET_REPORT, Kind.PLAN_REPORT, Kind.FIVE_YEAR_PLAN):
        if _NAMES[kind].search(folded):
            return kind
    return None


def can_be_report(title: str, kind: Kind) -> bool:
    """Whether an index entry's title can be a report of the watched kind, or of any kind for `other`.

    2026年云溪市政府工作报告 and 关于2025年…执行情况与2026年…计划草案的报告 can; what is said about a report (一图读懂…,
    …重点任务分工方案的通知, 解读, 名词解释, 分组审议…) can't. A newspaper's 摘要 can. A title that an index page
    cut short (…) counts when what is left can still become one.
    """
    folded = fold_title(title)
    if not folded:
        return False
    named = kind_of_title(title)
    cut = re.search(r"(?:\.{2,}|…+)$", folded)
    if kind is Kind.OTHER:
        return named is not None and not _tells_about(folded, named)
    if named is None and cut:
        return _may_become(folded[: cut.start()], kind)
    return named is kind and not _tells_about(folded, kind)


def _tells_about(folded: str, kind: Kind) -> bool:
    """Whether the title is that of a page about a report: what is left without the report's own name gives it away."""
    bare = re.sub(r"在.{2,40}?(?:会议|大会(?!第))上?(?:的|所作的)?", "—", _SUBTITLE.sub("", folded) or folded)
    if kind is Kind.BUDGET_REPORT and _BUDGET_ONLY_PARTS.search(bare):
        return True
    if kind is Kind.WORK_REPORT:
        return not _stands_by_itself(bare)
    if re.search(r"审查(?:结果|意见)", bare):
        return True
    rest = re.sub(r"[(](?:提请|请予|书面)?.{0,12}?(?:审议|审查|讨论)稿?[)]", "", _NAMES[kind].sub("", bare))
    return bool(_ABOUT_IT.search(rest))


def _stands_by_itself(bare: str) -> bool:
    """Whether nothing is said about the work report that is named: a place and a year in front, a remark behind."""
    name = _NAMES[Kind.WORK_REPORT].search(bare)
    if name is None or not _BEHIND.fullmatch(re.sub(r"(?:\.{2,}|…+|[—–-]+)$", "", bare[name.end() :])):
        return False
    front = bare[: name.start()]
    if front.endswith("—") and not _ABOUT_IT.search(front):
        return True  # a motto: 坚定信心——在…会议上的政府工作报告
    front = _FRONT.sub("", front).removesuffix("的")
    return not _ABOUT_IT.search(front) and (not front or front[-1] in "省市区县州盟旗" or bool(regions_named(front)))


def _may_become(begun: str, kind: Kind) -> bool:
    """关于2025年国民经济和社会发展计划执行情况与20… can still become a plan report."""
    beginnings = {
        Kind.WORK_REPORT: r"政府工作|政府工$|政府$",
        Kind.PLAN_REPORT: r"国民经济和社会发展计划|国民经济和社会发展$|计划执行情况",
        Kind.BUDGET_REPORT: r"预算执行情况|财政预算",
        Kind.FIVE_YEAR_PLAN: r"国民经济和社会发展第",
        Kind.BULLETIN: r"国民经济和社会发展统计",
    }
    return bool(re.search(beginnings.get(kind, "$^"), begun)) and not _ABOUT_IT.search(begun)


def is_excerpt_title(title: str) -> bool:
    return bool(_EXCERPT.search(fold_title(title)))


def is_revised_title(title: str) -> bool:
    return bool(_REVISED.search(fold_title(title)))


def heading_of(text: str) -> str:
    """——2024年1月10日在云溪市第三届人民代表大会第四次会议上, as it stands near the top of a text; "" without one."""
    head = _PUT_UP.sub("", re.sub(r"[ \t?　]+", "", unicodedata.normalize("NFKC", text[:HEAD])))
    found = _GIVEN.search(re.sub(r"(?<=[\d年月日在届会次])\n+(?=\S)", "", head))
    return found.group().strip("（( \n") if found else ""


def title_and_heading(text: str) -> tuple[str, str]:
    """The first line near the top that can be a report's title, and the line that says when and where it was given.

    Page furniture before them is passed over; either may be "". The title is as printed, less 标题：. What only calls
    for readers (政府工作报告全文来了！) is the title where nothing else is.
    """
    heading = heading_of(text)
    called = ""
    for line in re.split(r"各位代表|我代表", text[:HEAD])[0].splitlines():
        title = _FURNITURE.sub("", line.strip()).strip()
        folded = fold_title(title)
        if not 4 <= len(folded) <= 90 or "。" in folded or folded == "工作报告" or _ITEM.match(folded):
            continue
        kind = kind_of_title(title)
        if not kind or _tells_about(folded, kind):
            continue
        if not _CALLS.search(folded) or regions_named(folded) or re.search(r"\d{4}", folded):
            return title, heading
        called = called or title  # the printed title may stand below
    return called, heading
