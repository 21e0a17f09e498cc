"""How the watching goes: the sources with their visits, and what is owed to whom."""

from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.access import is_guest, signed_in
from monitor.console.answers import Reader, html, missing, reader
from monitor.console.asking import known_only, one_of
from monitor.console.cursors import CursorError, cursor, place
from monitor.console.kept import Kept
from monitor.console.places import place as region_place
from monitor.console.resources import Delivery, Source, Visit
from monitor.console.saying import told_address
from monitor.digest.outgoing import clean, web_address
from monitor.health import newest_year, state_of
from monitor.telling.briefing import region_names
from monitor.visiting.rhythm import CHINA, overdue_year
from storage import models
from storage.outbox import count_by_channel, find_open_digests
from storage.paging import Posted, find_posted_page, find_visit_page
from storage.values import Kind
from storage.visits import Shown, find_shown, find_source, find_sources

WELL = ("ok", "not visited yet")
LESSER = ("overdue", "unread")  # the list can be read
SOURCES, VISITS, DELIVERIES = 100, 50, 50  # rows of a page
STATES = ("due", "sent", "dead", "suspended")
MASKED = "…"


def routes(kept: Kept) -> list[Route]:
    def all_sources(request: Request) -> Response:
        who = reader(request)
        with kept.reading() as session:
            every = sources(session, kept.now())
        return html(request, "console/sources.html.j2", who.words["nav_sources"], **_sources(every, request, who))

    def one_source(request: Request) -> Response:
        who, key = reader(request), request.path_params["key"]
        after = _after(request, datetime, int)
        with kept.reading() as session:
            state = find_source(session, key) if key.isprintable() else None
            if state is None:
                return missing(request)
            shown = find_shown(session).get(key, Shown())
            visits = find_visit_page(session, key, after, VISITS + 1)
        found = source_of(state, shown, kept.now())
        values = _source(for_guests(found) if is_guest(request) else found, visits, who)
        return html(request, "console/source.html.j2", clean(state.name, 80), **values)

    def deliveries(request: Request) -> Response:
        who, asked = reader(request), request.query_params
        known_only(asked, ("state", "channel"))
        state = one_of("state", asked, STATES) or None
        channel = asked.get("channel", "") if asked.get("channel", "").isprintable() else ""
        after = _after(request, int)
        with kept.reading() as session:
            counts, gathering = count_by_channel(session), find_open_digests(session)
            posted = find_posted_page(
                session, state=state, channel=channel or None, after=after[0] if after else None, limit=DELIVERIES + 1
            )
        guest = signed_in(request) is None
        more = cursor((posted[DELIVERIES - 1].id,)) if len(posted) > DELIVERIES else ""
        return html(
            request, "console/deliveries.html.j2", who.words["nav_deliveries"], state=state or "", channel=channel,
            states=STATES, channels=_channels(counts), guest=guest,
            gathering=[(clean(one.watch, 60), minute(one.due_at)) for one in gathering],
            rows=[_delivery(delivery_of(one, guest=guest)) for one in posted[:DELIVERIES]],
            more=who.link("/deliveries", state=state, channel=channel, after=more) if more else "",
        )  # fmt: skip

    return [
        Route("/sources", all_sources),
        Route("/sources/{key}", one_source),
        Route("/deliveries", deliveries),
    ]


def sources(session: Session, now: datetime) -> list[Source]:
    """All sources by key, each with how it is."""
    shown = find_shown(session)
    return [source_of(state, shown.get(state.key, Shown()), now) for state in find_sources(session)]


def source_of(state: models.SourceState, shown: Shown, now: datetime) -> Source:
    kind = Kind(state.kind)
    return Source(
        key=state.key, name=state.name, url=state.url, region=state.region,
        region_name=region_names(state.region)[0], kind=kind, family=state.family,
        state=state_of(kind, state, shown, now), failures=state.failures, failing_since=state.failing_since,
        error=state.failure, last_visit_at=state.last_visit_at, last_success_at=state.last_success_at,
        next_visit_at=state.next_due_at, usual_entries=state.usual_entries, newest_entry_on=shown.newest_on,
        newest_report=shown.newest_year, unread=shown.unread, example=state.example,
    )  # fmt: skip


def for_guests(one: Source) -> Source:
    """Of a folder its name alone."""
    return one.model_copy(update={"url": told_address(one.url, guest=True)})


def visit_of(row: models.Visit) -> Visit:
    return Visit.model_validate(row, from_attributes=True)


def delivery_of(posted: Posted, *, guest: bool) -> Delivery:
    """Whom it goes to, and what the service said (which may name them), is for those who know the password."""
    told = posted._asdict() | {"digest": posted.digest_id}
    if guest:
        told |= {"address": masked(posted.address), "answer": ""}
    return Delivery.model_validate(told)


def masked(address: str) -> str:
    """li@example.org → l…@example.org; of what is no e-mail address nothing is told."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}{MASKED}@{host}" if at else MASKED if address else ""


def minute(moment: datetime | None) -> str:
    """2026-02-20 10:00, in China; "" where there is none."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""


def state_words(one: Source, who: Reader) -> str:
    """How a source is, in the reader's language."""
    known = {"ok": "source_ok", "not visited yet": "source_new", "overdue": "source_overdue", "unread": "source_unread"}
    if one.state in known:
        return who.words[known[one.state]]
    return who.words.faults.get(one.state, clean(one.state, 40))


def _sources(every: list[Source], request: Request, who: Reader) -> dict[str, Any]:
    troubled = [one for one in every if one.state not in WELL]
    only = request.query_params.get("show") == "troubled"
    ordered = sorted(troubled, key=_worst) + ([] if only else [one for one in every if one.state in WELL])
    page = _page(request, len(ordered))
    some = islice(ordered, (page - 1) * SOURCES, page * SOURCES)
    show = "troubled" if only else None
    last = page * SOURCES >= len(ordered)
    return {
        "rows": [_source_row(one, who) for one in some],
        "counts": (len(every), len(troubled)),
        "only": only,
        "earlier": who.link("/sources", show=show, page=page - 1) if page > 1 else "",
        "more": "" if last else who.link("/sources", show=show, page=page + 1),
    }


def _worst(one: Source) -> tuple[bool, datetime, str]:
    return one.state in LESSER, one.failing_since or one.next_visit_at, one.key


def _page(request: Request, rows: int) -> int:
    asked = request.query_params.get("page", "1")
    last = max(1, -(-rows // SOURCES))
    return min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _source_row(one: Source, who: Reader) -> dict[str, Any]:
    return {
        "name": clean(one.name, 80),
        "url": who.link(f"/sources/{one.key}"),
        "place": region_place(one.region, who),
        "kind": who.words[one.kind],
        "state": state_words(one, who),
        "well": one.state in WELL,
        "lesser": one.state in LESSER,
        "since": minute(one.failing_since),
        "success": minute(one.last_success_at),
        "next": minute(one.next_visit_at),
        "newest": one.newest_report or "",
        "example": one.example,
    }


def _source(one: Source, visits: list[models.Visit], who: Reader) -> dict[str, Any]:
    more = cursor((visits[VISITS - 1].started_at, visits[VISITS - 1].id)) if len(visits) > VISITS else ""
    newest = newest_year(Shown(one.newest_entry_on, one.newest_report, one.unread))
    return {
        "row": _source_row(one, who),
        "address": web_address(one.url),
        "address_text": clean(one.url, 300),
        "family": one.family or "",
        "failures": one.failures,
        "error": clean(one.error, 1000),
        "unread": one.unread,
        "newest_entry": _iso(one.newest_entry_on),
        "expected": overdue_year(one.kind, newest, one.next_visit_at) if one.state == "overdue" else None,
        "usual": one.usual_entries,
        "visits": [_visit(visit, who) for visit in visits[:VISITS]],
        "more": who.link(f"/sources/{one.key}", after=more) if more else "",
    }


def _visit(row: models.Visit, who: Reader) -> dict[str, Any]:
    words = who.words
    known = {"ok": "visit_ok", "unchanged": "visit_unchanged"}
    outcome = words[known[row.outcome]] if row.outcome in known else words.faults.get(row.label, words["visit_failed"])
    return {
        "at": minute(row.started_at),
        "outcome": outcome,
        "failed": row.outcome not in known,
        "seconds": f"{row.seconds:.1f}",
        "entries": row.entries,
        "documents": row.documents,
        "changes": row.changes,
        "error": clean(row.error, 500),
    }


def _channels(counts: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    keys = sorted({channel for channel, _ in counts})
    return [{"key": clean(key, 60)} | {state: counts.get((key, state), 0) for state in STATES} for key in keys]


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "channel": clean(one.channel, 60),
        "watch": clean(one.watch, 60),
        "address": clean(one.address, 120),
        "subject": clean(one.subject, 200) + (f" ({one.part})" if one.part > 1 else ""),
        "state": one.state,
        "attempts": one.attempts,
        "next": minute(one.due_at) if one.state == "due" else "",
        "tried": minute(one.tried_at),
        "sent": minute(one.sent_at),
        "answer": clean(one.answer, 300),
        "example": one.example,
    }


def _after(request: Request, *kinds: type) -> Any:
    """Where the page before ended; a word that is no cursor of ours begins at the front."""
    try:
        return place(request.query_params.get("after", ""), *kinds)
    except CursorError:
        return None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
