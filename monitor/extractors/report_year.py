"""Which year a report plans for, when nobody has told: asked of its headings, its dates and its title. Pure."""

import re
from collections import Counter

from monitor.extractors.periods import year_of
from storage.values import About

_Y = r"(?P<year>(?:19|20)\d\d|二〇[〇一二三四五]?[〇一二三四五六七八九])年?"
# (pattern, years from the one it names to the one planned for, weight)
CLUES: tuple[tuple[re.Pattern[str], int, int], ...] = (
    (re.compile(rf"^[一二三四五]、[^。\n]{{0,14}}{_Y}[^。\n]{{0,16}}(?:安排|目标|任务|重点|打算|建议|要求|思路|谋划|主要工作)", re.M), 0, 6),
    (re.compile(rf"^[一二三四五]、[^。\n]{{0,14}}{_Y}[^。\n]{{0,12}}(?:回顾|总结)", re.M), 1, 6),
    (re.compile(rf"{_Y}[^。，\n]{{0,16}}(?:预期目标|主要目标|目标任务|重点工作|工作安排|工作的?总体(?:要求|思路))"), 0, 3),
    (re.compile(rf"(?:做好|完成){_Y}[^。，\n]{{0,6}}工作"), 0, 3),
    (re.compile(rf"{_Y}是[^。\n]{{0,40}}(?:开局|起步|收官|关键|攻坚|重要)[^。\n]{{0,4}}年"), 0, 1),
    (re.compile(rf"{_Y}(?:工作回顾|，面对|，是极不)"), 1, 2),
    (re.compile(rf"(?:——|^|\()\s*{_Y}[01]?[1-4]月\d{{1,2}}日[^。\n]{{0,40}}(?:大会|会议)", re.M), 0, 4),
    (re.compile(rf"{_Y}[^，。\n]{{0,14}}政府工作报告"), 0, 1),
)  # fmt: skip


def report_year(plain: str, about: About) -> int | None:
    """`about.year`, or what the title and the text say; None when they name no year."""
    if about.year:
        return about.year
    votes: Counter[int] = Counter()
    text = about.title + "\n" + plain
    for pattern, later, weight in CLUES:
        # Once for each year: a page that lists twenty other reports says nothing twenty times.
        for year in {year_of(match["year"]) for match in pattern.finditer(text)}:
            votes[year + later] += weight
    if votes:
        return votes.most_common(1)[0][0]
    if about.published_on:
        return about.published_on.year
    years = Counter(re.findall(r"(?<!\d)(20\d\d)年", plain))
    return int(years.most_common(1)[0][0]) if years else None
