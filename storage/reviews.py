"""What one asks about reviews, and how statements are kept that a review corrects.

The machine's reading and what a review makes of it are two rows of `statement`: of the two, what is stated has an
ordinal, the other is set aside. So whoever asks for statements gets the corrected ones, and what was told of the others
stays what it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from storage.models import Change, Digest, DigestChange, Report, Review, Statement
from storage.statements import forget_unused, stated_of
from storage.values import Measure, Op, ReviewData, ReviewKind, Ruling, Stated, StatementData

_COPIED = [one.name for one in fields(StatementData) if one.name != "rules"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was stated at a place, and what is stated there now; `machine_id` is the machine's own row."""

    machine_id: int
    before: Stated | None
    after: Stated | None


def add_review(session: Session, review: Review) -> int:
    session.add(review)
    session.flush()
    assert review.id is not None
    return review.id


def find_review(session: Session, review_id: int) -> Review | None:
    return session.get(Review, review_id)


def find_reviews(session: Session, region: str, kind: str, year: int) -> list[ReviewData]:
    """The reviews of a report, in the order in which they were made."""
    rows = select(Review).where(Review.region == region, Review.report_kind == kind, Review.year == year)
    return [review_data(row) for row in session.exec(rows.order_by(col(Review.id)))]


def find_all_reviews(session: Session, regions: Sequence[str] | None = None, *, example: bool = True) -> list[Review]:
    """Reviews, the oldest first; `regions` are exact codes, None is all."""
    query = select(Review).order_by(col(Review.id))
    if regions is not None:
        query = query.where(col(Review.region).in_(regions))
    if not example:
        query = query.where(col(Review.example).is_(False))
    return list(session.exec(query))


def find_applied(session: Session) -> set[int]:
    """The ids of the reviews that some kept statement is what it is by."""
    made = select(Statement.review_id).where(col(Statement.review_id).is_not(None), Statement.ordinal >= 0)
    aside = select(Statement.set_aside_by).where(col(Statement.set_aside_by).is_not(None))
    return {id for query in (made, aside) for id in session.exec(query.distinct()) if id is not None}


def find_statement(session: Session, statement_id: int) -> tuple[Statement, Report] | None:
    """A statement's row, also one that is set aside, with its report."""
    rows = select(Statement, Report).join(Report, col(Statement.report_id) == Report.id)
    return session.exec(rows.where(Statement.id == statement_id)).first()


def find_machines(session: Session, document_id: int) -> list[tuple[int, Stated]]:
    """What the machine reads in a document where a review says something else, each with that review's id."""
    rows = session.exec(
        select(Statement, Report)
        .join(Report, col(Statement.report_id) == Report.id)
        .where(Statement.document_id == document_id, col(Statement.set_aside_by).is_not(None))
        .order_by(col(Statement.start), col(Statement.id))
    )
    return [(row.set_aside_by, stated_of(row, report)) for row, report in rows if row.set_aside_by is not None]


def review_data(row: Review) -> ReviewData:
    assert row.id is not None, "the row was read"
    return ReviewData(
        id=row.id, kind=ReviewKind(row.kind), sentence=row.sentence, start=row.start, end=row.end, value=row.value,
        value_hi=row.value_hi, unit=row.unit, measure=Measure(row.measure) if row.measure else None,
        op=Op(row.op) if row.op else None, period=row.period, indicator=row.indicator,
        indicator_key=row.indicator_key, withdraws=row.withdraws,
    )  # fmt: skip


class Readings:
    """What is stated in one document, the machine's readings beneath, and how to lay rulings on top of these."""

    def __init__(self, session: Session, document_id: int, report: Report) -> None:
        self._session, self._report = session, report
        query = select(Statement).where(
            Statement.document_id == document_id,
            or_(col(Statement.ordinal) >= 0, col(Statement.set_aside_by).is_not(None)),
        )
        rows = list(session.exec(query.order_by(col(Statement.start), col(Statement.id))))
        self._machine = [row for row in rows if row.review_id is None]
        self._made = [row for row in rows if row.review_id is not None]

    @property
    def machine(self) -> list[Stated]:
        """What the machine reads, in the order of the text."""
        return [stated_of(row, self._report) for row in self._machine]

    def rule(self, rulings: Mapping[int, Ruling]) -> tuple[list[Stated], list[Replaced]]:
        """Keep what the rulings, by the machine's rows, make of the readings; answers with all that is stated now.

        A row that a ruling made before stays, with its id, while the ruling is the same.
        """
        before = self._stated(self._current())
        spare = list(self._made)
        stated: list[Statement] = []
        after: dict[int, Statement | None] = {}
        for machine in self._machine:
            assert machine.id is not None, "the row was read"
            ruling = rulings.get(machine.id)
            machine.set_aside_by = ruling.review_id if ruling else None
            row = machine if ruling is None else self._row(machine, ruling, spare)
            after[machine.id] = row
            stated += [row] if row else []
        self._number(stated, spare)
        now = self._stated(after)
        replaced = [Replaced(id, before[id], now[id]) for id in before if not _same(before[id], now[id])]
        forget_unused(self._session, [row.id for row in spare if row.id is not None])
        return [one for one in now.values() if one], replaced

    def _stated(self, rows: Mapping[int, Statement | None]) -> dict[int, Stated | None]:
        return {id: None if row is None else stated_of(row, self._report) for id, row in rows.items()}

    def _current(self) -> dict[int, Statement | None]:
        """What is stated in the place of each of the machine's rows."""
        made = {(row.review_id, row.start, row.end): row for row in self._made}
        return {
            row.id: row if row.set_aside_by is None else made.get((row.set_aside_by, row.start, row.end))
            for row in self._machine
            if row.id is not None
        }

    def _row(self, machine: Statement, ruling: Ruling, spare: list[Statement]) -> Statement | None:
        if ruling.reading is None:
            return None
        data, key = ruling.reading
        values: dict[str, Any] = {name: getattr(data, name) for name in _COPIED}
        values |= {"indicator_key": key, "review_id": ruling.review_id}
        for row in spare:
            if all(getattr(row, name) == value for name, value in values.items()):
                spare.remove(row)
                return row
        return Statement(
            document_id=machine.document_id, report_id=machine.report_id, sentence=machine.sentence, ordinal=0,
            rules="\n".join(data.rules), **values,
        )  # fmt: skip

    def _number(self, stated: Sequence[Statement], spare: Iterable[Statement]) -> None:
        """First out of each other's way: no two rows of a document may have one number at any time."""
        aside = [row for row in [*self._machine, *spare] if not any(row is one for one in stated)]
        wanted = {id(row): at for at, row in enumerate(stated)}
        fresh = [row for row in stated if row.id is None]
        for row in [*aside, *(row for row in stated if row.id is not None and row.ordinal != wanted[id(row)])]:
            assert row.id is not None, "the row was read"
            row.ordinal = -row.id
        self._session.flush()
        for row in stated:
            row.ordinal = wanted[id(row)]
        self._session.flush()
        self._session.add_all(fresh)
        self._session.flush()


def _same(one: Stated | None, other: Stated | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.indicator_key == other.indicator_key and replace(one.data, rules=()) == replace(other.data, rules=())


def find_at_place(session: Session, stated: Stated) -> dict[int, Stated]:
    """All that was ever read, or said by a review, where a statement stands; by id."""
    rows = session.exec(
        select(Statement, Report)
        .join(Report, col(Statement.report_id) == Report.id)
        .where(
            Statement.document_id == stated.document_id,
            Statement.start < stated.data.end, Statement.end > stated.data.start,
        )
    )  # fmt: skip
    return {row.id: stated_of(row, report) for row, report in rows if row.id is not None}


def find_resting(session: Session, statement_ids: Iterable[int], *, news: bool = True) -> dict[int, Change]:
    """The changes that rest on one of these statements, by id and in their order; with `news` only what is news."""
    ids = list(statement_ids)
    query = select(Change).where(or_(col(Change.before_id).in_(ids), col(Change.after_id).in_(ids)))
    if news:
        query = query.where(col(Change.news).is_(True))
    rows = session.exec(query.order_by(col(Change.id)))
    return {row.id: row for row in rows if row.id is not None}


def find_told_watches(session: Session, change_ids: Iterable[int]) -> dict[int, set[str]]:
    """Which watches were told each of these changes, by the change's id; what still gathers was not told."""
    found: dict[int, set[str]] = {}
    rows = session.exec(
        select(DigestChange.change_id, DigestChange.watch)
        .join(Digest, col(DigestChange.digest_id) == Digest.id)
        .where(col(DigestChange.change_id).in_(set(change_ids)), Digest.state != "open")
    )
    for change_id, watch in rows:
        found.setdefault(change_id, set()).add(watch)
    return found
