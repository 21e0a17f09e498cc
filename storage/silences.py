"""What silences keep from watches: each change and notice once, counted in one digest."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from storage.models import Change, Digest, Hushed, Notice


def hush(
    session: Session, watch: str, silence: str, *, changes: Iterable[int] = (), notices: Iterable[int] = (),
    example: bool = False,
) -> None:  # fmt: skip
    """Keep that these were not told, on account of a silence; what is on record already stays as it is."""
    known = session.exec(select(Hushed.change_id, Hushed.notice_id).where(Hushed.watch == watch)).all()
    session.add_all(
        Hushed(watch=watch, silence=silence, change_id=change, notice_id=notice, example=example)
        for change, notice in [*((id, None) for id in changes), *((None, id) for id in notices)]
        if (change, notice) not in known
    )
    session.flush()


def find_hushed_changes(session: Session, watch: str, change_ids: Iterable[int]) -> set[int]:
    """Those of the changes that were kept from a watch."""
    ids = set(change_ids)
    rows = session.exec(select(Hushed.change_id).where(Hushed.watch == watch, col(Hushed.change_id).in_(ids)))
    return {id for id in rows if id is not None}


def count_hushed(session: Session, digest: Digest) -> int:
    """How many things were kept from the digest's readers: what it counts, or would count if it were closed now."""
    counted: int = session.exec(_of(digest, select(func.count()).select_from(Hushed))).one()
    return counted


def find_hushed(session: Session, digest: Digest) -> tuple[list[Change], list[Notice]]:
    """The same by name: the changes, main ones first, and the notices."""
    changes = select(Change).join(Hushed, col(Hushed.change_id) == Change.id)
    notices = select(Notice).join(Hushed, col(Hushed.notice_id) == Notice.id)
    return (
        list(session.exec(_of(digest, changes).order_by(col(Change.headline).desc(), col(Change.id)))),
        list(session.exec(_of(digest, notices).order_by(col(Notice.id)))),
    )


def _of(digest: Digest, query: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
    counted = col(Hushed.digest_id).is_(None) if digest.state == "open" else col(Hushed.digest_id) == digest.id
    return query.where(Hushed.watch == digest.watch, Hushed.example == digest.example, counted)


def settle_hushed(session: Session, digest: Digest) -> None:
    """Count in this digest all that no other one counted yet; to be called when it is closed, after `count_hushed`."""
    session.exec(
        update(Hushed)
        .where(
            col(Hushed.watch) == digest.watch, col(Hushed.example) == digest.example, col(Hushed.digest_id).is_(None)
        )
        .values(digest_id=digest.id)
    )
