"""Serving the console beside the daemon: a web server in a thread, over what is kept."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import uvicorn

from monitor.cli.building import Installation, utc_now
from monitor.cli.metrics import Metrics
from monitor.cli.promises import LATE_DELIVERY, LATE_TICK, VITAL, Pulse, find_broken
from monitor.cli.terminal import Stop
from monitor.console import Kept, app
from monitor.notifiers.email import EmailSettings
from monitor.notifiers.unsubscribing import address_of
from storage.database import reading, transaction
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


@contextmanager
def serve(current: Callable[[], Installation], pulse: Pulse, metrics: Metrics) -> Iterator[None]:
    """The console on its configured address, until the end of the block.

    Stops the command when the address is taken: the links of digests would lead elsewhere.
    """
    settings = current().settings.console
    try:
        listener = socket.create_server((settings.host, settings.port), family=_family(settings.host))
    except OSError as error:
        raise Stop(
            f"The console cannot listen on {settings.host}:{settings.port} ({error.strerror}): set another port under "
            "[console] in the settings, or enabled = false.",
            code=2,
        ) from error
    names = {"localhost", "127.0.0.1", settings.host, urlsplit(settings.url).hostname or "localhost"}
    config = uvicorn.Config(
        app(
            Kept(current().engine, current().desk.archive, utc_now),
            hosts=sorted(names),
            vitals=KeptVitals(current, pulse, metrics),
            subscribers=KeptSubscribers(current),
        ),
        log_level="warning",
        access_log=False,
        lifespan="off",
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


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_late(oldest: datetime | None, now: datetime) -> bool:
    return oldest is not None and now - oldest > LATE_DELIVERY
