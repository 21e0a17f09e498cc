"""What the API answers with: its models. Texts are as kept; JSON escapes nothing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from monitor.catalogue.indicators import Direction
from monitor.catalogue.regions import Level
from monitor.comparing.ledger import Verdict
from monitor.reviews.review_table import REVIEWS
from monitor.tables.panel import COLUMNS, Column
from storage.values import Basis, ChangeKind, Kind, Measure, Op, Role

T = TypeVar("T")
TYPES: Mapping[str, Any] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "date": date, "year": int, "any": str,
}  # fmt: skip


class Resource(BaseModel):
    model_config = ConfigDict(frozen=True)


class Listed(Resource, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None = Field(description="the cursor of the next page; null on the last")


class Region(Resource):
    """A region (行政区划); `code` is of GB/T 2260 and stable, as far as the standard is."""

    code: str
    name: str
    english: str
    level: Level | None = Field(description="null for a region that the catalogue does not know")
    parent: str | None
    path: str = Field(description="吉林省 · 长春市")
    reports: int = Field(description="kept of itself, not of what lies within it")
    first_year: int | None
    last_year: int | None


class IndicatorKnown(Resource):
    """An indicator of the catalogue (指标); `key` is stable for good."""

    key: str
    zh: str
    en: str
    topic: str
    direction: Direction = Field(description="which way is good")
    measures: list[Measure]
    headline: bool


class ReportNamed(Resource):
    """What a report is known by for good."""

    region: str
    kind: Kind
    year: int


class Report(ReportNamed):
    """A report (报告): 长春市 2024 年政府工作报告."""

    region_name: str
    title: str
    document: int | None = Field(description="the document that speaks for it")
    first_seen_at: datetime
    example: bool


class Document(Resource):
    """A document (文件): one fetched thing in one version. `id` stays in one database, `text` and `raw` in all."""

    id: int
    report: ReportNamed | None = Field(description="null where its region or year is not known")
    source: str
    url: str
    version: int
    title: str
    issuer: str
    published_on: date | None
    fetched_at: datetime
    content_type: str
    raw: str = Field(description="sha256 of the bytes that came")
    attachment: str | None = Field(description="sha256 of the attachment that was read")
    text: str = Field(description="sha256 of its text")
    text_length: int
    excerpt: bool
    doubts: list[str]
    rules_version: int
    example: bool


class Text(Resource):
    """A document's text; offsets of statements count its Unicode characters."""

    document: int
    archive: str
    text: str


def _column(column: Column) -> tuple[Any, Any]:
    kind = Literal[tuple(map(str, column.words))] if column.words else TYPES[column.type]
    about = Field(description=f"{column.title}: {column.about}")
    return (kind if column.required else kind | None), about


_COLUMNS: dict[str, Any] = {column.name: _column(column) for column in COLUMNS}
Statement: Any = create_model(
    "Statement",
    __base__=Resource,
    __doc__=(
        "A statement (表述), in the columns of `mubiao export`. `id` and `document` are those of this database, and "
        "`id` is another one when better rules have read the document again; (`archive`, `start`, `end`, `role`) stay."
    ),
    id=(int, ...),
    document=(int, ...),
    **_COLUMNS,
)


_REVIEW: dict[str, Any] = {column.name: _column(column) for column in REVIEWS}
Review: Any = create_model(
    "Review",
    __base__=Resource,
    __doc__="A review (复核), in the columns of `mubiao export --reviews`. Who made it is told to guests too.",
    **_REVIEW,
)


class Side(Resource):
    """What a target was or is; `page` is where the console shows its sentence."""

    statement: int
    document: int
    page: str
    role: Role
    op: Op
    value: float | None
    value_hi: float | None
    unit: str | None
    reference: str | None
    period: str | None
    text: str
    sentence: str


class Change(Resource):
    """A change (变化). `id` is made of what changed: the same in every database, for good."""

    id: str
    seen_at: datetime
    news: bool = Field(description="whether readers were told; false for what a first visit or an import brought")
    kind: ChangeKind
    basis: Basis
    report: ReportNamed
    region_name: str
    indicator: str
    indicator_key: str
    measure: Measure
    headline: bool
    before: Side | None
    after: Side | None
    example: bool


class Target(Resource):
    """A target with what became of it, as `mubiao targets` has it."""

    indicator: str
    english: str
    year: int
    period: str
    target: str
    outturn: str
    verdict: Verdict
    by: str = Field(description="outturn less target, signed as numbers are")
    region_code: str
    report_kind: Kind
    indicator_key: str
    measure: Measure
    headline: bool
    target_value: float | None
    target_value_hi: float | None
    target_unit: str | None
    target_op: Op
    outturn_value: float | None
    outturn_unit: str | None
    outturn_report_year: int | None
    outturn_report_kind: Kind | None
    target_document: int
    outturn_document: int | None
    target_statement: int
    outturn_statement: int | None
    target_review: int | None = Field(description="the review that made the target what it is here")
    outturn_review: int | None
    target_sentence: str
    outturn_sentence: str


class Source(Resource):
    """A source (来源); `key` is the settings', and stays as long as they name it so."""

    key: str
    name: str
    url: str
    region: str
    region_name: str
    kind: Kind
    family: str | None
    state: str = Field(description="ok, unread, overdue, not visited yet, or the label of what broke")
    failures: int
    failing_since: datetime | None
    error: str
    last_visit_at: datetime | None
    last_success_at: datetime | None
    next_visit_at: datetime
    usual_entries: int | None
    newest_entry_on: date | None
    newest_report: int | None
    unread: int
    example: bool


class Visit(Resource):
    """A visit (巡查)."""

    id: int
    started_at: datetime
    seconds: float
    outcome: str
    entries: int
    documents: int
    changes: int
    label: str
    error: str


class Delivery(Resource):
    """A delivery (投递). Guests see addresses masked, and not what the service answered."""

    id: int
    digest: str
    watch: str
    channel: str
    address: str
    part: int
    subject: str
    state: Literal["due", "sent", "dead", "suspended"]
    attempts: int
    due_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    answer: str
    example: bool


class Found(Resource):
    """Where words were found: a document, its best sentence, where they stand in it, and what is stated there."""

    document: int
    report: ReportNamed | None
    title: str
    published_on: date | None
    sentence: str
    start: int = Field(description="where the sentence begins in the text")
    marks: list[tuple[int, int]] = Field(description="where the words stand in the sentence")
    times: int = Field(description="how often they stand in the whole text")
    statement: int | None
    page: str
