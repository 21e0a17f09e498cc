"""The outbox: which digests gather, which deliveries are owed, and what became of them.

A change and what is owed for it are written in one transaction; a delivery leaves `due` only when the service
accepted it, or when it is given up, which is reported.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from storage.database import one_at_a_time
from storage.models import Delivery, Digest, DigestChange, DigestNotice, Hushed, Notice, Unsubscribed

SETTLED = ("sent", "dead", "suspended")
MOST_PARTS = 10  # messages of one digest
GIVEN_UP = 3  # digests to one address, after which the next are kept and not tried


@dataclass(frozen=True, slots=True)
class Holding:
    """The changes and notices of a digest by their ids."""

    changes: frozenset[int]
    notices: frozenset[int]


def owe(
    session: Session, watch: str, *, changes: Iterable[int] = (), notices: Iterable[int] = (), due_at: datetime,
    now: datetime, example: bool = False,
) -> None:  # fmt: skip
    """Put changes and notices into the watch's gathering digest, opening one for `due_at` if there is none.

    What the watch was told already, or is about to be, is left out. The example gathers apart.
    """
    fresh_changes = _untold_changes(session, watch, list(changes))
    fresh_notices = _untold_notices(session, watch, list(notices))
    if not fresh_changes and not fresh_notices:
        return
    one_at_a_time(session, _gathering_of(watch))
    digest = _gathering(session, watch, example)
    if digest is None:
        digest = Digest(id=f"msg_{secrets.token_hex(16)}", watch=watch, opened_at=now, due_at=due_at, example=example)
        session.add(digest)
        session.flush()
    digest.due_at = min(digest.due_at, due_at)
    session.add_all(DigestChange(digest_id=digest.id, change_id=id, watch=watch) for id in fresh_changes)
    session.add_all(DigestNotice(digest_id=digest.id, notice_id=id, watch=watch) for id in fresh_notices)
    session.flush()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Changes that nobody was told, and which watches were going to be told each of the changes, by its id."""

    untold: set[int]
    gathering: dict[int, set[str]]


def take_back(session: Session, change_ids: Iterable[int]) -> TakenBack:
    """Take changes out of the digests that still gather, and what nobody was told out of what silences keep back."""
    ids = set(change_ids)
    held = list(session.exec(select(DigestChange).where(col(DigestChange.change_id).in_(ids))))
    for watch in sorted({one.watch for one in held}):
        one_at_a_time(session, _gathering_of(watch))
    open_ones = set(session.exec(select(Digest.id).where(Digest.state == "open")))
    gathering: dict[int, set[str]] = {}
    for one in held:
        if one.digest_id in open_ones:
            gathering.setdefault(one.change_id, set()).add(one.watch)
            session.delete(one)
    session.flush()
    untold = ids - {one.change_id for one in held if one.digest_id not in open_ones}
    session.exec(delete(Hushed).where(col(Hushed.change_id).in_(untold)))
    return TakenBack(untold, gathering)


def add_notice(session: Session, notice: Notice) -> int:
    session.add(notice)
    session.flush()
    assert notice.id is not None
    return notice.id


def find_baselines(session: Session, digest: Digest, *, since: datetime) -> list[Notice]:
    """The first visits that this watch has not heard of: they open no digest of their own, but ride along."""
    told = select(DigestNotice.notice_id).where(DigestNotice.watch == digest.watch)
    return list(
        session.exec(
            select(Notice).where(
                Notice.kind == "baseline",
                Notice.at >= since,
                Notice.example == digest.example,
                col(Notice.id).not_in(told),
            )
        )
    )


def ride_along(session: Session, digest: Digest, notices: Iterable[Notice]) -> None:
    """Add notices to a digest that is about to be rendered."""
    session.add_all(
        DigestNotice(digest_id=digest.id, notice_id=notice.id, watch=digest.watch)
        for notice in notices
        if notice.id is not None
    )
    session.flush()


def find_notices(session: Session, digest_id: str) -> list[Notice]:
    return list(
        session.exec(
            select(Notice)
            .join(DigestNotice, col(DigestNotice.notice_id) == Notice.id)
            .where(DigestNotice.digest_id == digest_id)
            .order_by(col(Notice.at), col(Notice.id))
        )
    )


def find_due_digests(session: Session, now: datetime) -> list[Digest]:
    """Digests whose gathering is over, oldest first."""
    return list(
        session.exec(select(Digest).where(Digest.state == "open", Digest.due_at <= now).order_by(col(Digest.opened_at)))
    )


def find_open_digests(session: Session) -> list[Digest]:
    return list(session.exec(select(Digest).where(Digest.state == "open").order_by(col(Digest.due_at))))


def find_digests(session: Session, limit: int = 50) -> list[Digest]:
    """Rendered digests, newest first."""
    return list(
        session.exec(
            select(Digest).where(Digest.state == "rendered").order_by(col(Digest.rendered_at).desc()).limit(limit)
        )
    )


def find_digest(session: Session, id: str) -> Digest | None:
    return session.get(Digest, id)


def find_gathering(session: Session, id: str, watch: str) -> Digest | None:
    """A digest that is about to be closed, held so that nothing is added meanwhile; None if it is closed already."""
    one_at_a_time(session, _gathering_of(watch))
    return session.exec(select(Digest).where(Digest.id == id, Digest.state == "open")).first()


def find_holding(session: Session, digest: Digest) -> Holding:
    """What the digest holds now; another answer later means that more came in."""
    changes = session.exec(select(DigestChange.change_id).where(DigestChange.digest_id == digest.id)).all()
    notices = session.exec(select(DigestNotice.notice_id).where(DigestNotice.digest_id == digest.id)).all()
    return Holding(frozenset(changes), frozenset(notices))


def find_due_deliveries(session: Session, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """What is owed to one channel and due, oldest first."""
    return list(
        session.exec(
            select(Delivery)
            .where(Delivery.channel == channel, Delivery.state == "due", Delivery.due_at <= now)
            .order_by(col(Delivery.due_at), col(Delivery.id))
            .limit(limit)
        )
    )


def hold(session: Session, channel: str, watch: str, now: datetime, until: datetime) -> int:
    """What one channel is owed of a watch's digests and is due waits until then; how many messages."""
    of_watch = select(Digest.id).where(Digest.watch == watch)
    due = select(Delivery).where(
        Delivery.channel == channel, Delivery.state == "due", Delivery.due_at <= now,
        col(Delivery.digest_id).in_(of_watch),
    )  # fmt: skip
    held = session.exec(due).all()
    for delivery in held:
        delivery.due_at = until
    return len(held)


def count_tried(session: Session, channel: str, since: datetime) -> int:
    """How many messages of a channel were last tried since then, by whatever process."""
    tried = select(func.count()).select_from(Delivery).where(Delivery.channel == channel)
    return session.exec(tried.where(col(Delivery.tried_at) >= since)).one()


def find_deliveries(session: Session, state: str | None = None, channel: str | None = None) -> list[Delivery]:
    """All that was or is owed, oldest first."""
    query = select(Delivery).order_by(col(Delivery.id))
    if state:
        query = query.where(Delivery.state == state)
    return list(session.exec(query.where(Delivery.channel == channel) if channel else query))


def find_posted(
    session: Session, *, state: str | None, channel: str | None, limit: int
) -> list[tuple[Delivery, Digest]]:
    """The newest deliveries with the digests that they are of, newest first."""
    query = select(Delivery, Digest).join(Digest, col(Digest.id) == Delivery.digest_id)
    if state:
        query = query.where(Delivery.state == state)
    if channel:
        query = query.where(Delivery.channel == channel)
    return list(session.exec(query.order_by(col(Delivery.id).desc()).limit(limit)))


def find_oldest_due(session: Session) -> datetime | None:
    """Since when the delivery that waits longest has been due."""
    return session.exec(select(func.min(Delivery.due_at)).where(Delivery.state == "due")).one()


def find_rendered_since(session: Session, watches: Iterable[str], since: datetime) -> list[Digest]:
    """Digests of these watches that were rendered since then, oldest first."""
    return list(
        session.exec(
            select(Digest)
            .where(Digest.state == "rendered", col(Digest.watch).in_(list(watches)), col(Digest.rendered_at) >= since)
            .order_by(col(Digest.rendered_at))
        )
    )


def find_deliveries_of(session: Session, digest_id: str, channel: str, address: str) -> list[Delivery]:
    return list(
        session.exec(
            select(Delivery)
            .where(Delivery.digest_id == digest_id, Delivery.channel == channel, Delivery.address == address)
            .order_by(col(Delivery.part))
        )
    )


def make_due(delivery: Delivery, now: datetime) -> None:
    """Owed anew, with the whole table of tries before it."""
    delivery.state, delivery.due_at, delivery.attempts = "due", now, 0


def is_suspended(session: Session, channel: str, address: str) -> bool:
    """Whether the last three digests to this address were given up, with none sent since."""
    states: dict[str, set[str]] = {}
    last = (
        select(Delivery.digest_id, Delivery.state)
        .where(Delivery.channel == channel, Delivery.address == address, col(Delivery.state).in_(SETTLED))
        .order_by(col(Delivery.id).desc())
        .limit(GIVEN_UP * MOST_PARTS)
    )
    for digest_id, state in session.exec(last):
        if digest_id not in states and len(states) == GIVEN_UP:
            break
        states.setdefault(digest_id, set()).add(state)
    return len(states) == GIVEN_UP and not any("sent" in found for found in states.values())


def give_up_due(session: Session, channel: str, address: str, answer: str) -> None:
    """Everything else that is due to an address that is gone for good; `mubiao retry` makes it due again."""
    due = select(Delivery).where(Delivery.channel == channel, Delivery.address == address, Delivery.state == "due")
    for delivery in session.exec(due):
        delivery.state, delivery.answer = "dead", answer


def add_unsubscribed(session: Session, address: str, now: datetime) -> None:
    """No more mail to this address; asking twice changes nothing."""
    if session.get(Unsubscribed, address) is None:
        session.add(Unsubscribed(address=address, at=now))


def find_unsubscribed(session: Session) -> list[Unsubscribed]:
    return list(session.exec(select(Unsubscribed).order_by(col(Unsubscribed.at))))


def forget_unsubscribed(session: Session, address: str) -> bool:
    """Mail may be sent to this address again; whether it had been unsubscribed."""
    found = session.get(Unsubscribed, address)
    if found is not None:
        session.delete(found)
        session.flush()
    return found is not None


def count_deliveries(session: Session) -> dict[str, int]:
    """How many deliveries are in each state."""
    return dict(session.exec(select(Delivery.state, func.count()).group_by(Delivery.state)).all())


def add_deliveries(session: Session, deliveries: Sequence[Delivery]) -> None:
    session.add_all(deliveries)


def note_sent(session: Session, delivery_id: int, *, answer: str, now: datetime) -> None:
    delivery = session.get_one(Delivery, delivery_id)
    delivery.state, delivery.answer = "sent", answer
    delivery.attempts += 1
    delivery.tried_at = delivery.sent_at = now


def note_failed(session: Session, delivery_id: int, *, answer: str, due_at: datetime | None, now: datetime) -> None:
    """Due again at `due_at`; None gives it up. One that was sent meanwhile, by another process, stays sent."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.state == "sent":
        return
    delivery.answer, delivery.tried_at = answer, now
    delivery.attempts += 1
    if due_at is None:
        delivery.state = "dead"
    else:
        delivery.due_at = due_at


def is_newly_dead(session: Session, channel: str) -> bool:
    """Whether nothing was told of the channel's death since it last accepted something: once is enough."""
    sent_at = session.exec(select(func.max(Delivery.sent_at)).where(Delivery.channel == channel)).one()
    told = select(Notice.id).where(Notice.kind == "dead_channel", Notice.source_key == channel)
    if sent_at is not None:
        told = told.where(Notice.at > sent_at)
    return session.exec(told).first() is None


def _gathering(session: Session, watch: str, example: bool) -> Digest | None:
    return session.exec(
        select(Digest).where(Digest.watch == watch, Digest.state == "open", Digest.example == example)
    ).first()


def _gathering_of(watch: str) -> str:
    return f"digest of {watch}"


def _untold_changes(session: Session, watch: str, ids: Sequence[int]) -> list[int]:
    told = select(DigestChange.change_id).where(DigestChange.watch == watch, col(DigestChange.change_id).in_(ids))
    return _without(ids, session.exec(told))


def _untold_notices(session: Session, watch: str, ids: Sequence[int]) -> list[int]:
    told = select(DigestNotice.notice_id).where(DigestNotice.watch == watch, col(DigestNotice.notice_id).in_(ids))
    return _without(ids, session.exec(told))


def _without(ids: Sequence[int], told: Iterable[int]) -> list[int]:
    known = set(told)
    return [id for id in ids if id not in known]


def count_by_channel(session: Session) -> dict[tuple[str, str], int]:
    """How many deliveries of each channel are in each state."""
    counted = select(Delivery.channel, Delivery.state, func.count()).group_by(Delivery.channel, Delivery.state)
    return {(channel, state): count for channel, state, count in session.exec(counted)}
