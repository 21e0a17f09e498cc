"""Serving the console beside the daemon: a web server in a thread, over what is kept."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from monitor.cli.building import Installation, utc_now
from monitor.cli.metrics import Metrics
from monitor.cli.promises import LATE_DELIVERY, LATE_TICK, VITAL, Pulse, find_broken
from monitor.cli.terminal import Stop, warn
from monitor.console import Access, Kept, Vitals, app
from monitor.notifiers.email import EmailSettings
from monitor.notifiers.secret_files import read_secret
from monitor.notifiers.unsubscribing import address_of
from monitor.reviews.reviewing import Outcome, Says, review, withdraw
from monitor.settings.shape import SHORTEST_PASSWORD, ConsoleSettings, is_loopback
from storage.database import reading, transaction
from storage.errors import Mendable
from storage.outbox import add_unsubscribed, count_deliveries, find_oldest_due
from storage.visits import find_sources


class KeptVitals:
    """How the daemon is, by its own pulse and by what is kept."""

    def __init__(self, current: Callable[[], Installation], pulse: Pulse, metrics: Metrics) -> None:
        self._current, self._pulse, self._metrics = current, pulse, metrics

    def health(self) -> Mapping[str, object]:
        """`ok` while the clock ticks and no delivery is an hour late; the rest is for whoever looks closer."""
        with reading(self._current().engine) as session:
            states = find_sources(session)
            owed = count_deliveries(session)
            oldest = find_oldest_due(session)
        ticking = self._pulse.seconds_since_tick() < LATE_TICK
        return {
            "ok": ticking and not _is_late(oldest, utc_now()),
            "ticking": ticking,
            "sources": len(states),
            "sources_failing": sum(state.failures > 0 for state in states),
            "deliveries": owed,
            "oldest_delivery_due_at": oldest.isoformat() if oldest else None,
        }

    def ready(self) -> Mapping[str, object]:
        """`ready` while clock, database and disk let it work; `broken` are all promises that are not kept, with why."""
        broken = find_broken(self._current(), self._pulse, utc_now())
        return {"ready": not any(name in broken for name in VITAL), "broken": broken}

    def metrics(self) -> bytes:
        return self._metrics.render()


class KeptReviewers:
    """Keeps what readers say of wrong readings."""

    def __init__(self, current: Callable[[], Installation]) -> None:
        self._current = current

    def review(self, statement_id: int, says: Says) -> Outcome:
        return review(self._current().desk, statement_id, says, utc_now())

    def withdraw(self, review_id: int, who: str, why: str) -> Outcome:
        return withdraw(self._current().desk, review_id, who, why, utc_now())


class KeptSubscribers:
    """The readers of the e-mail channels."""

    def __init__(self, current: Callable[[], Installation]) -> None:
        self._current = current

    def address_of(self, token: str) -> str | None:
        channels = self._current().settings.channels.values()
        keys = (one.key_for_unsubscribing() for one in channels if isinstance(one, EmailSettings))
        return next((found for key in keys if key and (found := address_of(token, key))), None)

    def unsubscribe(self, address: str) -> None:
        with transaction(self._current().engine) as session:
            add_unsubscribed(session, address, utc_now())


class DatabaseVitals:
    """How the database is, where nothing but the console runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def health(self) -> Mapping[str, object]:
        """`ok` while the database can be read."""
        try:
            with reading(self._engine) as session:
                return {"ok": True, "sources": len(find_sources(session))}
        except (Mendable, SQLAlchemyError) as error:
            return {"ok": False, "database": str(error)}

    def ready(self) -> Mapping[str, object]:
        state = self.health()
        return {"ready": state["ok"], "broken": {} if state["ok"] else {"database": state["database"]}}

    def metrics(self) -> None:
        return None


@contextmanager
def serve(current: Callable[[], Installation], pulse: Pulse, metrics: Metrics) -> Iterator[None]:
    """The console of a daemon on its configured address, until the end of the block.

    Stops the command when the address is taken: the links of digests would lead elsewhere.
    """
    settings = current().settings.console
    remedy = "set another port under [console] in the settings, or enabled = false."
    with serve_at(settings, current, KeptVitals(current, pulse, metrics), remedy):
        yield


@contextmanager
def serve_at(
    settings: ConsoleSettings, current: Callable[[], Installation], vitals: Vitals, remedy: str
) -> Iterator[None]:
    """The same by these settings; `remedy` is what to do where the address is taken."""
    access = access_of(settings)
    try:
        listener = socket.create_server((settings.host, settings.port), family=_family(settings.host))
    except OSError as error:
        told = f"The console cannot listen on {settings.host}:{settings.port} ({error.strerror}): {remedy}"
        raise Stop(told, code=2) from error
    application = app(
        Kept(current().engine, current().desk.archive, utc_now),
        hosts=_names(settings),
        vitals=vitals,
        subscribers=KeptSubscribers(current),
        access=access,
        url=settings.url,
        reviewers=KeptReviewers(current),
    )
    config = uvicorn.Config(
        application, log_level="warning", access_log=False, lifespan="off", ws="none", proxy_headers=False
    )  # the guard itself reads what proxies say, and believes only the right ones
    if access.password and not settings.trusted_proxies and not is_loopback(settings.host):
        warn(
            f"The console listens on {settings.host} without TLS: whoever can listen in on the network reads the "
            "password. Put a proxy with TLS in front of it."
        )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="console", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listener.close()


def access_of(settings: ConsoleSettings) -> Access:
    """Who is let in. Stops the command where strangers could read: beyond this machine, unguarded."""
    if not settings.is_guarded:
        raise Stop(
            f"[console] host = {settings.host!r} is reached from other machines, and nothing keeps strangers out. "
            "Give it a password_file, name the trusted_proxies that alone may connect, or leave host at 127.0.0.1 "
            "(docs/console.md).",
            code=2,
        )
    password = settings.password.get_secret_value() if settings.password else ""
    if settings.password_file:
        password = _read_password(settings.password_file)
    return Access(password, settings.guests, settings.trusted_proxies)


def _read_password(file: Path) -> str:
    try:
        password = read_secret(file)
    except ValueError as error:
        raise Stop(f"[console] password_file: {error}", code=2) from error
    if len(password) < SHORTEST_PASSWORD:
        raise Stop(f"[console] password_file: {file} must hold {SHORTEST_PASSWORD} characters or more", code=2)
    return password


def _names(settings: ConsoleSettings) -> list[str]:
    """The names that it answers to. A page elsewhere can make its own name lead here, but not know the password."""
    if not settings.base_url and settings.is_locked and not is_loopback(settings.host):
        return ["*"]
    names = {"localhost", "127.0.0.1", "[::1]", settings.host, urlsplit(settings.url).hostname or "localhost"}
    return sorted(names)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_late(oldest: datetime | None, now: datetime) -> bool:
    return oldest is not None and now - oldest > LATE_DELIVERY
