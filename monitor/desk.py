"""What filing is handed, what it works with and what becomes of a document; `monitor.filing` does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from monitor.identified import Identity
from monitor.watches import Silence, Watch
from storage.archive import Archive
from storage.values import Kind


@dataclass(frozen=True, slots=True)
class Found:
    """What a visit or an import brought in, read but not yet understood.

    `region` and `kind` are what its source declares; `text` is what will be kept and what offsets index. `warnings`
    say why it may not be all of the text: such a document counts as an excerpt, which makes nothing `dropped`.
    """

    source_key: str
    region: str
    kind: Kind
    url: str
    title: str
    issuer: str
    site_code: str
    published_on: date | None
    text: str
    raw: bytes
    content_type: str
    fetched_at: datetime
    heading: str = ""
    attachment_url: str | None = None
    attachment: bytes | None = None
    warnings: tuple[str, ...] = ()
    example: bool = False
    year: int | None = None  # that a person gave, for a text that does not tell


class Outcome(StrEnum):
    """What a document turned out to be."""

    REPORT = "report"  # the first witness of a report
    REVISION = "revision"  # the same URL, another text
    WITNESS = "witness"  # another URL, a report that is known
    UNCHANGED = "unchanged"  # the same URL, the same text
    UNPLACED = "unplaced"  # kept, but of no report: its region or year is not told


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a document. `changes` counts those that were not on record before."""

    outcome: Outcome
    document_id: int
    identity: Identity
    statements: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What filing needs: where things are kept, who wants to hear, the zone their hours are in, what is silent."""

    engine: Engine
    archive: Archive
    watches: Sequence[Watch]
    zone: ZoneInfo
    silences: Sequence[Silence] = ()
