"""Figures for Prometheus. Labels are sources, channels, promises and words of our own: never an address or a text."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from monitor.cli.building import Installation, utc_now
from monitor.cli.log import EVENTS
from monitor.cli.promises import NAMES, Pulse, find_broken
from monitor.pipeline import Visited
from storage.backup import find_backups
from storage.database import reading, sqlite_file
from storage.outbox import count_by_channel, find_oldest_due
from storage.visits import find_sources

BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """What this process has done since it began, and how everything is at the moment of the question."""

    def __init__(self, installation: Callable[[], Installation], pulse: Pulse) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Kept(installation, pulse))
        self._visits = Counter("mubiao_visits", "Visits", ["outcome"], registry=self._registry)
        self._faults = Counter("mubiao_visit_faults", "Visits that broke", ["label"], registry=self._registry)
        self._seconds = Histogram("mubiao_visit_seconds", "Time of visits", registry=self._registry, buckets=BUCKETS)
        self._documents = Counter("mubiao_documents", "Documents kept", registry=self._registry)
        self._changes = Counter("mubiao_changes", "Changes found", registry=self._registry)
        self._deliveries = Counter(
            "mubiao_deliveries", "Tries of deliveries", ["channel", "outcome"], registry=self._registry
        )
        self._events = Counter("mubiao_events", "Lines of the log", ["event"], registry=self._registry)

    def note_visit(self, visited: Visited) -> None:
        self._visits.labels(visited.outcome).inc()
        self._seconds.observe(visited.seconds)
        self._documents.inc(visited.documents)
        self._changes.inc(visited.changes)
        if visited.error:
            self._faults.labels(visited.error.label).inc()

    def note_event(self, name: str, values: Mapping[str, Any]) -> None:
        """One line of the log."""
        self._events.labels(name if name in EVENTS else "other").inc()
        if name in ("delivery.sent", "delivery.failed"):
            self._deliveries.labels(values["channel"], name.removeprefix("delivery.")).inc()

    def render(self) -> bytes:
        return generate_latest(self._registry)


class _Kept(Collector):
    """How things are, asked anew for each answer."""

    def __init__(self, installation: Callable[[], Installation], pulse: Pulse) -> None:
        self._installation, self._pulse = installation, pulse

    def describe(self) -> list[Metric]:
        return []  # nothing is asked before the first answer

    def collect(self) -> Iterator[Metric]:
        installation, now = self._installation(), utc_now()
        broken = find_broken(installation, self._pulse, now)
        kept = GaugeMetricFamily("mubiao_promise_kept", "1 while the promise is kept", labels=["promise"])
        for name in NAMES:
            kept.add_metric([name], float(name not in broken))
        yield kept
        yield _gauge("mubiao_tick_age_seconds", "Since the last tick", self._pulse.seconds_since_tick())
        free = shutil.disk_usage(installation.settings.data).free
        yield _gauge("mubiao_disk_free_bytes", "Room on the disk of the data", free)
        yield _gauge("mubiao_database_bytes", "Size of the SQLite file", database_bytes(installation.engine))
        backups = find_backups(installation.settings.backups)
        made = backups[0].made_at.timestamp() if backups else 0.0
        yield _gauge("mubiao_backup_last_success_timestamp_seconds", "The newest backup", made)
        if "database" not in broken:
            yield from _from_database(installation)


def _from_database(installation: Installation) -> Iterator[Metric]:
    watched = {source.key for source in installation.settings.watched_sources()}
    with reading(installation.engine) as session:
        states = [state for state in find_sources(session) if state.key in watched]
        owed = count_by_channel(session)
        oldest = find_oldest_due(session)
    success = GaugeMetricFamily(
        "mubiao_source_last_success_timestamp_seconds", "The last whole visit; 0: none yet", labels=["source"]
    )
    failures = GaugeMetricFamily("mubiao_source_failures", "Failed visits in a row", labels=["source"])
    for state in states:
        success.add_metric([state.key], state.last_success_at.timestamp() if state.last_success_at else 0.0)
        failures.add_metric([state.key], state.failures)
    yield success
    yield failures
    outbox = GaugeMetricFamily("mubiao_outbox", "Deliveries by state", labels=["channel", "state"])
    for (channel, state_name), count in owed.items():
        outbox.add_metric([channel, state_name], count)
    yield outbox
    late = max((utc_now() - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield _gauge("mubiao_outbox_oldest_seconds", "How long the oldest delivery has been due", late)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def database_bytes(engine: Engine) -> int:
    """Of the SQLite file and its write-ahead log."""
    file = sqlite_file(engine)
    parts = [Path(f"{file}{ending}") for ending in ("", "-wal")] if file else []
    return sum(part.stat().st_size for part in parts if part.exists())
