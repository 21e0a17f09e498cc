"""The composition root: settings → everything the commands work with. Nothing else builds these things."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from monitor.cli.terminal import Stop, warn
from monitor.desk import Desk
from monitor.notifiers import FOR_PROGRAMS, notifier
from monitor.settings import Settings, read_settings
from monitor.telling.post import Links, Post
from monitor.visiting.visited import Tools
from scrapers.answer import FILE, PAGE
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.backup import add_backup, find_newest_good, refuse_half_restored
from storage.database import (
    DatabaseRefused,
    find_damage,
    find_revision,
    make_engine,
    migrate,
    newest_revision,
    prove_writable,
    sqlite_file,
    transaction,
)
from storage.gates import HostGates
from storage.models import SourceState
from storage.visits import declare_source, find_declared

PRIVATE_GAP = 0.1  # seconds between two requests to a host of one's own, unless all gaps are shorter
LOCK = "mubiao.lock"
SPREAD = timedelta(seconds=0.3)  # between the first visits of new sources


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: its settings, its database and archive, ready to use."""

    settings: Settings
    engine: Engine
    desk: Desk
    post: Post


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_installation(config: Path) -> Installation:
    """Read the settings, open the database and bring it up to date.

    Raises SettingsError or DatabaseRefused, which say what to do; nothing is started then.
    """
    settings = read_settings(config)
    engine = open_database(settings)
    return build_installation(settings, engine)


def open_database(settings: Settings, *, look_whole: bool = False) -> Engine:
    """The database, with its tables brought up to date after a copy was made of them.

    `look_whole` reads all of it first. Raises DatabaseRefused, which names the newest good backup, if there is one.
    """
    try:
        engine = make_engine(settings.database_url)
        if file := sqlite_file(engine):
            refuse_half_restored(file)
        damage = find_damage(engine, quick=True) if look_whole else []
        if damage:
            raise DatabaseRefused(f"{engine.url.render_as_string()} is damaged: {damage[0]}")
        if is_older(engine):
            _take_steps(engine, settings)
        else:
            migrate(engine)
        if look_whole:
            prove_writable(engine)
    except DatabaseRefused as error:
        newest = find_newest_good(settings.backups)
        if newest is None:
            raise
        raise DatabaseRefused(f"{error}; the newest good backup: mubiao restore {newest.path}") from error
    return engine


def is_older(engine: Engine) -> bool:
    """Whether there are tables, and steps of this version that were not taken yet."""
    return (find_revision(engine) or newest_revision()) < newest_revision()


def _take_steps(engine: Engine, settings: Settings) -> None:
    """To the newest tables, after a copy; a server's are left to `mubiao migrate`, as others may be at work on them."""
    if sqlite_file(engine) is None:
        current = find_revision(engine)
        engine.dispose()
        raise DatabaseRefused(
            f"the tables of {engine.url.render_as_string()} are at revision {current} and this version is at "
            f"{newest_revision()}: stop every `mubiao run` and `mubiao worker` on it, then: mubiao migrate"
        )
    with alone_on(settings.data):
        migrate(engine, before=lambda revision: copy_before_steps(engine, settings, revision))


def copy_before_steps(engine: Engine, settings: Settings, revision: str) -> None:
    made = add_backup(
        engine, Archive(settings.archive), settings.backups, utc_now(), f"before the step from {revision}"
    )
    warn(f"The tables go from revision {revision} to {newest_revision()}; a copy of before is {made.path}")


def build_installation(settings: Settings, engine: Engine) -> Installation:
    """Everything that settings make, over a database that is open. Raises SettingsError for what cannot be used."""
    watches = tuple(settings.watches.values())
    desk = Desk(engine, Archive(settings.archive), watches, settings.zone, tuple(settings.silences.values()))
    channels = {key: notifier(channel) for key, channel in settings.channels.items()}
    for_programs = frozenset(key for key, channel in settings.channels.items() if channel.type in FOR_PROGRAMS)
    post = Post(desk, channels, Links(settings.console.url), Random(), for_programs)
    return Installation(settings, engine, desk, post)


@contextmanager
def tools_of(installation: Installation) -> Iterator[Tools]:
    """What visits work with; the client and the parser's child process end with the block."""
    fetch = installation.settings.fetch
    with (
        Client(
            contact=installation.settings.contact,
            gap=fetch.gap_seconds,
            private_gap=min(fetch.gap_seconds, PRIVATE_GAP),
            gates=HostGates(installation.engine, utc_now),
            tls_exceptions=fetch.tls,
        ) as client,
        DocumentReader() as documents,
    ):
        scraper = Scraper(
            client,
            documents,
            page=replace(PAGE, seconds=fetch.page_deadline_seconds),
            file=replace(FILE, seconds=fetch.file_deadline_seconds),
        )
        yield Tools(scraper, installation.desk, utc_now, Random(), threading.Event())


def declare(engine: Engine, sources: Sequence[Source], now: datetime) -> None:
    """Keep a row for each source; new ones are due one after the other, in the order given."""
    with transaction(engine) as session:
        known = find_declared(session)
        for place, source in enumerate(sources):
            if known.get(source.key) == (source.name, source.url, source.region, source.kind, source.example):
                continue
            state = SourceState(
                key=source.key,
                name=source.name,
                url=source.url,
                region=source.region,
                kind=source.kind,
                example=source.example,
                next_due_at=now + place * SPREAD,
            )
            declare_source(session, state)


@contextmanager
def only_one(installation: Installation) -> Iterator[None]:
    """A second process on the same data is refused; the lock ends with the process, however it ends."""
    with alone_on(installation.settings.data):
        yield


@contextmanager
def alone_on(data: Path) -> Iterator[None]:
    """The same for a folder of data, whatever state the database in it is in."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(data / LOCK, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise Stop(f"another mubiao is running on {data}; stop it first") from error
    try:
        yield
    finally:
        lock.release()
