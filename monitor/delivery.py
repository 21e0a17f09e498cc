"""What became of what is owed: a digest whose time has come is rendered once and its bytes kept; each delivery is then
tried until the service says that it has it.

    digest due → brief | render | prepare for each address → one transaction → send → sent, due again, or dead and told
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.desk import Desk
from monitor.digest import Rendered, packed, unpacked
from monitor.digest.render import render
from monitor.notifiers.message import DeliveryError, Message, Notifier
from monitor.telling.briefing import NOTICES_SINCE, brief
from monitor.telling.hours import awake
from monitor.telling.owing import tell
from monitor.telling.post import Post
from monitor.visiting.rhythm import CHINA
from monitor.watches import Watch, hearers
from storage.claims import claimed
from storage.database import reading, transaction
from storage.errors import DatabaseBusy, Mendable
from storage.models import Delivery, Digest, Notice
from storage.outbox import (
    Holding,
    add_deliveries,
    find_baselines,
    find_deliveries,
    find_deliveries_of,
    find_due_deliveries,
    find_due_digests,
    find_gathering,
    find_holding,
    find_rendered_since,
    find_unsubscribed,
    give_up_due,
    hold,
    is_newly_dead,
    is_suspended,
    make_due,
    note_failed,
    note_sent,
    ride_along,
)
from storage.silences import count_hushed, settle_hushed
from storage.visits import find_sources

# The waits of Standard Webhooks: the last try is 75 hours after the first.
WAITS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)  # seconds
REFUSED_TRIES = 3  # of a message that the service refuses: services err too
JITTER = 0.2
COMPOSED = 5  # times that a digest is composed while more is owed to it, before it is left to the next look
PATIENCE = 6  # waits for a database that others keep busy, of half a minute each
AT_A_TIME = 50  # deliveries of one channel between two looks at what is due


class UnknownChannel(Mendable):
    """A channel was named that the settings do not have."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Told:
    """One try at one delivery, for the log and the terminal. `due_at` is the next one; None with an error: given up."""

    channel: str
    subject: str
    answer: str
    sent: bool
    due_at: datetime | None = None


def close_digests(post: Post, now: datetime) -> list[Digest]:
    """Render each digest whose time has come, and keep it with the deliveries it owes."""
    engine = post.desk.engine
    with reading(engine) as session:
        due = find_due_digests(session, now)
    return [closed for digest in due if (closed := close_digest(digest, post, now))]


def preview(post: Post, watch: Watch, digest: Digest, now: datetime) -> Rendered:
    """What the digest would say now; nothing is kept."""
    with reading(post.desk.engine) as session:
        return render(brief(session, digest, watch, post, now))


def deliver(post: Post, channel: str, now: Callable[[], datetime]) -> list[Told]:
    """Try what one channel is owed and that is due, as far as the service's limits go; the rest stays due.

    Nothing while another process delivers to it, and no digest of a watch in its quiet hours: that waits for their end,
    unless the channel reaches a program. Raises nothing that a service can cause.
    """
    if not _due(post, channel, now()):
        return []
    with claimed(post.desk.engine, f"channel {channel}") as ours:
        if not ours:
            return []
        _hold_in_quiet_hours(post, channel, now())
        due = _due(post, channel, now())
        return [_try(post, post.channels[channel], delivery, digest, now) for delivery, digest in due]


def _due(post: Post, channel: str, now: datetime) -> list[tuple[Delivery, Digest]]:
    """What one channel may be sent now, each with its digest."""
    room = post.channels[channel].room(now)
    with reading(post.desk.engine) as session:
        due = find_due_deliveries(session, channel, now, AT_A_TIME if room is None else min(room, AT_A_TIME))
        return [(one, session.get_one(Digest, one.digest_id)) for one in due]


def _hold_in_quiet_hours(post: Post, channel: str, now: datetime) -> None:
    """A message can be due at night: a try again, one that is sent late because nothing ran in the evening."""
    quiet = {key: until for key in _watches_of(post, channel) if (until := _wakes_at(post, channel, key, now)) > now}
    if quiet:
        with transaction(post.desk.engine) as session:
            for watch, until in quiet.items():
                hold(session, channel, watch, now, until)


def _watches_of(post: Post, channel: str) -> list[str]:
    return [watch.key for watch in post.desk.watches if channel in watch.channels]


def _wakes_at(post: Post, channel: str, watch_key: str, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours of the watch where the channel reaches people."""
    watch = next((one for one in post.desk.watches if one.key == watch_key), None)
    return at if watch is None or channel in post.for_programs else awake(watch, at, post.desk.zone)


def close_digest(due: Digest, post: Post, now: datetime) -> Digest | None:
    """The bytes, and a delivery for each address of each of the watch's channels, in one transaction.

    What they are made of is composed before it, since that may take seconds in which nothing else could be kept; if
    more is owed meanwhile, it is composed anew. Answers with the digest as it is kept now; None when there is nothing
    to deliver, another process closed it, or so much came in that it is left to the next look.
    """
    watch = next((one for one in post.desk.watches if one.key == due.watch), None)
    with transaction(post.desk.engine) as session:
        digest = find_gathering(session, due.id, due.watch)
        if digest is None:
            return None
        if watch is None:
            digest.state = "empty"  # nobody is left to be told: the watch was taken out of the settings
            return None
        ride_along(session, digest, _baselines(session, digest, watch, post, now))
    for _ in range(COMPOSED):
        with reading(post.desk.engine) as session:
            holding = find_holding(session, digest), count_hushed(session, digest)
            rendered = render(brief(session, digest, watch, post, now))
        closed = _close(post, watch, digest, rendered, holding, now)
        if closed is not None:
            return closed
    return None


def _close(
    post: Post, watch: Watch, gathering: Digest, rendered: Rendered, holding: tuple[Holding, int], now: datetime
) -> Digest | None:
    """Keep what was composed, and what it owes; None when the digest holds something else by now."""
    message = _message(_filled(Digest(**gathering.model_dump()), rendered, now), watch, now)
    bodies = {
        (channel, address): post.channels[channel].prepare(message, address)
        for channel in watch.channels
        for address in post.channels[channel].addresses()
    }
    with transaction(post.desk.engine) as session:
        digest = find_gathering(session, gathering.id, gathering.watch)
        if digest is None or (find_holding(session, digest), count_hushed(session, digest)) != holding:
            return None
        settle_hushed(session, digest)
        _filled(digest, rendered, now)
        for channel, address in _addresses(session, watch.channels, post):
            state = "suspended" if is_suspended(session, channel, address) else "due"
            add_deliveries(session, _owed(digest.id, channel, address, bodies[channel, address], now, state))
        return digest


def _filled(digest: Digest, rendered: Rendered, now: datetime) -> Digest:
    digest.state, digest.rendered_at = "rendered", now
    digest.subject, digest.text, digest.html, digest.payload = (
        rendered.subject, rendered.text, rendered.html, rendered.payload,
    )  # fmt: skip
    digest.chat, digest.images = "\n".join(rendered.chat), packed(rendered.images)
    return digest


def retry(post: Post, channel: str, now: datetime) -> int:
    """Make due again what was given up or kept back for a channel, with the whole table of tries; how many messages.

    A message that the service has accepted is not among them: `replay` sends those again.
    """
    _known(post, channel)
    with transaction(post.desk.engine) as session:
        waiting = [one for one in find_deliveries(session, channel=channel) if one.state != "sent"]
        for delivery in waiting:
            make_due(delivery, now)
        return len(waiting)


def replay(post: Post, channel: str, since: datetime, now: datetime) -> int:
    """Send again what was rendered since then for the watches that speak through the channel; how many messages.

    What the channel had before comes with the same id and the same bytes. A channel that is new to a watch gets the
    watch's older digests too.
    """
    _known(post, channel)
    watches = {watch.key: watch for watch in post.desk.watches if channel in watch.channels}
    owed = 0
    with transaction(post.desk.engine) as session:
        for digest in find_rendered_since(session, watches, since):
            for _, address in _addresses(session, [channel], post):
                kept = find_deliveries_of(session, digest.id, channel, address)
                if not kept:
                    message = _message(digest, watches[digest.watch], digest.rendered_at or now)
                    bodies = post.channels[channel].prepare(message, address)
                    kept = _owed(digest.id, channel, address, bodies, now, "due")
                    add_deliveries(session, kept)
                for delivery in kept:
                    make_due(delivery, now)
                owed += len(kept)
    return owed


def _known(post: Post, channel: str) -> None:
    if channel not in post.channels:
        known = ", ".join(post.channels) or "none"
        raise UnknownChannel(f"{channel}: no such channel in the settings (there: {known})")


def _baselines(session: Session, digest: Digest, watch: Watch, post: Post, now: datetime) -> list[Notice]:
    regions = {state.key: state.region for state in find_sources(session)}
    notices = find_baselines(session, digest, since=now - NOTICES_SINCE)
    return [
        one
        for one in notices
        if one.source_key in regions and watch in hearers(post.desk.watches, regions[one.source_key])
    ]


def _message(digest: Digest, watch: Watch, made_at: datetime) -> Message:
    return Message(
        id=digest.id,
        watch=digest.watch,
        thread=f"{digest.watch}-{made_at.astimezone(CHINA):%Y-%m}",
        language=watch.language,
        subject=digest.subject,
        text=digest.text,
        html=digest.html,
        payload=digest.payload,
        made_at=made_at,
        chat=tuple(digest.chat.split("\n")),
        images=unpacked(digest.images),
    )


def _addresses(session: Session, channels: Iterable[str], post: Post) -> list[tuple[str, str]]:
    """(channel, address) of everybody to be told, without those who unsubscribed."""
    gone = {one.address for one in find_unsubscribed(session)}
    pairs = [(channel, address) for channel in channels for address in post.channels[channel].addresses()]
    return [(channel, address) for channel, address in pairs if address not in gone]


def _owed(
    digest_id: str, channel: str, address: str, bodies: Sequence[bytes], now: datetime, state: str
) -> list[Delivery]:
    return [
        Delivery(digest_id=digest_id, channel=channel, address=address, part=part, state=state, due_at=now, body=body)
        for part, body in enumerate(bodies, start=1)
    ]


def _try(post: Post, notifier: Notifier, delivery: Delivery, digest: Digest, now: Callable[[], datetime]) -> Told:
    assert delivery.id is not None, "the row was read"
    subject = digest.subject
    try:
        answer = notifier.send(delivery.body, id=delivery.digest_id, address=delivery.address, now=now())
    except DeliveryError as error:
        due_at = next_try(error, delivery.attempts + 1, now(), post.random.random())
        if due_at is not None:
            due_at = _wakes_at(post, delivery.channel, digest.watch, due_at)
        with transaction(post.desk.engine) as session:
            note_failed(session, delivery.id, answer=str(error), due_at=due_at, now=now())
            if error.dead:
                give_up_due(session, delivery.channel, delivery.address, str(error))
            if due_at is None and is_newly_dead(session, delivery.channel):
                tell(session, _dead(delivery, str(error), now()), "", _others(post.desk, delivery.channel), now())
        return Told(delivery.channel, subject, str(error), False, due_at)
    _note_sent(post, delivery.id, answer, now())
    return Told(delivery.channel, subject, answer, True)


def _note_sent(post: Post, delivery_id: int, answer: str, now: datetime) -> None:
    """With patience: a message that was accepted and is not noted as sent would be sent again."""
    for left in reversed(range(PATIENCE)):
        try:
            with transaction(post.desk.engine) as session:
                note_sent(session, delivery_id, answer=answer, now=now)
                return
        except DatabaseBusy:
            if not left:
                raise


def next_try(error: DeliveryError, attempts: int, now: datetime, spread: float) -> datetime | None:
    """When to try again after `attempts` tries; None when it is given up. What the service asks for wins."""
    if error.dead or attempts > len(WAITS) or (not error.retry and attempts >= REFUSED_TRIES):
        return None
    wait = WAITS[attempts - 1] * (1 + JITTER * (2 * spread - 1))
    return now + timedelta(seconds=max(wait, error.retry_after or 0))


def _others(desk: Desk, channel: str) -> Desk:
    """The watches that can be told of a dead channel by another one."""
    return replace(desk, watches=[watch for watch in desk.watches if set(watch.channels) - {channel}])


def _dead(delivery: Delivery, answer: str, now: datetime) -> Notice:
    return Notice(kind="dead_channel", source_key=delivery.channel, at=now, count=delivery.attempts + 1, detail=answer)
