"""A digest as an editor lays it out: stories made of tables, rows and quotes, already in the reader's words."""

from dataclasses import dataclass

from storage.values import ChangeKind

from .sentences import Fragment


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of everything is shown; the next coarser one is taken when a message grows too long."""

    full: int  # reports told in full; the others by one line
    tail: int  # lines of the long tail of one report
    main: int  # rows of one table
    quote: int  # characters of a quotation; 0 shows none
    overview: int = 200
    notices: int = 50


DETAILS = (
    Detail(full=100, tail=20, main=60, quote=240),
    Detail(full=100, tail=8, main=40, quote=160),
    Detail(full=40, tail=0, main=30, quote=120),
    Detail(full=30, tail=0, main=15, quote=0),
    Detail(full=12, tail=0, main=12, quote=0),
    Detail(full=4, tail=0, main=10, quote=0, overview=80, notices=20),
    Detail(full=0, tail=0, main=0, quote=0, overview=30, notices=5),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a table; `url` leads to its sentence."""

    text: str
    url: str = ""


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
class Topic:
    """Lines of the long tail that belong together."""

    name: str
    rows: tuple[Row, ...]


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


@dataclass(frozen=True, slots=True)
class Glance:
    """One line of the overview; `kind` is that of the change it names, None where it names none."""

    url: str
    place: str
    kind: ChangeKind | None
    news: str
    count: int
