"""What silences keep from watches: each change and notice once, counted in one digest."""

from collections.abc import Iterable

from sqlmodel import Session, col, func, select, update

from storage.models import Digest, Hushed


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
    mine = (
        select(func.count()).select_from(Hushed).where(Hushed.watch == digest.watch, Hushed.example == digest.example)
    )
    counted = mine.where(Hushed.digest_id == digest.id)
    if digest.state == "open":
        counted = mine.where(col(Hushed.digest_id).is_(None))
    return session.exec(counted).one()


def settle_hushed(session: Session, digest: Digest) -> None:
    """Count in this digest all that no other one counted yet; to be called when it is closed, after `count_hushed`."""
    session.exec(
        update(Hushed)
        .where(
            col(Hushed.watch) == digest.watch, col(Hushed.example) == digest.example, col(Hushed.digest_id).is_(None)
        )
        .values(digest_id=digest.id)
    )
