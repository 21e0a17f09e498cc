"""Whose report it is: the region that title, heading, issuer, site and text name, homonyms told apart by their company.

Names are read where they name an issuer (云溪市人民政府, 云溪市第三届人民代表大会), so 高唐县 is never 唐县. When title
and heading are missing, a report still gives itself away: 我代表市人民政府 tells the level, and its own name and those
of the places below it recur all through it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from monitor.catalogue.regions import (
    NATION,
    Level,
    Region,
    ancestors,
    children,
    contains,
    region,
    regions,
    regions_named,
)

_STATE_COUNCIL = re.compile(
    r"代表国务院|国务院(?:总理|副总理|关于)|全国人民代表大会|受国务院委托|中央人民政府|中华人民共和国(?:全国|政府工作|20|19)"
)
_FOR_THE_STATE_COUNCIL = re.compile(
    r"代表(?:国务院|中央人民政府)|(?:受|根据)[^。\n]{0,8}国务院(?:的)?(?:委托|决定)|向(?:第[一-龥]{1,3}届)?全国人民代表大会"
)
# Nobody else is spoken for with these, whatever column, portal or title they stand under.
_NATION_SPEAKS = re.compile(
    r"(?:我|现在)[^。\n]{0,6}代表(?:国务院|中央人民政府)|我[^。\n]{0,4}受[^。\n]{0,8}国务院的?委托|^国务院总理",
    re.MULTILINE,
)
_NATIONS_SESSION = re.compile(r"[在向]第[一-龥\d]{1,3}届全国人民代表大会")
_OPENING = re.compile(
    r"代表(?P<name>(?:(?!国务院|大会|中央)[一-龥]){0,14}?"
    r"(?P<level>自治区|自治州|自治县|自治旗|省|市|县|区|州|盟|旗|特区)?)(?:人民政府|政府|行署|行政公署)"
)
_SESSION = re.compile(r"(?P<name>[一-龥]{2,16}?)(?:第?[一二三四五六七八九十百\d]{1,3}届)(?:人民代表大会|人大)")
_GOVERNMENT = re.compile(
    r"(?P<name>[一-龥]{2,16}?)(?:人民政府|政府工作报告|(?:20|19)\d\d年.{0,2}政府工作|国民经济|行政公署|行署|预算)"
)
_DATED = re.compile(r"(?P<name>[一-龥]{2,16}?)(?:关于)?(?:20|19)\d\d年")
_SUFFIX = "省市县区州盟旗"
# Short names that are words of every report: alone they name no place.
_WORDS = frozenset(
    re.findall(
        r"\S+",
        "新兴 和平 平安 安定 中原 东方 新城 城关 开平 长安 文昌 民主 团结 建设 高新 城区 郊区 新区 兴安 永安 "
        "太平 光明 解放 铁东 铁西 前进 向阳 东风 新华 青年 工农 红旗 友好 南山 东山 西山 金山 江北 江南 河东 "
        "河西 朝阳 新民 大通 安全 五星 东区 西区 中区 北区 南区 永兴 兴国 兴业 富民 富裕 宝山 金湖 长乐 康乐 "
        "永康 长丰 丰满 万全 安宁 公安 发展 开发 改革 中心 昌明 丰收 同心 文化 大安 国安 清新 清水 洪水 大田 "
        "白云 青山 西湖 东湖 南湖 城中 城北 城南 城东 城西 市中 铁路 港口 矿区 通道 平和 宁静 大方 文明 绿春 "
        "振兴 高明 开阳 安平 信丰 定安 平定 武安 南部 西部 中部 东部 北部 资源 互助 五大 合作 合水 永和 创新 "
        "新建 惠民 和政 共和 新和 新平 和安 运河 大城 安新 大新 一区 古城 双城 安居 民和 宏伟 利通 平原 友谊 "
        "温泉 平陆 复兴 全州 三江 小金 滨海 大兴 金沙 龙泉 江口 滨江 滨湖 延长 长寿 兴隆 惠农 盐湖 灯塔 凤凰 "
        "站前 上高 林口 上城 商城 江城 政和 双峰 海城 新市 老城 龙江 江海 增城 迁安",
    )
)
OF_THE_NATION = 15  # times that 我国 stands in a whole report of the country, and in hardly another
FURNITURE = 1000  # characters that may stand above a text: a portal's name, a path
WHOLE = 3000  # characters of a text that would name its own place somewhere


@dataclass(frozen=True, slots=True)
class Place:
    """A region found, how surely, and what is doubtful. `sure` is false when it was not told but inferred."""

    region: str
    sure: bool
    doubts: tuple[str, ...] = ()


def place_of(title: str, heading: str, issuer: str, site_code: str, body: str, source_region: str) -> Place:
    """The region whose report it is; the source's, with a doubt, when nothing tells. "" when there is no source either.

    All words come normalised (`years.normalised`); `body` is the text, or as much of its beginning as there is.
    """
    head = body[:4000]
    if _NATIONS_SESSION.search(heading) or _nation_speaks(head):
        return Place(NATION, True)
    told = _told_by(title, heading, issuer, site_code, body, source_region)
    if len(body) > WHOLE and _speaks_of_the_nation(told.region, body):
        return Place(NATION, False, ("nothing names the issuer; the text speaks of the whole country throughout",))
    return told


def _told_by(title: str, heading: str, issuer: str, site_code: str, body: str, source_region: str) -> Place:
    head = body[:4000]
    named = _named_by(title, heading, head)
    if named:
        return _told_apart(named, body, source_region, site_code)
    if _of_the_state_council(title, heading, head):
        return Place(NATION, True)
    level = _level_of(head, body)
    for candidates in (_named_in(issuer, (_GOVERNMENT,)) or _exactly(issuer), _by_site(site_code)):
        fitting = [found for found in candidates if not level or _fits(found, level)]
        if fitting:
            return _told_apart(fitting, body, source_region, site_code)
    return _by_source(source_region, level, body) or _inferred(body, level, source_region)


def _nation_speaks(head: str) -> bool:
    """我代表国务院, before anybody speaks for a place. A county may be told of the State Council, never for it."""
    found, local = _NATION_SPEAKS.search(head), _OPENING.search(head)
    return found is not None and (local is None or found.start() < local.start())


def _speaks_of_the_nation(code: str, body: str) -> bool:
    """Whether a text is of 我国 all through and not of the place that page or source name; nobody says whose it is."""
    found = region(code)
    if code == NATION or _OPENING.search(body[:4000]) or body.count("我国") <= OF_THE_NATION:
        return False
    return found is None or all(body[FURNITURE:].count(name) < 3 for name in _speaking(found))


def _by_source(source_region: str, level: str, body: str) -> Place | None:
    """The source's region if the text may be its own, or one above it, when the speaker's level is that one's."""
    found = region(source_region)
    if found is None:
        return None
    around = (found, *(one for one in ancestors(found.code) if one.code != NATION))
    fitting = [one for one in around if not level or _fits(one, level)]
    if len(body) > WHOLE:
        named = {one.code: min(body.count(name) for name in _speaking(one)) for one in fitting}
        fitting = sorted((one for one in fitting if named[one.code] >= 3), key=lambda one: -named[one.code])
    if not fitting:
        return None
    if fitting[0] == found or not level:
        return Place(found.code, True)
    return Place(fitting[0].code, False, (f"the speaker's level ({level}) is not the source's; filed above it",))


def _named_by(title: str, heading: str, head: str) -> list[Region]:
    """The regions that the title, else the heading, else the first lines name as issuer; homonyms together."""
    sessions = _named_in(heading, (_SESSION,))
    entitled = _named_in(title, (_SESSION, _GOVERNMENT, _DATED)) or _leading(title)
    both = [found for found in entitled if found in sessions]
    if both or (entitled and not sessions):
        return both or entitled
    opening = _OPENING.search(head)
    level = opening["level"] if opening and opening["level"] else ""
    above = _named_in(_first_lines(head), (_SESSION, _GOVERNMENT))  # may be a portal's name: the speaker's level counts
    return sessions or [found for found in above if _fits(found, level[-1:])] or _speaking_for(head)


def _speaking_for(head: str) -> list[Region]:
    """我代表云溪市人民政府: the speaker names whom he speaks for."""
    opening = _OPENING.search(head)
    return _ending_in(opening["name"]) if opening and len(opening["name"]) > 2 else []


def _first_lines(head: str) -> str:
    """The lines before the speech: who speaks, where, for whom. A newspaper's running text is left out."""
    lines = head.splitlines()
    for number, line in enumerate(lines):
        if "各位代表" in line or "我代表" in line:
            return "\n".join(one for one in lines[:number] if len(one) <= 90)
    return "\n".join(one for one in lines[:12] if len(one) <= 60)


def _named_in(words: str, patterns: tuple[re.Pattern[str], ...]) -> list[Region]:
    for pattern in patterns:
        for found in pattern.finditer(words):
            regions_found = _ending_in(found["name"])
            if regions_found:
                return regions_found
    return []


def _ending_in(words: str) -> list[Region]:
    """中共河北省保定市 → 保定市, the longest name that the words end in; a path before it tells homonyms apart."""
    for start in range(len(words) - 1):
        called = [found for found in regions_named(words[start:]) if words[start:] not in _WORDS]
        if called:
            before = words[:start]
            within = [
                found for found in called if any(_ends_with_name(before, above) for above in ancestors(found.code))
            ]
            return within or called
    return []


def _ends_with_name(words: str, found: Region) -> bool:
    return any(words.endswith(name) for name in (found.name, *found.aliases))


def _leading(title: str) -> list[Region]:
    """长春市政府工作报告: a place's name in front of the report's."""
    found = re.search(r"([一-龥]{2,16}?)([市县区]?)政府(?:工作)?报告", title)
    if found is None:
        return []
    bare, suffix = found.groups()
    # 岳阳's 云溪区 is called 云溪 for short, but a 云溪市 is another place.
    return [one for one in _ending_in(bare) if not suffix or _fits(one, suffix)]


def _exactly(name: str) -> list[Region]:
    """An issuer that is a place, or a place's government or portal: 长春市人民政府网, 绿园区政府办公室."""
    bare = re.sub(r"(?:人民)?政府.*$|门户网站.*$|网$", "", name)
    return list(regions_named(bare)) if bare else []


def _by_site(site_code: str) -> list[Region]:
    code = site_code[:6]
    found = region(code) if re.fullmatch(r"\d{6}", code) and code != NATION else None
    return [found] if found else []


def _of_the_state_council(title: str, heading: str, head: str) -> bool:
    if _STATE_COUNCIL.search(title) or _STATE_COUNCIL.search(heading):
        return True
    return bool(_FOR_THE_STATE_COUNCIL.search(head[:1500]))


def _fits(found: Region, level: str) -> bool:
    """Whether a region is, or once was, a 市, 县, 区 …: 徐水区 spoke as 徐水县 until 2015."""
    return any(name.endswith(level) and not name.endswith("地区") for name in (found.name, *found.former))


def _level_of(head: str, body: str) -> str:
    """省, 市, 县, 区, 州, 盟, 旗: what the speaker calls his own; "" when the text doesn't say."""
    opening = _OPENING.search(head)
    if opening and opening["level"]:
        said = opening["level"]
        return said if said == "自治区" else said[-1]
    own = {level: len(re.findall(f"[全我]{level}", body)) for level in _SUFFIX}
    most = max(own.values())
    # Lower ones speak of those above them (居全省第一), hardly ever the other way round; 全区 may be a region's.
    fitting = (level for level in "县旗州盟市区省" if own[level] >= (most if level == "区" else max(3, 0.25 * most)))
    return next(fitting, "") if most >= 8 else ""


def _told_apart(candidates: list[Region], company: str, source_region: str, site_code: str) -> Place:
    """One of several regions of a name: the one near the source or site, else the one whose company the text keeps."""
    if len(candidates) == 1:
        return Place(candidates[0].code, True)
    near = [
        found
        for found in candidates
        if any(
            code and (contains(code, found.code) or contains(found.code, code))
            for code in (site_code[:6], source_region)
            if code != NATION
        )
    ]
    if len(near) == 1:
        return Place(near[0].code, True)
    scores = sorted(((_company(found, company), found) for found in near or candidates), key=lambda pair: -pair[0])
    if scores[0][0] > max(1.5 * scores[1][0], 2):
        return Place(scores[0][1].code, True)
    present = [found for found in near or candidates if found.name in company]
    if len(present) == 1:
        return Place(present[0].code, True)
    names = ", ".join(found.code for found in candidates)
    if source_region:
        return Place(source_region, False, (f"the name fits several regions ({names}); filed under the source's",))
    return Place("", False, (f"the name fits several regions: {names}",))


def _company(found: Region, text: str) -> float:
    """How much of a region's surroundings a text names: what lies below and above it."""
    score = 0.0
    for below in children(found.code):
        score += min(sum(text.count(name) for name in _speaking(below)), 10)
    for weight, above in zip((1.0, 0.5), ancestors(found.code), strict=False):
        if above.code != NATION:
            score += weight * min(sum(text.count(name) for name in _speaking(above)), 10)
    return score


def _speaking(found: Region) -> list[str]:
    """The shortest names that a mention must hold: 长春 for 长春市, but 和平区 where 和平 is a word."""
    short = [alias for alias in found.aliases if alias not in _WORDS and len(alias) >= 2]
    return [min(short, key=len)] if short else [found.name]


@cache
def _names() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """First two characters → the names that begin with them, longest first, each with its regions' codes."""
    names: dict[str, list[str]] = {}
    for found in regions():
        for name in {*_speaking(found), found.name, *found.former} - _WORDS:
            if found.level is not Level.NATION:
                names.setdefault(name, []).append(found.code)
    index: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name in sorted(names, key=len, reverse=True):
        index.setdefault(name[:2], []).append((name, tuple(names[name])))
    return {first: tuple(entries) for first, entries in index.items()}


def _stands_alone(text: str, at: int) -> bool:
    """Whether a name of two characters is one: 易县 after 在, not 成县 in 完成县十六届."""
    return at == 0 or not "一" <= text[at - 1] <= "龥" or text[at - 1] in "在对为是的爱到设新美促让使与以及表市省强"


def mentions(text: str) -> Counter[str]:
    """How often each region is named in a text, by code; a name of several counts for each of them."""
    index = _names()
    found: Counter[str] = Counter()
    end = 0
    for at in [at for at in range(len(text) - 1) if text[at : at + 2] in index]:
        if at < end:
            continue
        for name, codes in index[text[at : at + 2]]:
            if text.startswith(name, at) and (len(name) > 2 or name[1] not in "县区" or _stands_alone(text, at)):
                found.update(codes)
                end = at + len(name)
                break
    return found


def _inferred(text: str, level: str, source_region: str) -> Place:
    """The region that a text without title or issuer speaks of all the time; in doubt the source's."""
    if not level and text.count("我国") > OF_THE_NATION:
        return Place(NATION, False, ("nothing names the issuer; the text speaks of the whole country throughout",))
    counts = mentions(text)
    scores: dict[str, float] = {}
    for code, own in counts.items():
        found = region(code)
        if found is None or own < 3 or (level and not _fits(found, level)):
            continue
        below = sum(min(counts[child.code], 5) for child in children(code))
        above = sum(min(counts[one.code], 5) for one in ancestors(code) if one.code != NATION)
        scores[code] = own + below + 0.5 * above
    ranked = sorted(scores, key=lambda code: -scores[code])
    if ranked and (len(ranked) == 1 or scores[ranked[0]] >= 1.3 * scores[ranked[1]]):
        return Place(ranked[0], False, ("no title or heading names the region; the text speaks of it throughout",))
    if source_region:
        return Place(source_region, False, ("nothing tells the region; filed under the source's",))
    return Place("", False, ("nothing tells the region",))
