"""What is true: invented cities, their reports, and every change between them. No rule of ours is asked about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape
from random import Random

FIRST_YEAR, NEWS_YEAR = 2024, 2026  # on the pages from the start, and given while we watch
DAY = 86400.0
SYLLABLES = "澜潮沄泠洄滟涟渌漪", "汀屿浦洲"  # together the names of no places
GROWTH = ("地区生产总值", "规模以上工业增加值", "固定资产投资", "社会消费品零售总额", "一般公共预算收入")
UNEMPLOYMENT = "城镇调查失业率"
HEDGES = ("", "以上", "左右")
FILLER = (
    "我们坚持稳字当头，把群众的事当作自己的事来办，一件接着一件抓，一年接着一年干。",
    "各级干部走进车间田头听真话、找症结，能马上办的马上办，一时办不了的说清楚缘由。",
    "老街巷里修了路灯，河岸边种了柳树，傍晚散步的人多了，邻里之间的话也多了。",
    "企业有难处就上门，项目有堵点就现场疏通，营商环境好不好，由经营的人来评说。",
)
FAULTS = ("down", "slow", "busy", "maintenance", "blocked", "cut", "hollow", "error", "robots")


@dataclass(frozen=True)
class Goal:
    """A target as a report states it."""

    value: float
    hedge: str = ""

    def words(self, name: str) -> str:
        if name == UNEMPLOYMENT:
            return f"{name}控制在{self.value:g}%以内"
        return f"{name}增长{self.value:g}%{self.hedge}"


@dataclass(frozen=True)
class Truth:
    """One change that readers have to be told."""

    region: str
    indicator: str
    kind: str
    basis: str
    before: float | None
    after: float | None


@dataclass
class Given:
    """One report: what it aims at, and what it says was reached of the year before."""

    year: int
    goals: dict[str, Goal]
    reached: float
    day: date
    number: int


@dataclass
class Portal:
    """A city's column of reports.

    `faults` are (from, to, kind), in seconds since the beginning; `away` when it had moved, and nobody knew where to.
    """

    key: str
    place: str
    region: str
    given: list[Given] = field(default_factory=list)
    notices: list[tuple[int, str, date]] = field(default_factory=list)
    faults: list[tuple[float, float, str]] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    design: int = 0
    column: str = "/zwgk/gzbg/"
    robots: str = "User-agent: *\nDisallow: /admin/\n"

    @property
    def host(self) -> str:
        return f"{self.key}.test"

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.column}"

    def fault_at(self, at: float) -> str:
        return next((kind for begin, end, kind in self.faults if begin <= at < end), "")

    def page(self, path: str, *, hollow: bool = False) -> str | None:
        """The page at a path; None where there is none."""
        if path == self.column:
            return self._listing()
        for one in self.given:
            if path == self.path_of(one.number):
                return self._article(self.title_of(one), [] if hollow else report_lines(self.place, one), one.day)
        for number, title, day in self.notices:
            if path == self.path_of(number):
                return self._article(title, ["会议研究了有关工作，听取了情况汇报。" * 20], day)
        return None

    def path_of(self, number: int) -> str:
        return f"{self.column}t{number:05}.html"

    def title_of(self, one: Given) -> str:
        return f"{one.year}年{self.place}政府工作报告"

    def _listing(self) -> str:
        rows = [(one.number, self.title_of(one), one.day) for one in self.given] + self.notices
        rows.sort(key=lambda row: row[0], reverse=True)
        return _frame("政府工作报告", LISTS[self.design]([(self.path_of(no), title, day) for no, title, day in rows]))

    def _article(self, title: str, lines: list[str], day: date) -> str:
        body = "".join(f"<p>{line}</p>" for line in lines)
        head = f'<meta name="ArticleTitle" content="{escape(title)}"><meta name="PubDate" content="{day} 09:00">'
        return _frame(title, f"<h1>{title}</h1>{ARTICLES[self.design].format(body)}", head)


def _frame(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def _items(rows: list[tuple[str, str, date]]) -> str:
    return (
        "<ul>" + "".join(f'<li><a href="{at}">{title}</a><span>{day}</span></li>' for at, title, day in rows) + "</ul>"
    )


def _table(rows: list[tuple[str, str, date]]) -> str:
    cells = (f'<tr><td><a href="{at}" title="{title}">{title}</a></td><td>{day}</td></tr>' for at, title, day in rows)
    return f"<table>{''.join(cells)}</table>"


LISTS = (_items, _table)
ARTICLES = ('<div class="TRS_Editor">{}</div>', '<div id="zoom">{}</div>')


def report_lines(place: str, one: Given) -> list[str]:
    """The text of a report, whole: it greets, looks back, plans, and ends with the call."""
    goals = "，".join(goal.words(name) for name, goal in one.goals.items())
    filler = [sentence * 2 for sentence in FILLER] * 4
    return [
        "政府工作报告",
        f"——{one.year}年1月10日在{place}第五届人民代表大会第四次会议上",
        "各位代表：",
        "现在，我代表市人民政府，向大会报告工作，请予审议。",
        f"一、{one.year - 1}年工作回顾",
        f"过去一年，地区生产总值增长{one.reached:g}%。",
        *filler,
        f"二、{one.year}年总体要求和主要预期目标",
        f"今年全市经济社会发展的主要预期目标是：{goals}。",
        f"三、{one.year}年重点工作",
        *filler,
        "各位代表！让我们携手并肩，为建设更加美好的家园而奋斗！",
    ]


def make_portals(random: Random, count: int, begin: datetime, days: float) -> list[Portal]:
    """Cities with two reports on their pages and faults to come; the first days are without, so that all are known."""
    names = random.sample([a + b for a in SYLLABLES[0] for b in SYLLABLES[1]], count)
    return [_portal(random, number, name, begin, days) for number, name in enumerate(names)]


def _portal(random: Random, number: int, name: str, begin: datetime, days: float) -> Portal:
    portal = Portal(f"p{number:02}", f"{name}市", f"99{number + 1:02}00", design=random.randrange(len(LISTS)))
    goals = {goal: Goal(random.randint(8, 20) / 2, random.choice(HEDGES)) for goal in GROWTH}
    goals[UNEMPLOYMENT] = Goal(5.5)
    for year in range(FIRST_YEAR, NEWS_YEAR):
        day = date(year, 1, random.randint(5, 28))
        portal.given.insert(0, Given(year, goals, random.randint(8, 20) / 2, day, year - FIRST_YEAR + 1))
        goals = next_goals(random, goals)
    for place in range(6):
        day = begin.date() - timedelta(days=30 + 9 * place)
        portal.notices.append((20 - place, f"市政府召开第{20 - place}次常务会议", day))
    portal.faults = list(_faults(random, days))
    return portal


def _faults(random: Random, days: float) -> Iterator[tuple[float, float, str]]:
    at = 4 * DAY * random.random()
    while at < days * DAY:
        begin = at + random.expovariate(1 / (12 * DAY))
        at = begin + random.choice((0.05, 0.3, 1.0, 3.0, 8.0)) * DAY * random.uniform(0.5, 1.5)
        yield begin, at, random.choice(FAULTS)


def next_goals(random: Random, goals: dict[str, Goal]) -> dict[str, Goal]:
    """Next year's: most stay or move by a little, some are hedged otherwise, one is left out or comes back."""
    after = {}
    for name in (*GROWTH, UNEMPLOYMENT):
        before = goals.get(name)
        if before is None:
            after[name] = Goal(random.randint(8, 20) / 2)
        elif name == UNEMPLOYMENT:
            after[name] = Goal(random.choice((before.value, 5.0, 5.5)))
        elif random.random() > 0.1 or name == GROWTH[0]:
            after[name] = Goal(
                before.value + random.choice((0, 0, 0.5, -0.5, 1)), random.choice((before.hedge, *HEDGES))
            )
    return after


def next_report(random: Random, portal: Portal, day: date) -> Given:
    """The news of the year; what was reached is plainly above or below the target of the year before."""
    before = portal.given[0]
    target = before.goals[GROWTH[0]].value
    goals = next_goals(random, before.goals)
    reached = target + random.choice((0.5, -1.0))
    return Given(before.year + 1, goals, reached, day, max(no for no, _, _ in portal.notices) + 1)


def truths(portal: Portal, before: Given, after: Given) -> list[Truth]:
    """What a report changes against the one before."""
    told = [
        _between(portal, name, before.goals.get(name), after.goals.get(name), "next_report")
        for name in _names(before, after)
    ]
    target = before.goals[GROWTH[0]].value
    kind = "met" if after.reached >= target else "missed"
    told.append(Truth(portal.region, GROWTH[0], kind, "next_report", target, after.reached))
    return [one for one in told if one]


def _names(before: Given, after: Given) -> list[str]:
    return sorted({*before.goals, *after.goals})


def _between(portal: Portal, name: str, before: Goal | None, after: Goal | None, basis: str) -> Truth | None:
    if before is None or after is None:
        kind = "added" if before is None else "dropped"
        return Truth(portal.region, name, kind, basis, before.value if before else None, after.value if after else None)
    if before.value != after.value:
        kind = "raised" if after.value > before.value else "lowered"
    elif before.hedge != after.hedge:
        kind = "reworded"
    else:
        return None
    return Truth(portal.region, name, kind, basis, before.value, after.value)


def revise(random: Random, portal: Portal) -> Truth | None:
    """Another figure at the same address, in the newest report."""
    newest = portal.given[0]
    name = random.choice([one for one in GROWTH if one in newest.goals])
    before = newest.goals[name]
    after = Goal(before.value + random.choice((-0.5, 0.5)), before.hedge)
    newest.goals = newest.goals | {name: after}
    return _between(portal, name, before, after, "revision")
