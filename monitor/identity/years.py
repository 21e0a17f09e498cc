"""The year a report plans for, from its title, its heading, its text and its day of publication."""

import re
from collections import Counter
from datetime import date

from monitor.written import DIGITS, normalised

_YEAR = r"(?P<year>(?:19|20)\d\d)年(?:度)?"
_HEADING = r"\n[^\n。,;]{0,24}?"  # a line that is short and has no sentence in it
_AHEAD = (
    re.compile(r"(?:做好|部署|安排|搞好|抓好|关于)" + _YEAR + r"(?:的)?[^。,;\n]{0,10}(?:工作|任务|目标)"),
    re.compile(
        r"\n(?!.{0,10}完成)[^\n。,;]{0,24}?"
        + _YEAR
        + r"[^\n。]{0,24}?(?:安排|要求|任务|目标|思路|部署|打算|计划|建议|重点|方针)(?=\n)"
    ),
    re.compile(_YEAR + r"(?:政府工作|经济社会发展|经济工作|国民经济和社会发展)[^。\n]{0,8}(?:目标|要求|思路|任务)"),
)
_BEHIND = (
    re.compile(_HEADING + _YEAR + r"[^\n。]{0,16}?(?:回顾|总结|情况|成就)(?=\n|和\d{4})"),
    re.compile(_YEAR + r"(?:的)?(?:政府|主要|国内)*工作(?:的)?(?:简要)?(?:回顾|总结)"),
    re.compile(r"(?:过去的|回顾|刚刚过去的|过去的一年即)" + _YEAR),
    re.compile(_YEAR + r"[^。\n]{0,20}(?:是极不平凡|是很不平凡|极不寻常|很不寻常|极为不易)"),
)
# These look back at the beginning of a text and ahead further on.
_EITHER = (
    re.compile(_HEADING + _YEAR + r"[^\n。]{0,16}?工作(?=\n)"),
    re.compile(
        r"\n(?:各位代表:[^。\n]{0,60}。)?"
        + _YEAR
        + r",?(?:是|在|面对)(?![^\n。]{0,40}(?:我们将|将锚定|将坚持|做好))[^\n]{40,}"
    ),
)
PROSE = 600  # characters within which a sentence stands: what has none behind it is a link to another page
_PROSE = re.compile(r"。|[^\n]{60}")
# A table without a title: “十五五”时期主要指标 in its first line.
TITLE = 60  # characters of a line that may be a title
_PERIOD = re.compile(
    r"[“\"「]?(?P<number>十[一二三四五六七八九]?)五[”\"」]?(?:时期|期间|规划)?[^\n。]{0,20}(?:指标|规划|纲要)"
)
# The sessions of the National People's Congress that opened each term; one a year from the fifth term on.
_FIRST_SESSIONS = {1: 1954, 2: 1959, 3: 1964, 4: 1975}
_CONGRESS = re.compile(
    r"[在向]第(?P<term>[一二三四五六七八九十]{1,3})届全国人民代表大会(?:第(?P<session>[一二三四五])次会议)?"
)

_SINCE = re.compile(
    r"(?:从|自|根据)?去年[^。,\n]{0,6}(?P<last>第[一二三四五六七八九十]{1,3}届全国人民代表大会第[一二三四五]次会议)"
    r"|(?P<term>第[一二三四五六七八九十]{1,3}届全国人民代表大会第一次会议)以来的五年"
)


def title_year(title: str) -> int | None:
    """2024年政府工作报告 → 2024; 关于2023年…执行情况与2024年…计划 → 2024; …第十四个五年规划… → 2021, its first year.

    A day in the title is no year of a report, nor is a far one (2035年远景目标).
    """
    bare = re.sub(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?", "", normalised(title))
    plan = re.search(r"第([一二三四五六七八九十]{2,3})个五年(?:规划|计划)", bare)
    if plan and "执行情况" not in bare:
        return 1951 + 5 * _number(plan.group(1))
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~至])", bare)}
    year = min(years, default=None)
    while year is not None and year + 1 in years:
        year += 1
    return year


def year_of_day(day: date) -> int:
    """A report given in November or December plans the year to come."""
    return day.year + (day.month >= 11)


def day_of(words: str) -> date | None:
    """The first day written in words: 2021年12月28日, 2021-12-28, 二〇二一年十二月二十八日; 2021年12月 is its first."""
    half = _arabic_day(normalised(words))
    found = re.search(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?|(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", half)
    if not found:
        return None
    year, month, day = found.group(1, 2, 3) if found.group(1) else found.group(4, 5, 6)
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def _number(written: str) -> int:
    """十四 → 14, below a hundred."""
    tens, ten, ones = written.rpartition("十")
    return (10 * int(tens.translate(DIGITS) or 1) if ten else 0) + int(ones.translate(DIGITS) or 0)


def _arabic_day(half: str) -> str:
    return re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日])", lambda found: str(_number(found.group())), half)


def years_of_text(body: str) -> Counter[int]:
    """How strongly the text itself speaks for each year: what it plans and what it looks back on."""
    body = f"\n{body}\n"
    votes: Counter[int] = Counter()
    for step, patterns in ((0, _AHEAD), (1, _BEHIND)):
        for pattern in patterns:
            for found in pattern.finditer(body):
                if _PROSE.search(body, found.end(), found.end() + PROSE):
                    votes[int(found["year"]) + step] += 1
    for pattern in _EITHER:
        for found in pattern.finditer(body):
            later_chapter = re.match(r"\n[(]?[二三四五六七八九]", found.group())
            if found.start() < len(body) / 5 and not later_chapter:
                votes[int(found["year"]) + 1] += 1
            elif pattern is _EITHER[0]:
                votes[int(found["year"])] += 1
    return votes


def year_of_congress(words: str) -> int | None:
    """向第十届全国人民代表大会第一次会议 → 2003; sessions of local congresses tell no year."""
    found = _CONGRESS.search(words)
    if not found:
        return None
    term = _number(found["term"])
    first = _FIRST_SESSIONS.get(term, 1978 + 5 * (term - 5))
    return first + _number(found["session"] or "一") - 1


def year_spoken_of(body: str, *, excerpt: bool) -> int | None:
    """A guess at the year from how often a text names each.

    A whole report names the year before most, and the next hardly at all; a piece of one names its own.
    """
    horizons = "到" if excerpt else ""  # 到2030年 is how far a plan looks, not when it was made
    counts = Counter(int(year) for year in re.findall(rf"(?<![\d{horizons}])((?:19|20)\d\d)年", body))
    if not counts:
        return None
    top = max(counts, key=lambda year: (counts[year], year))
    if excerpt:
        return top
    year = top
    while counts[year + 1] >= 0.2 * counts[year]:
        year += 1
    looking_back = year == top and counts[top - 1] < 0.4 * counts[top]
    return year + looking_back


def year_reckoned(body: str) -> int | None:
    """The year from a line that is a day, a plan's first year or the congress before; None where none of it is said.

    2003年4月7日 above the speech; 今年是实施“十五”计划的第一年 → 2001;
    第十一届全国人民代表大会第一次会议以来的五年 → 2013; 从去年3月第五届全国人民代表大会第一次会议 → 1979.
    """
    line = re.search(r"^[(]?((?:19|20)\d\d年\d{1,2}月\d{1,2}日)[)]?$", _arabic_day(body[:600]), re.MULTILINE)
    day = day_of(line.group(1)) if line else None
    if day and abs(year_of_day(day) - (year_spoken_of(body, excerpt=False) or 0)) <= 1:
        return year_of_day(day)  # else it is the day of a repost
    plan = re.search(
        r"今年[^。\n]{0,30}“([七八九]|十[一二三四五六]?)五”(?:计划|规划)?[^。\n]{0,4}(?:第一年|头一年|开局)", body
    )
    if plan is None:
        plan = re.search(
            r"从今年开始[^。\n]{0,30}五年(?:计划|规划)。[^。\n]{0,60}第([一二三四五六七八九十]{1,3})个五年", body
        )
    if plan:
        return 1951 + 5 * _number(plan.group(1))
    session = _SINCE.search(body)
    if session is None:
        return None
    since = year_of_congress(f"在{session['last'] or session['term']}")
    return since + (5 if session["term"] else 1) if since else None


def _year_of_period(body: str) -> int | None:
    """The first year of the five that the first line of a text without a title names."""
    first = body.partition("\n")[0]
    period = _PERIOD.search(first) if len(first) <= TITLE else None  # a text may be one long line
    return 1951 + 5 * _number(period["number"]) if period else None


def year_of(
    title: str, heading: str, body: str, published_on: date | None, *, excerpt: bool = False, known: int | None = None
) -> tuple[int | None, list[str]]:
    """The year and what is doubtful about it; None where it could only be guessed, and a doubt says the guess.

    `body` comes normalised. Title, heading and text are asked; two that agree win, then the heading, the title, the
    text; what can be reckoned, the `known` year that a person gave, or a day of publication only when all are silent,
    for reports are reposted years later.
    """
    given = day_of(heading)
    from_title = title_year(title) if title else _year_of_period(body)
    from_heading = year_of_day(given) if given else year_of_congress(normalised(heading) or body[:1500])
    votes = years_of_text(body)
    from_text = votes.most_common(1)[0][0] if votes else None
    said = [year for year in (from_heading, from_title, from_text) if year]
    if not said:
        reckoned = year_reckoned(body) or known
        if reckoned:
            return reckoned, []
        if published_on:
            return year_of_day(published_on), [
                "the year is that of the day of publication; title, heading and text name none"
            ]
        guess = year_spoken_of(body, excerpt=excerpt)
        if guess:
            return None, [f"no title, heading or chapter names the year; from the years it speaks of it may be {guess}"]
        return None, ["neither title, heading, text nor a day of publication tells the year"]
    tally = Counter([*said, *([known] if known in said else [])])
    year = max(said, key=lambda y: (tally[y], -said.index(y)))
    doubts = []
    if from_title and from_title != year:
        doubts.append(f"the title says {from_title}, heading and text {year}")
    if len(tally) == len(said) > 1 and known not in said:
        doubts.append(f"title, heading and text name different years: {', '.join(map(str, said))}")
    return year, doubts
