"""A reader's review → what is stated, what changed, and what those are owed who were told otherwise.

    review → ONE transaction: the review, statements corrected in every witness, changes found again, corrections owed

What still gathers in a digest is put right there. What a digest has told is corrected by a change of kind `corrected`,
owed to whoever was told; docs/reviews.md has the rules.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from monitor.catalogue.indicators import indicator
from monitor.desk import Desk
from monitor.filing import is_watched, lay_reviews
from monitor.reviews.correcting import put_right
from monitor.reviews.reviewable import cannot_be_of, ill_suited, wrong_number, wrong_period, wrong_range, wrong_unit
from monitor.reviews.reviewed import FIGURE, active, is_same_number, is_superseded
from storage.database import one_at_a_time, reading, transaction
from storage.errors import Mendable
from storage.models import Document, Report, Review, Statement
from storage.reports import find_report, find_witnesses
from storage.reviews import (
    Replaced,
    add_review,
    find_all_reviews,
    find_applied,
    find_machines,
    find_review,
    find_reviews,
    find_statement,
    review_data,
)
from storage.statements import find_within
from storage.values import Measure, Op, ReviewData, ReviewKind, Stated


class ReviewRefused(Mendable):
    """A review cannot be taken as it is; the message says why and what to do."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Says:
    """What a person says of a statement. Of a `value` the parts of the figure that are given, and why."""

    kind: ReviewKind
    who: str
    why: str = ""
    figure: Mapping[str, object] | None = None
    indicator_key: str | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review did: `known` where it said nothing new, `places` whose reading it changed, `told` corrections.

    `doubt` is a sentence where the indicator that was named may not suit the number; the review counts all the same.
    """

    review_id: int
    known: bool
    places: int
    told: int
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A review and what became of it: applied, superseded, withdrawn, or unanchored (nothing is read at its place)."""

    row: Review
    state: str


def review(desk: Desk, statement_id: int, says: Says, now: datetime) -> Outcome:
    """Keep a review of a statement, and all that follows. Saying again what counts already changes nothing.

    Raises ReviewRefused for a statement that is not there, or a figure or an indicator that cannot be its.
    """
    with reading(desk.engine) as session:
        row, stated = _row(session, statement_id, says, now)
        doubt = _doubt(stated, row.indicator_key)
        texts = _texts(session, desk, row)
    with transaction(desk.engine) as session:
        one_at_a_time(session, row.region)
        said = find_reviews(session, row.region, row.report_kind, row.year)
        if (known := _said_already(row, said)) is not None:
            return Outcome(known, True, 0, 0)
        if row.kind == ReviewKind.SERIES and _is_of(stated, row):
            raise ReviewRefused(f"it is of {row.indicator_key} already: nothing was changed")
        return replace(_take(session, row, texts, desk, now), doubt=doubt)


def withdraw(desk: Desk, review_id: int, who: str, why: str, now: datetime) -> Outcome:
    """Take a review back: what the machine reads counts again, or an earlier review.

    Raises ReviewRefused where there is no such review.
    """
    with reading(desk.engine) as session:
        found = find_review(session, review_id)
        if found is None or found.kind == ReviewKind.WITHDRAWN:
            raise ReviewRefused(f"there is no review {review_id}: mubiao review list shows those that there are")
        row = Review(
            region=found.region, report_kind=found.report_kind, year=found.year, kind=ReviewKind.WITHDRAWN,
            withdraws=review_id, sentence=found.sentence, start=found.start, end=found.end,
            document_id=found.document_id, who=who, at=now, why=why, example=found.example,
        )  # fmt: skip
        texts = _texts(session, desk, row)
    with transaction(desk.engine) as session:
        one_at_a_time(session, row.region)
        said = find_reviews(session, row.region, row.report_kind, row.year)
        known = next((one.id for one in said if one.withdraws == review_id), None)
        return Outcome(known, True, 0, 0) if known is not None else _take(session, row, texts, desk, now)


def list_reviews(session: Session, regions: Sequence[str] | None = None, *, example: bool = True) -> list[Listed]:
    """All reviews with what became of them, the oldest first; a withdrawal is told with what it takes back."""
    rows = find_all_reviews(session, regions, example=example)
    applied = find_applied(session)
    by_report: dict[tuple[str, str, int], list[ReviewData]] = defaultdict(list)
    for row in rows:
        by_report[row.region, row.report_kind, row.year].append(review_data(row))
    counting = {key: active(of_report) for key, of_report in by_report.items()}
    return [Listed(row, _state(row, counting[row.region, row.report_kind, row.year], applied)) for row in rows]


def _state(row: Review, counting: Sequence[ReviewData], applied: Collection[int]) -> str:
    if row.kind == ReviewKind.WITHDRAWN:
        return "withdrawal"
    mine = next((one for one in counting if one.id == row.id), None)
    if mine is None:
        return "withdrawn"
    if mine.id in applied:
        return "applied"
    later = [one for one in counting if one.id > mine.id]
    if is_superseded(mine, later):
        return "superseded"
    together = any(one.id in applied and is_same_number(mine, one) for one in later)
    return "applied" if together else "unanchored"


def _row(session: Session, statement_id: int, says: Says, now: datetime) -> tuple[Review, Stated | None]:
    """The review to be kept, and what is stated at its place now."""
    found = find_statement(session, statement_id)
    if found is None:
        raise ReviewRefused(
            f"there is no statement {statement_id}: its number stands behind #s in the address of a digest's link, and "
            "in mubiao search"
        )
    statement, report = found
    start = statement.start - statement.sentence_start
    row = Review(
        region=report.region, report_kind=report.kind, year=report.year, kind=says.kind,
        sentence=statement.sentence, start=start, end=start + statement.end - statement.start,
        machine=_machine(session, statement), document_id=statement.document_id, who=says.who, at=now, why=says.why,
        example=report.example,
    )  # fmt: skip
    span = {statement.document_id: (statement.start, statement.end)}
    stated = next(iter(find_within(session, span).get(statement.document_id, [])), None)
    if says.kind is ReviewKind.VALUE:
        _set_figure(row, statement, stated, says.figure or {})
    if says.kind is ReviewKind.SERIES:
        if not says.indicator_key:
            raise ReviewRefused("which indicator is it? name its key (mubiao indicators) or another statement")
        row.indicator_key, row.indicator = says.indicator_key, says.indicator
    return row, stated


def _is_of(stated: Stated | None, row: Review) -> bool:
    """Whether what is stated now is of the indicator that a review names."""
    return (
        stated is not None
        and stated.indicator_key == row.indicator_key
        and row.indicator in (None, stated.data.indicator)
    )


def _doubt(stated: Stated | None, key: str | None) -> str:
    """What is doubtful about an indicator of the catalogue for a number. Raises ReviewRefused where it cannot be."""
    known = indicator(key) if key else None
    if stated is None or known is None:
        return ""
    _refuse(cannot_be_of(stated.data, known))
    return ill_suited(stated.data, indicator(stated.indicator_key), known)


def _refuse(*wrong: str) -> None:
    if said := next(filter(None, wrong), ""):
        raise ReviewRefused(said)


def _set_figure(row: Review, read: Statement, now: Stated | None, given: Mapping[str, object]) -> None:
    """The figure that is said, whole: what is not given is what is stated there now, else what was read."""
    figure: dict[str, Any] = {name: given.get(name, getattr(now.data if now else read, name)) for name in FIGURE}
    if "value" in given and "value_hi" not in given and "op" not in given and figure["op"] == Op.RANGE:
        figure |= {"value_hi": None, "op": Op.EXACT}
    if figure["value_hi"] is not None and "op" not in given:
        figure["op"] = Op.RANGE
    if figure["measure"] not in tuple(Measure) or figure["op"] not in tuple(Op):
        raise ReviewRefused(f"measure is one of {', '.join(Measure)}, op one of {', '.join(Op)}")
    if figure["value"] is None and figure["measure"] != Measure.RELATIVE:
        raise ReviewRefused("what is the right figure? give its value, as the report writes it before 万 and 亿")
    if (figure["value_hi"] is None) == (figure["op"] == Op.RANGE):
        raise ReviewRefused("a range has two ends, and nothing else has: give both values, or another op")
    units, periods = ({getattr(read, name), getattr(now.data, name) if now else None} for name in ("unit", "period"))
    low, high = figure["value"], figure["value_hi"]
    _refuse(
        wrong_number(low), wrong_number(high), wrong_unit(figure["unit"], units),
        wrong_period(figure["period"], periods),
        wrong_range(low, high) if low is not None and high is not None else "",
    )  # fmt: skip
    if now and now.review_id is None and all(figure[name] == getattr(now.data, name) for name in FIGURE):
        raise ReviewRefused("that is what is stated already: say what is wrong about it")
    for name, value in figure.items():
        setattr(row, name, value)


def _machine(session: Session, statement: Statement) -> str:
    """What the machine read, as JSON, also where a review is on top of it."""
    beneath = next(
        (
            one
            for _, one in find_machines(session, statement.document_id)
            if (one.data.start, one.data.end) == (statement.start, statement.end)
        ),
        None,
    )
    read: object = statement if beneath is None else beneath.data
    key = statement.indicator_key if beneath is None else beneath.indicator_key
    names = ("role", "indicator", *FIGURE)
    return json.dumps({name: getattr(read, name) for name in names} | {"indicator_key": key}, ensure_ascii=False)


def _texts(session: Session, desk: Desk, row: Review) -> dict[int, str]:
    """The kept texts of the report's documents, by document."""
    report = find_report(session, row.region, row.report_kind, row.year)
    witnesses = [] if report is None or report.id is None else find_witnesses(session, report.id)
    return {one.id: _text(desk, one) for one in witnesses if one.id is not None}


def _text(desk: Desk, document: Document) -> str:
    """Read before the transaction begins, but for a witness that came in between."""
    return desk.archive.find_text(document.text_hash)


def _said_already(row: Review, said: Iterable[ReviewData]) -> int | None:
    """The review that says the same of the same number, and still counts."""
    counting = active(said)
    wanted = {name: getattr(row, name) for name in (*FIGURE, "indicator", "indicator_key")}
    probe = ReviewData(id=0, kind=ReviewKind(row.kind), sentence=row.sentence, start=row.start, end=row.end)
    for at, one in enumerate(counting):
        same = one.kind == row.kind and all(getattr(one, name) == value for name, value in wanted.items())
        if same and is_same_number(one, probe) and not is_superseded(one, counting[at + 1 :]):
            return one.id
    return None


def _take(session: Session, row: Review, texts: Mapping[int, str], desk: Desk, now: datetime) -> Outcome:
    review_id = add_review(session, row)
    report = find_report(session, row.region, row.report_kind, row.year)
    if report is None or report.id is None:
        return Outcome(review_id, False, 0, 0)  # it waits for the report to come again
    replaced = [
        one
        for document in find_witnesses(session, report.id)
        for one in _replaced(session, document, report, texts.get(document.id or 0) or _text(desk, document))
    ]
    if not replaced:
        return Outcome(review_id, False, 0, 0)
    told = put_right(session, report, replaced, review_id, is_watched(desk), desk, now)
    return Outcome(review_id, False, len(replaced), told)


def _replaced(session: Session, document: Document, report: Report, text: str) -> list[Replaced]:
    reviewed = lay_reviews(session, document, report, text)
    return [] if reviewed is None else reviewed.replaced
