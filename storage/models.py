"""The tables. A name here is the kept row of a word in docs/glossary.md; the values they are made of are in `values`.

Times are aware UTC (SQLModel refuses naive ones); enums are kept as their words: a new member needs no migration.
Hashes are the archive's addresses: sha256 in hex.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class SourceState(SQLModel, table=True):
    """What became of a source: when it is due, when it last answered, what broke. Settings hold its declaration."""

    __tablename__ = "source"

    key: str = Field(primary_key=True)
    name: str
    url: str
    region: str
    kind: str = "work_report"  # of its reports
    family: str | None = None  # what the page's marks said, or the declaration
    example: bool = False
    next_due_at: datetime = Field(index=True)
    last_visit_at: datetime | None = None
    last_success_at: datetime | None = None
    baseline_at: datetime | None = None  # the first whole visit; what is found later is news
    usual_entries: int | None = None  # on the first index page
    swept_at: datetime | None = None  # when all index pages were read
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    failure_label: str = ""
    failure: str = Field(default="", sa_type=Text)
    told_broken_at: datetime | None = None
    missed_visits: int = 0  # since all of its entries could be read: those in which some could not
    told_unread_at: datetime | None = None
    certificate_ends_at: datetime | None = None  # as its host showed it last


class Page(SQLModel, table=True):
    """What a URL answered last, so that the next request can be conditional."""

    __tablename__ = "page"

    url: str = Field(primary_key=True, sa_type=Text)
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    fetched_at: datetime


class HostGate(SQLModel, table=True):
    """Who asks a host now, and from when on it may be asked again: one stream a host, over all processes and machines.

    A hold ends by itself at `held_until`, so a process that dies holds up nobody for longer than one request may take.
    """

    __tablename__ = "host_gate"

    host: str = Field(primary_key=True, sa_type=Text)
    holder: str = ""  # the client of one process; "" when nobody asks
    held_until: datetime | None = None
    next_at: datetime | None = None
    rest_until: datetime | None = None  # it asked for a pause, or blocked us
    rest_status: int = 0  # of the answer that asked for the pause; 0 for a block
    slower: float = 1.0  # by what the gap is multiplied


class Entry(SQLModel, table=True):
    """One item of a source's index pages, and what was done with it."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("source_key", "url"), Index("entry_recheck", "source_key", "recheck_at"))

    id: int | None = Field(default=None, primary_key=True)
    source_key: str
    url: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    published_on: date | None = None
    state: str = "new"  # new, kept, passed (its title says it is no report, or it is too old), failed
    tries: int = 0  # failed ones in a row
    error: str = Field(default="", sa_type=Text)
    first_seen_at: datetime
    recheck_at: datetime | None = None  # when to look for a revision, or to try again


class Report(SQLModel, table=True):
    """长春市 2024 年政府工作报告: (region, kind, year). `document_id` is the witness that speaks for it.

    `waiting`: it is known from first visits and imports only, and a source that was watched when it came out can still
    make it news.
    """

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("region", "kind", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    region: str
    kind: str
    year: int
    title: str = Field(sa_type=Text)
    document_id: int | None = None
    first_seen_at: datetime
    waiting: bool = False
    example: bool = False


class Document(SQLModel, table=True):
    """One fetched thing at one URL, in one version. Its bytes and its text lie in the archive.

    `targets` counts the different targets it states; two documents with one `targets_hash` state the same.
    """

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("url", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    report_id: int | None = Field(default=None, foreign_key="report.id", index=True)
    source_key: str = Field(index=True)
    url: str = Field(sa_type=Text)
    version: int = 1
    title: str = Field(sa_type=Text)
    issuer: str = ""
    published_on: date | None = None
    fetched_at: datetime
    content_type: str = ""
    raw_hash: str
    attachment_url: str | None = Field(default=None, sa_type=Text)
    attachment_hash: str | None = None
    text_hash: str = Field(index=True)
    text_length: int
    excerpt: bool = False
    doubts: str = Field(default="", sa_type=Text)  # why its region or year is unsure, one a line
    rules_version: int  # of the extractor that read it
    targets: int = 0
    targets_hash: str = ""
    example: bool = False


class Statement(SQLModel, table=True):
    """One statement of one document; the fields are those of `values.StatementData`, offsets into the kept text.

    `ordinal` counts from 0 in the order of the text. It is negative for what only an earlier version of our rules read:
    kept because a reader was told of it, and stated by nobody any more. So it is for what the machine reads where a
    review, `set_aside_by`, says something else; the row with what that one says has its `review_id`.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("document_id", "ordinal"),
        Index("statement_series", "report_id", "indicator_key", "role"),
        Index("statement_spoken", "document_id", "role", "headline"),
    )

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="document.id")
    report_id: int = Field(foreign_key="report.id")
    ordinal: int
    start: int
    end: int
    text: str = Field(sa_type=Text)
    role: str
    indicator: str = Field(sa_type=Text)
    indicator_key: str
    measure: str
    op: str
    value: float | None = None
    value_hi: float | None = None
    unit: str | None = None
    reference: str | None = Field(default=None, sa_type=Text)
    period: str | None = None
    headline: bool = False
    sentence_start: int
    sentence_end: int
    sentence: str = Field(sa_type=Text)
    commitment: str = ""
    binding: str = ""
    baseline: float | None = None
    rules: str = ""
    review_id: int | None = None
    set_aside_by: int | None = None


class Review(SQLModel, table=True):
    """What a reader says of a number: `values.ReviewData` with who, when and why. Rows are added, never edited.

    The report is named by what it is, and the number by its sentence, so that a review outlives every reading.
    `machine` is what the machine read there when the review was made, as JSON; `document_id` where its maker saw it.
    """

    __tablename__ = "review"
    __table_args__ = (Index("review_report", "region", "report_kind", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    region: str
    report_kind: str
    year: int
    kind: str
    withdraws: int | None = None
    sentence: str = Field(default="", sa_type=Text)
    start: int = 0
    end: int = 0
    value: float | None = None
    value_hi: float | None = None
    unit: str | None = None
    measure: str | None = None
    op: str | None = None
    period: str | None = None
    indicator: str | None = Field(default=None, sa_type=Text)
    indicator_key: str | None = None
    machine: str = Field(default="", sa_type=Text)
    document_id: int | None = None
    who: str
    at: datetime
    why: str = Field(default="", sa_type=Text)
    example: bool = False


class Searched(SQLModel, table=True):
    """That a document can be found by its words, and in which form; the words themselves lie in `search_words`.

    Made from the archive, and made anew where it is missing: it is never moved or mended.
    """

    __tablename__ = "searched"
    __table_args__ = {"info": {"derived": True}}

    document_id: int = Field(primary_key=True, foreign_key="document.id", ondelete="CASCADE")
    version: int


class Change(SQLModel, table=True):
    """What happened to one target. `event_id` is made of what changed, so the same change is kept once.

    `news` is false for what a first visit, an import or an older report's late arrival brought to light.
    """

    __tablename__ = "change"
    __table_args__ = (Index("change_series", "region", "indicator_key"), Index("change_year", "year", "seen_at"))

    id: int | None = Field(default=None, primary_key=True)
    event_id: str = Field(unique=True)
    report_id: int = Field(foreign_key="report.id", index=True)
    region: str
    report_kind: str
    year: int
    kind: str
    basis: str
    indicator: str = Field(sa_type=Text)
    indicator_key: str
    measure: str
    headline: bool
    before_id: int | None = Field(default=None, foreign_key="statement.id", index=True)
    after_id: int | None = Field(default=None, foreign_key="statement.id", index=True)
    seen_at: datetime = Field(index=True)
    news: bool
    example: bool = False


class Passage(SQLModel, table=True):
    """Some of a document's clauses, as hashes: the same words are known again under another title and address."""

    __tablename__ = "passage"

    mark: int = Field(primary_key=True, sa_type=BigInteger)
    document_id: int = Field(primary_key=True, foreign_key="document.id", index=True)


class Notice(SQLModel, table=True):
    """A line about the watching itself: baseline, broken, unread, recovered, dead_channel."""

    __tablename__ = "notice"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    source_key: str = Field(index=True)
    at: datetime
    count: int = 0
    first_year: int | None = None
    last_year: int | None = None
    label: str = ""  # of the error: one word, which digests put into the reader's language
    detail: str = Field(default="", sa_type=Text)
    example: bool = False


class Digest(SQLModel, table=True):
    """One message made of many changes: it gathers until `due_at`, is rendered once, and its bytes are kept."""

    __tablename__ = "digest"
    __table_args__ = (Index("digest_due", "state", "due_at"),)

    id: str = Field(primary_key=True)  # msg_ + 32 hex digits, the same on every try
    watch: str
    state: str = "open"  # open, rendered, empty
    opened_at: datetime
    due_at: datetime
    rendered_at: datetime | None = None
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    html: str = Field(default="", sa_type=Text)
    payload: bytes = Field(default=b"", sa_type=LargeBinary)
    images: bytes = Field(default=b"", sa_type=LargeBinary)  # a JSON list of cid, alt and the PNG in base64
    chat: str = Field(default="", sa_type=Text)  # the short form's lines
    example: bool = False


class DigestChange(SQLModel, table=True):
    """A change belongs to one digest of a watch: nobody is told twice."""

    __tablename__ = "digest_change"
    __table_args__ = (UniqueConstraint("watch", "change_id"),)

    digest_id: str = Field(foreign_key="digest.id", primary_key=True)
    change_id: int = Field(foreign_key="change.id", primary_key=True)
    watch: str


class DigestNotice(SQLModel, table=True):
    """The same for notices."""

    __tablename__ = "digest_notice"
    __table_args__ = (UniqueConstraint("watch", "notice_id"),)

    digest_id: str = Field(foreign_key="digest.id", primary_key=True)
    notice_id: int = Field(foreign_key="notice.id", primary_key=True)
    watch: str


class Hushed(SQLModel, table=True):
    """A change or a notice that a silence keeps from a watch. The next digest to be closed counts it, once."""

    __tablename__ = "hushed"
    __table_args__ = (UniqueConstraint("watch", "change_id"), UniqueConstraint("watch", "notice_id"))

    id: int | None = Field(default=None, primary_key=True)
    watch: str
    silence: str
    change_id: int | None = Field(default=None, foreign_key="change.id")
    notice_id: int | None = Field(default=None, foreign_key="notice.id")
    digest_id: str | None = Field(default=None, foreign_key="digest.id", index=True)
    example: bool = False


class Delivery(SQLModel, table=True):
    """One message owed to one address of one channel, until the service said it has it. `body` never changes.

    A digest is one message, or several `part`s from 1 where the service limits a message's size.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("digest_id", "channel", "address", "part"),
        Index("delivery_due", "state", "channel", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    digest_id: str = Field(foreign_key="digest.id")
    channel: str = Field(sa_type=String)
    address: str = ""
    part: int = 1
    state: str = "due"  # due, sent, dead, suspended: kept for `mubiao retry`, as the three before it were given up
    due_at: datetime
    attempts: int = 0
    body: bytes = Field(sa_type=LargeBinary)
    answer: str = Field(default="", sa_type=Text)  # what the service said last
    tried_at: datetime | None = None
    sent_at: datetime | None = None


class Unsubscribed(SQLModel, table=True):
    """An e-mail address whose owner asked for no more mail, by the button of a mail program."""

    __tablename__ = "unsubscribed"

    address: str = Field(primary_key=True)
    at: datetime


class Visit(SQLModel, table=True):
    """One look at one source: what it found, or what broke."""

    __tablename__ = "visit"
    __table_args__ = (Index("visit_source", "source_key", "started_at"),)

    id: int | None = Field(default=None, primary_key=True)
    source_key: str
    started_at: datetime
    seconds: float
    outcome: str  # ok, unchanged, failed
    entries: int = 0
    documents: int = 0
    changes: int = 0
    label: str = ""
    error: str = Field(default="", sa_type=Text)
