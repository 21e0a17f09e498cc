"""A digest as an editor lays it out: stories made of tables, rows and quotes, already in the reader's words."""

from dataclasses import dataclass

from storage.values import ChangeKind

from .sentences import Fragment


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of one report is shown."""

    tail: int  # lines of the long tail
    main: int  # rows of one table
    quote: int  # characters of a quotation; 0 shows none


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of a digest is shown: the first reports at length, the next in short, all in the overview.

    In a crowd (three reports or more), `overview` are the rows of the front page's first table and `moves` those of its
    second; `items` are the changes that a short report tells.
    """

    long: int
    short: int
    overview: int = 200
    notices: int = 12
    charts: int = 6
    crowd: bool = False
    moves: int = 10
    items: int = 6

    @property
    def detail(self) -> Detail:
        """Of the reports that are told at length."""
        return BRIEF if self.crowd else LONG


LONG = Detail(tail=20, main=60, quote=240)
BRIEF = Detail(tail=5, main=14, quote=80)
_SOME = 12
ALL = Detail(tail=1000, main=1000, quote=0)  # to choose from
PLANS = (  # the first that keeps the message small enough is taken
    Plan(long=100, short=0),
    Plan(long=1, short=1),
    Plan(long=0, short=2),
    Plan(long=0, short=0, overview=30, notices=5),
)
PLANS_OF_MANY = (
    Plan(long=4, short=96, charts=3, crowd=True),
    Plan(long=3, short=96, charts=3, crowd=True),
    Plan(long=2, short=96, charts=2, crowd=True),
    Plan(long=1, short=96, charts=1, crowd=True),
    Plan(long=0, short=96, crowd=True),
    Plan(long=0, short=96, items=4, crowd=True),
    Plan(long=0, short=96, items=3, notices=8, crowd=True),
    Plan(long=0, short=40, overview=40, items=3, notices=8, crowd=True),
    Plan(long=0, short=30, overview=40, items=3, notices=8, crowd=True),
    Plan(long=0, short=20, overview=40, items=3, notices=8, crowd=True),
    Plan(long=0, short=12, overview=40, items=3, notices=5, crowd=True),
    Plan(long=0, short=0, overview=30, notices=5, crowd=True),
)


def plans_of(reports: int, crowd: bool) -> tuple[Plan, ...]:
    """The plans to try for so many reports; a dozen leave no room to tell one of them at length."""
    if not crowd:
        return PLANS
    return tuple(plan for plan in PLANS_OF_MANY if plan.long == 0) if reports > _SOME else PLANS_OF_MANY


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a table; `url` leads to its sentence."""

    text: str
    url: str = ""

    @property
    def short(self) -> bool:
        """Whether it is a number that should stay on one line."""
        return len(self.text) < 9 and any(map(str.isdecimal, self.text))


@dataclass(frozen=True, slots=True)
class Row:
    """One change as a line of a table.

    `sign` is its arrow or mark alone; `bars` are the lengths of the two figures in percent, where they can be drawn.
    """

    kind: ChangeKind
    name: str
    before: Cell
    outturn: Cell
    after: Cell
    change: str
    sign: str
    bars: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as evidence; `about` says of which report or version it is, and for which indicators."""

    about: str
    fragments: tuple[Fragment, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one heading. A column that is empty throughout has the head ""."""

    title: str
    heads: tuple[str, str, str, str, str]  # indicator, before, outturn, after, change
    rows: tuple[Row, ...]
    quotes: tuple[Quote, ...]
    legend: str = ""
    unchanged: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """One region of the comparison; `own` is the report's."""

    name: str
    cells: tuple[Cell, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same targets above and beside the region; `remark` says where it stands among them."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Beside, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A report's row on the front page, or that of a region above (`above`); `kind` is None where nothing changed."""

    place: str
    url: str
    before: Cell
    outturn: Cell
    after: Cell
    change: str
    kind: ChangeKind | None
    above: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One change that several regions made alike: `5% → 4%`, and by whom; each name leads to its sentence. `others`
    counts them all where not all are named.
    """

    name: str
    moved: str
    kind: ChangeKind
    sign: str
    places: tuple[Cell, ...]
    others: str


@dataclass(frozen=True, slots=True)
class Front:
    """The front page of many reports: counts, the first indicator report by report, what else moved."""

    said: tuple[str, ...]
    title: str
    heads: tuple[str, str, str, str, str]  # region, before, outturn, after, change; "" for a column that is empty
    entries: tuple[Entry, ...]
    more: int
    silent: str
    moves: tuple[Move, ...]
    moves_more: int
    told: frozenset[tuple[int, int]]  # the number of a report, and the id() of a line of it that is told here


@dataclass(frozen=True, slots=True)
class ChartYear:
    """One year: both figures as text, as short labels, and as the sizes that are drawn (None where there is none)."""

    year: int
    target: Cell
    outturn: Cell
    labels: tuple[str, str]
    sizes: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """The last years of one series, and the same in words."""

    title: str
    years: tuple[ChartYear, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Lines of the long tail that belong together."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """A report in one paragraph: what its row of the front page does not tell, and what is left out, counted."""

    anchor: str
    place: str
    url: str
    kept_url: str
    items: tuple[tuple[Row, tuple[str, ...]], ...]  # each with the heads of its table
    left: str


@dataclass(frozen=True, slots=True)
class Story:
    """A report as the digest tells it."""

    anchor: str
    region: str
    place: str
    heading: str
    title: str
    origin: str
    url: str
    kept_url: str
    example: bool
    tables: tuple[Table, ...]
    tail_title: str
    topics: tuple[Topic, ...]
    folded: str
    comparison: Comparison | None = None
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """One report where none is told further; `kind` is that of the change it names, None where it names none."""

    url: str
    place: str
    kind: ChangeKind | None
    news: str
    count: int
