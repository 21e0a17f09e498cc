"""What a digest is made of, and what it becomes."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from storage.values import Basis, ChangeKind, Kind, Measure, Op

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Figure:
    """One side of a change: what a statement says, and the sentence that says it.

    `mark_start`, `mark_end` are the offsets of the number within `sentence`. `kept_url` leads to the highlighted
    sentence on our own page ("" when there is no console), `url` to the publisher's.
    """

    text: str
    measure: Measure
    op: Op
    value: float | None
    value_hi: float | None
    unit: str | None
    reference: str | None
    period: str | None
    sentence: str
    mark_start: int
    mark_end: int
    report_title: str
    report_year: int
    url: str
    kept_url: str
    publisher: str = ""
    ahead: str = ""  # the text before the sentence, where the sentence does not say of what the figure is


@dataclass(frozen=True, slots=True)
class Named:
    """An indicator that figures are compared by; the fields are those of `Line`."""

    indicator: str
    indicator_key: str
    name_en: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `outturn` is what became of the earlier target, where it is known. Of a `corrected` one, `before` is
    what readers were told, and `after` what the report says, None where it states no such thing.

    `indicator` is in the report's words; `name_en` the catalogue's English name ("" for the long tail);
    `topic_zh`, `topic_en` the catalogue's topic for the tail's grouping ("" when unknown).
    """

    kind: ChangeKind
    basis: Basis
    indicator: str
    indicator_key: str
    name_en: str
    topic_zh: str
    topic_en: str
    headline: bool
    before: Figure | None
    after: Figure | None
    outturn: Figure | None = None
    judged: ChangeKind | None = None  # met or missed, of `outturn`; None where nobody can say
    told_as: Named | None = None  # of a correction to another indicator: the one that readers were told


@dataclass(frozen=True, slots=True)
class Steady:
    """A main target that the report repeats as it was; told in one line, so that a reader misses none."""

    indicator: str
    indicator_key: str
    name_en: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Place:
    """A region's figures for the indicators of an `Around`, None where it states none. `standing` is `own`, `above`
    (the parent region) or `beside`.
    """

    region: str
    region_en: str
    standing: str
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """The same year's targets of the report's region, of the region above and of those beside it, as far as known.

    `rank` is the region's place among `known` regions of its kind, itself counted, by the first indicator, the highest
    first; None where its own figure is no number; `tied`: others want as much. `places` may hold fewer of them.
    """

    indicators: tuple[Named, ...]
    places: tuple[Place, ...]
    known: int
    rank: int | None
    tied: bool = False


@dataclass(frozen=True, slots=True)
class PastYear:
    """What was asked for in a year, and what came of it."""

    year: int
    target: Figure | None
    outturn: Figure | None


@dataclass(frozen=True, slots=True)
class Past:
    """The last years of one series of the region, oldest first."""

    named: Named
    years: tuple[PastYear, ...]


@dataclass(frozen=True, slots=True)
class ReportPart:
    """What changed in or by one report.

    `unchanged` holds the main targets that stayed as they were; it may be left empty.
    """

    region: str  # 长春市
    region_en: str  # Changchun ("" when the catalogue has no English name)
    region_path: str  # 吉林省 · 长春市
    region_code: str
    kind: Kind
    year: int
    title: str
    issuer: str
    published_on: date | None
    url: str
    kept_url: str
    example: bool
    lines: tuple[Line, ...]
    unchanged: tuple[Steady, ...] = ()
    found_at: str = ""  # the source's name, where it is that of another region
    region_path_en: str = ""  # Jilin · Changchun; "" where a name on the way has no English one
    around: Around | None = None
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line about the watching itself: `baseline` (a source's first visit), `broken`, `unread` (its index is
    readable, pages behind it are not), `recovered`, `dead_channel`.

    `source` is its name, `count` how many reports (baseline), failed visits in a row (broken) or pages (unread),
    `detail` the error in plain words, `years` the report years that a baseline recorded (first, last).
    """

    kind: str
    source: str
    url: str
    at: datetime
    count: int = 0
    years: tuple[int, int] | None = None
    detail: str = ""
    example: bool = False
    label: str = ""  # of the error, as scrapers.errors has it: told in the reader's language


@dataclass(frozen=True, slots=True)
class Foot:
    """Why this came and what stands behind it."""

    watch: str
    why_zh: str
    why_en: str
    sources: int
    sources_ok: int
    last_visit_at: datetime | None
    unread: int = 0  # report pages that could not be read and will be tried again
    seen: tuple[tuple[Kind, datetime], ...] = ()  # when the newest report of each kind was found, newest first
    hushed: int = 0  # changes and notices that silences kept back since the last digest
    silenced: tuple[tuple[str, str], ...] = ()  # the same by name, in Chinese and in English


@dataclass(frozen=True, slots=True)
class DigestData:
    """Everything a digest is made of. `made_at` is aware UTC; readers see times of day in `zone`, days in China."""

    id: str
    watch: str
    language: str  # zh or en
    made_at: datetime
    parts: tuple[ReportPart, ...]
    notices: tuple[Notice, ...]
    foot: Foot
    home_url: str = ""  # our page with all reports; "" when no console is served
    zone: ZoneInfo = BEIJING


@dataclass(frozen=True, slots=True)
class Image:
    """A picture within the HTML: `cid` is its Content-ID, `alt` says all that it shows."""

    cid: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One digest in its forms.

    `payload` is UTF-8 JSON with sorted keys. `chat` is the short form: lines of at most 1,000 bytes, the subject first.
    `images` are those that the HTML shows, as `cid:` addresses.
    """

    subject: str
    text: str
    html: str
    payload: bytes
    chat: tuple[str, ...]
    images: tuple[Image, ...] = ()
