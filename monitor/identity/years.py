"""The year a report plans for, from its title, its heading, its text and its day of publication."""

import re
import unicodedata
from collections import Counter
from datetime import date

_DIGITS = str.maketrans("一二三四五六七八九〇零○", "123456789000")
_YEAR = r"(?P<year>(?:19|20)\d\d)年(?:度)?"
_PLAN_WORDS = (
    r"(?:全[市省县区州旗盟]|[我本][市省县区]|政府|经济社会发展|国民经济和社会发展)*(?:的)?(?:工作|政府工作|经济工作|改革发展|发展)?(?:的)?"
    r"(?:总体|主要|重点)*(?:的)?(?:安排|总体要求|要求|任务|目标|预期目标|总体思路|思路|部署|打算|计划|建议|工作|重点)"
)
_AHEAD = (
    re.compile(r"(?:做好|部署|安排|搞好|抓好)" + _YEAR),
    re.compile(rf"\n[^\n。]{{0,12}}?{_YEAR}{_PLAN_WORDS}[^\n。]{{0,10}}(?=\n)"),
    re.compile(
        _YEAR + r"(?:政府工作|经济社会发展|经济工作)(?:的)?(?:主要|总体|总的|预期)*(?:预期)?(?:目标|要求|思路|任务)"
    ),
    re.compile(
        _YEAR
        + r"[^。\n]{0,18}(?:开局之年|关键之年|决胜之年|收官之年|起步之年|攻坚之年|第一年)[^。\n]{0,60}(?:做好|总体要求|主要目标)"
    ),
)
_BEHIND = (
    re.compile(
        rf"\n[^\n。]{{0,12}}?{_YEAR}(?:的)?(?:政府|主要|全[市省县区州]|经济社会发展)*(?:的)?工作(?:的)?(?:简要|主要|基本)?(?:回顾|总结|情况)?[^\n。]{{0,10}}(?=\n)"
    ),
    re.compile(_YEAR + r"(?:的)?(?:政府|主要)?工作(?:的)?(?:简要)?(?:回顾|总结)"),
    re.compile(r"(?:过去的|回顾|刚刚过去的|过去的一年即)" + _YEAR),
    re.compile(_YEAR + r"[^。\n]{0,20}(?:是极不平凡|是很不平凡|极不寻常|很不寻常)"),
)


def normalised(text: str) -> str:
    """Half-width, no spaces, Arabic years: 二〇二四年 → 2024年, ２００１年 → 2001年."""
    half = re.sub(r"[ \t\u3000]+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[一二三四五六七八九〇零○]{4}(?=年)", lambda found: found.group().translate(_DIGITS), half)


def title_year(title: str) -> int | None:
    """2024年政府工作报告 → 2024; 关于2023年…执行情况与2024年…计划 → 2024. A day in it is no year of a report."""
    bare = re.sub(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?", "", normalised(title))
    years = [int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|年度)", bare)]
    return max(years) if years else None


def year_of_day(day: date) -> int:
    """A report given in November or December plans the year to come."""
    return day.year + (day.month >= 11)


def day_of(words: str) -> date | None:
    """The first day written in words: 2021年12月28日, 2021-12-28, 二〇二一年十二月二十八日."""
    half = normalised(words)
    found = re.search(r"((?:19|20)\d\d)[年\-/.](\d{1,2})[月\-/.](\d{1,2})", _arabic_day(half))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _arabic_day(half: str) -> str:
    def number(found: re.Match[str]) -> str:
        tens, _, ones = found.group().rpartition("十")
        if "十" not in found.group():
            return ones.translate(_DIGITS)
        return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")

    return re.sub(r"[一二三四五六七八九十〇零]{1,3}(?=[月日])", number, half)


def years_of_text(text: str) -> Counter[int]:
    """How strongly the text itself speaks for each year: what it plans and what it looks back on."""
    body = "\n" + normalised(text) + "\n"
    votes: Counter[int] = Counter()
    for step, patterns in ((0, _AHEAD), (1, _BEHIND)):
        for pattern in patterns:
            for found in pattern.finditer(body):
                votes[int(found["year"]) + step] += 1
    return votes


def year_of(title: str, heading: str, text: str, published_on: date | None) -> tuple[int | None, list[str]]:
    """The year and what is doubtful about it.

    Title, heading and text are asked; two that agree win, then the heading, the title, the text; a day of publication
    only when all are silent, for reports are reposted years later.
    """
    given = day_of(heading)
    from_title, from_heading = title_year(title), year_of_day(given) if given else None
    votes = years_of_text(text)
    from_text = votes.most_common(1)[0][0] if votes else None
    said = [year for year in (from_heading, from_title, from_text) if year]
    if not said:
        if published_on:
            return year_of_day(published_on), [
                "the year is that of the day of publication; title, heading and text name none"
            ]
        return None, ["neither title, heading, text nor a day of publication tells the year"]
    tally = Counter(said)
    year = max(said, key=lambda y: (tally[y], -said.index(y)))
    doubts = []
    if from_title and from_title != year:
        doubts.append(f"the title says {from_title}, heading and text {year}")
    if len(tally) == len(said) > 1:
        doubts.append(f"title, heading and text name different years: {', '.join(map(str, said))}")
    return year, doubts
