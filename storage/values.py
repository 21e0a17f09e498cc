"""The words that everything shares: plain values, no database, no I/O, standard library only.

A name ending in `Data` is a value that came from outside (a page, a text); the bare name, in `storage.models`,
is the kept row. Times called `…_at` are aware UTC, days called `…_on` are dates in China.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


def storable(text: str) -> str:
    """Without what a database refuses: NUL, and halves of characters. Offsets index what comes out."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


class Kind(StrEnum):
    """What sort of report (种类)."""

    WORK_REPORT = "work_report"  # 政府工作报告
    PLAN_REPORT = "plan_report"  # 国民经济和社会发展计划报告
    BUDGET_REPORT = "budget_report"  # 预算报告
    FIVE_YEAR_PLAN = "five_year_plan"  # 五年规划纲要
    BULLETIN = "bulletin"  # 统计公报
    OTHER = "other"


class Role(StrEnum):
    """Still to be reached (目标), or reached (完成情况)."""

    TARGET = "target"
    OUTTURN = "outturn"


class Measure(StrEnum):
    """What sort of number a statement gives; the meaning of each is in docs/statements.md."""

    LEVEL = "level"
    RATIO = "ratio"
    GROWTH = "growth"
    DELTA = "delta"
    RANK = "rank"
    RELATIVE = "relative"


class Op(StrEnum):
    """How the magnitude is hedged: 以上 at_least, 以内 at_most, 左右 about; the last three are for `relative`."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"
    RANGE = "range"
    IN_STEP = "in_step"
    ABOVE = "above"
    BELOW = "below"


class ChangeKind(StrEnum):
    """What happened to a target (变化)."""

    ADDED = "added"
    RAISED = "raised"
    LOWERED = "lowered"
    REWORDED = "reworded"
    DROPPED = "dropped"
    CONFLICT = "conflict"
    MET = "met"
    MISSED = "missed"
    CORRECTED = "corrected"


class Basis(StrEnum):
    """What the change was seen between: a report and its predecessor, two versions of one, two publishers, or what we
    told of a report and what a reader's review says of it.
    """

    NEXT_REPORT = "next_report"
    REVISION = "revision"
    CONFLICT = "conflict"
    CORRECTION = "correction"


class ReviewKind(StrEnum):
    """What a reader says of a number that the machine read."""

    NO_TARGET = "no_target"  # it states nothing that counts
    VALUE = "value"  # the figure is another one
    SERIES = "series"  # its indicator is that one
    WITHDRAWN = "withdrawn"  # an earlier review does not count any more


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a report before its text is read; all of it may be unknown.

    `year` is the year that the report plans for: 2024 for a report given in January 2024.
    """

    region: str = ""
    year: int | None = None
    kind: Kind = Kind.WORK_REPORT
    title: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class StatementData:
    """One number (or one fixed phrase) that a report commits to or reports as reached.

    `start`, `end` are offsets into the text as saved (`text[start:end] == self.text`), and so are
    `sentence_start`, `sentence_end`, the sentence around it. `value` is the number as written, before 万 or 亿,
    which stay in `unit`; a decline is negative; `value_hi` only for a range; all null for `relative`.
    `period` is `2024`, a span `2026/2030`, or None when the text does not tell.
    `commitment` is the word that promises (力争, 确保, or behind the number 努力争取更好结果), `binding` the printed
    character of a target (`预期性`, `约束性`), each "" when there is none. `baseline` is the value a `从x提高到y`
    starts from. What a review corrected has its own figure as `text`, not what stands in the saved text.
    `rules` names what made it, in order.
    """

    start: int
    end: int
    text: str
    role: Role
    indicator: str
    measure: Measure
    op: Op
    value: float | None
    value_hi: float | None
    unit: str | None
    reference: str | None
    period: str | None
    headline: bool
    sentence_start: int
    sentence_end: int
    commitment: str = ""
    binding: str = ""
    baseline: float | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewData:
    """What a reader says of one number of a report, whichever witness states it.

    The number is `sentence[start:end]`, in the words of the text where the reader saw it. Of a `value` the figure is
    told whole (`value` … `period`), of a `series` its `indicator_key`, with the words of the `indicator` for the long
    tail. `id` is the review's, by which `withdraws` names the one that a `withdrawn` takes back.
    """

    id: int
    kind: ReviewKind
    sentence: str
    start: int
    end: int
    value: float | None = None
    value_hi: float | None = None
    unit: str | None = None
    measure: Measure | None = None
    op: Op | None = None
    period: str | None = None
    indicator: str | None = None
    indicator_key: str | None = None
    withdraws: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What reviews make of one statement: another reading and its key, or None for nothing at all.

    `review_id` is the last of them.
    """

    review_id: int
    reading: tuple[StatementData, str] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a host; times in seconds from now.

    `held`: it is ours for one request, which may begin after `wait`. Otherwise others ask it, for `wait` at most, or
    it is to be left alone for `rest`, since it asked for that with `rest_status`, or blocked us (0). `slower` is what
    the gap after the request is to be multiplied by.
    """

    held: bool
    wait: float = 0.0
    rest: float = 0.0
    rest_status: int = 0
    slower: float = 1.0


@dataclass(frozen=True, slots=True)
class EntryData:
    """One item of an index page. `url` is absolute; `title` is whole where the page tells it (title attribute)."""

    url: str
    title: str
    published_on: date | None = None

    def __post_init__(self) -> None:
        for name in ("url", "title"):
            object.__setattr__(self, name, storable(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class PostData:
    """The body with which an address is asked by POST: JSON as text, or the fields of a form."""

    json: str = ""
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexData:
    """What an index page shows, newest first as the page has it; `next_page` is absolute, None on the last.

    `next_post` is the body that `next_page` wants where it answers only to POST. An entry's title is "" where the
    index has none (a sitemap): its page must be read to know.
    """

    entries: tuple[EntryData, ...]
    next_page: str | None = None
    next_post: PostData | None = None


@dataclass(frozen=True, slots=True)
class AttachmentData:
    """A file that a report page links; `url` is absolute, `title` the words of the link."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ReportPageData:
    """What a report page says: `text` has one paragraph a line; "" where the page holds none of it.

    `issuer` is 来源 (ContentSource); `site_code` the SiteIDCode, whose first six digits are a region's code.
    `next_page` is where the text goes on when the publisher cut it into pages, absolute; None on the last.
    """

    title: str
    published_on: date | None
    issuer: str
    site_code: str
    text: str
    attachments: tuple[AttachmentData, ...] = ()
    next_page: str | None = None

    def __post_init__(self) -> None:
        for name in ("title", "issuer", "site_code", "text"):
            object.__setattr__(self, name, storable(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement as it is kept: what was read, of which report, under which key.

    `region`, `year`, `report_kind` are the report's; `indicator_key` is the catalogue's (`gdp`) or, for the long
    tail, a normalised form of the words. `review_id` is the review that made it what it is, None where the machine did.
    """

    id: int
    document_id: int
    report_id: int
    region: str
    report_kind: Kind
    year: int
    indicator_key: str
    data: StatementData
    review_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeData:
    """What happened to one target of `region`'s report of `year`.

    `after` is None for a dropped one, `before` for an added one. Of a `conflict`, `before` is what the report's
    speaking witness states and `after` what another publisher does: no direction is meant. For `met` and `missed`,
    `before` is the target and `after` the outturn. Of a `corrected` one, `before` is what readers were told, and
    `after` what a review says instead, None where it says that nothing is stated.
    """

    kind: ChangeKind
    basis: Basis
    region: str
    report_kind: Kind
    year: int
    before: Stated | None
    after: Stated | None

    @property
    def shown(self) -> Stated:
        """The side that names the indicator."""
        stated = self.after or self.before
        assert stated is not None, "a change has at least one side"
        return stated

    @property
    def headline(self) -> bool:
        """Whether it is about a main target: an outturn stands outside the sentence that states them."""
        return any(stated.data.headline for stated in (self.before, self.after) if stated)
