"""The command doctor: will it work on this machine, and what is to be done if not."""

import os
import shutil
import smtplib
import ssl
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import httpx
import typer
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from monitor.cli.building import utc_now
from monitor.cli.certificates import find_expiry
from monitor.cli.options import AsJson, Config
from monitor.cli.terminal import print_json, say
from monitor.notifiers.feed import FeedSettings
from monitor.notifiers.folder import FolderSettings
from monitor.settings import Settings, SettingsError, read_settings
from monitor.settings.shape import ConsoleSettings, is_loopback
from scrapers.tls import Host
from storage.backup import find_backups, find_newest_good, refuse_half_restored
from storage.database import (
    find_damage,
    find_revision,
    make_engine,
    newest_revision,
    reading,
    sqlite_module,
    sqlite_path,
    wal_is_safe,
)
from storage.errors import Mendable
from storage.visits import find_sources

RESERVE = 200_000_000  # bytes of room below which nothing is fetched
SKEW = timedelta(seconds=60)
SOON = timedelta(days=14)  # a certificate that ends before this is worth a word
STALE = timedelta(hours=50)  # of a nightly backup
PATIENCE = 3.0  # seconds for a site's clock
ASKED = 3  # sites, at most, for the time


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `ok`, `warn` (it works, for now) or `bad`, and what is to be done."""

    state: str
    subject: str
    words: str


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="connect to nothing: no clocks, no certificates")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Look at settings, database, disk, clock, permissions and the channels' certificates, and say what to do.

    Nothing is sent, fetched or changed. Exit code 1 if anything is bad.

    Example: mubiao doctor
    """
    found: list[Finding] = []
    for finding in _examine(config, offline):
        found.append(finding)
        if as_json:
            print_json({"state": finding.state, "subject": finding.subject, "words": finding.words})
        else:
            say(f"{finding.state:4}  {finding.subject:18}  {finding.words}")
    raise typer.Exit(int(any(one.state == "bad" for one in found)))


def _examine(config: Path, offline: bool) -> Iterator[Finding]:
    try:
        settings = read_settings(config)
    except SettingsError as error:
        yield Finding("bad", "settings", str(error))
        return
    sources = settings.watched_sources()
    watches, channels = len(settings.watches), len(settings.channels)
    yield Finding("ok", "settings", f"{len(sources)} sources, {watches} watches, {channels} channels")
    yield from _look_at_database(settings)
    yield from _look_at_disk(settings)
    yield from _look_at_backups(settings, utc_now())
    yield from _look_at_permissions(config, settings)
    yield from _look_at_machine()
    yield from _look_at_tls_exceptions(settings)
    yield from _look_at_console(settings.console)
    for name, channel in settings.channels.items():
        if isinstance(channel, FolderSettings | FeedSettings):
            yield _writable(
                f"channel {name}", channel.path if isinstance(channel, FolderSettings) else channel.path.parent
            )
        elif not offline:
            yield from _certificate(name, partial(find_expiry, channel), utc_now())
    if not offline:
        roots = dict.fromkeys("/".join(one.url.split("/")[:3]) for one in sources if one.url.startswith("http"))
        yield _look_at_clock(list(roots)[:ASKED])


def _look_at_database(settings: Settings) -> Iterator[Finding]:
    file = sqlite_path(settings.database_url)
    if file:
        yield _sqlite_version()
        if not file.exists():
            yield Finding("ok", "database", f"{file} is not there yet; the first command makes it")
            return
    try:
        if file:
            refuse_half_restored(file)
        engine = make_engine(settings.database_url)
        try:
            yield _soundness(engine, settings)
            yield from _age_of_tables(engine)
            yield from _time_of_last_visit(engine, utc_now())
        finally:
            engine.dispose()
    except Mendable as error:
        newest = find_newest_good(settings.backups)
        yield Finding("bad", "database", f"{error}{f'; the newest good backup is {newest.path}' if newest else ''}")


def _sqlite_version() -> Finding:
    module = sqlite_module()
    if wal_is_safe(module.sqlite_version_info):
        return Finding("ok", "sqlite", f"{module.sqlite_version} from {module.__name__}, journal WAL")
    words = f"{module.sqlite_version} may lose writes in WAL mode, so journal DELETE is used: pip install pysqlite3"
    return Finding("warn", "sqlite", words)


def _soundness(engine: Engine, settings: Settings) -> Finding:
    damage = find_damage(engine, quick=True)
    if damage:
        newest = find_newest_good(settings.backups)
        advice = f"mubiao restore {newest.path}" if newest else "there is no backup; restore one of your own"
        return Finding("bad", "database", f"{damage[0]}: {advice}")
    with engine.execution_options(writing=True).connect() as connection:
        connection.rollback()  # a read-only file is refused at the begin
    return Finding("ok", "database", f"{engine.url.render_as_string()} is sound and can be written")


def _age_of_tables(engine: Engine) -> Iterator[Finding]:
    current, newest = find_revision(engine), newest_revision()
    if current is not None and current < newest:
        words = f"are at revision {current}, this version's at {newest}: mubiao migrate, which makes a copy first"
        yield Finding("warn", "tables", words)
    elif current is not None and current > newest:
        words = f"are at revision {current}, of a newer mubiao than this one: upgrade, or mubiao restore"
        yield Finding("bad", "tables", words)


def _time_of_last_visit(engine: Engine, now: datetime) -> Iterator[Finding]:
    try:
        with reading(engine) as session:
            last = max((one.last_visit_at for one in find_sources(session) if one.last_visit_at), default=None)
    except OperationalError:  # tables of another version, or none yet; opening it says so
        return
    if last and last > now + SKEW:
        yield Finding("bad", "clock", f"the last visit was at {last}, which is yet to come: set this machine's clock")


def _look_at_disk(settings: Settings) -> Iterator[Finding]:
    for folder in dict.fromkeys((settings.data, settings.backups)):
        there = next(one for one in (folder, *folder.parents) if one.exists())
        free = shutil.disk_usage(there).free
        words = f"{free / 1e9:.1f} GB free for {folder}"
        if free < RESERVE:
            yield Finding("bad", "disk", f"{words}: nothing is fetched below {RESERVE / 1e9:.1f} GB; make room")
        else:
            yield Finding("ok", "disk", words)


def _look_at_backups(settings: Settings, now: datetime) -> Iterator[Finding]:
    if settings.database_url.startswith("postgresql"):
        yield Finding("warn", "backups", "of PostgreSQL are yours to make: pg_dump, then a copy of the archive folder")
        return
    if not settings.backup.enabled:
        yield Finding("warn", "backups", "are switched off in [backup]")
        return
    kept = find_backups(settings.backups)
    if not kept:
        yield Finding("warn", "backups", f"none yet in {settings.backups}: mubiao backup makes one now")
    elif now - kept[0].made_at > STALE:
        yield Finding("warn", "backups", f"the newest is of {kept[0].made_at:%Y-%m-%d}: is `mubiao run` at work?")
    else:
        yield Finding("ok", "backups", f"{len(kept)}, the newest of {kept[0].made_at:%Y-%m-%d %H:%M} UTC")


def _look_at_permissions(config: Path, settings: Settings) -> Iterator[Finding]:
    private = [settings.data, settings.archive, settings.backups]
    if file := sqlite_path(settings.database_url):
        private.append(file)
    written = config.read_text(encoding="utf-8-sig")
    if "password" in written or "secret" in written:
        private.append(config)
    open_ = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_:
        wanted = 700 if path.is_dir() else 600
        yield Finding("warn", "permissions", f"others on this machine can read {path}: chmod {wanted} {path}")
    yield _writable("data", settings.data)


def _writable(subject: str, folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if os.access(there, os.W_OK | os.X_OK):
        return Finding("ok", subject, f"{folder} can be written")
    return Finding("bad", subject, f"{there} cannot be written by this user: chown or chmod it")


def _look_at_machine() -> Iterator[Finding]:
    authorities = len(ssl.create_default_context().get_ca_certs())
    if authorities or os.environ.get("SSL_CERT_DIR"):
        yield Finding("ok", "authorities", f"{authorities} certificate authorities are trusted")
    else:
        yield Finding("bad", "authorities", "no certificate authority is known: install ca-certificates")
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).utcoffset()
    known = offset == timedelta(hours=8)
    yield Finding("ok" if known else "bad", "zones", "Asia/Shanghai is known" if known else "install tzdata")


def _look_at_tls_exceptions(settings: Settings) -> Iterator[Finding]:
    exceptions: Sequence[tuple[Host, str]] = [(host, one.words) for host, one in settings.fetch.tls.items()]
    for host, words in exceptions:
        yield Finding("warn", "tls", f"{host} is excused from what is asked of all others: {words}")


def _look_at_console(console: ConsoleSettings) -> Iterator[Finding]:
    if not console.enabled:
        return
    if not console.is_guarded:
        words = f"{console.host} is reached from other machines: give it password_file or trusted_proxies"
        yield Finding("bad", "console", words)
    elif is_loopback(console.host) or console.trusted_proxies:
        yield Finding("ok", "console", console.url)
    else:
        yield Finding("warn", "console", f"{console.url}: without TLS its password can be read on the network")


def _certificate(name: str, find: Callable[[], datetime | None], now: datetime) -> Iterator[Finding]:
    subject = f"channel {name}"
    try:
        expiry = find()
    except ssl.SSLCertVerificationError as error:
        yield Finding("bad", subject, f"its certificate is refused: {error.verify_message}; your own goes into ca_file")
        return
    except (OSError, smtplib.SMTPException) as error:
        yield Finding("bad", subject, f"cannot be reached: {str(error) or type(error).__name__}")
        return
    if expiry is None:
        yield Finding("ok", subject, "is written in the settings; `mubiao send-test` tries it")
    elif expiry - now < SOON:
        yield Finding("warn", subject, f"its certificate ends on {expiry:%Y-%m-%d}: have it renewed")
    else:
        yield Finding("ok", subject, f"reached, its certificate is good until {expiry:%Y-%m-%d}")


def _look_at_clock(roots: Sequence[str]) -> Finding:
    """This machine's time against that of the sites it watches: the median would be better, the first is enough."""
    for root in roots:
        try:
            answer = httpx.head(root, timeout=PATIENCE, trust_env=False, verify=False)  # only its date counts
            told = parsedate_to_datetime(answer.headers["date"])
        except (httpx.HTTPError, KeyError, ValueError):
            continue
        skew = utc_now() - told
        if abs(skew) > SKEW:
            words = f"this machine's clock is {skew.total_seconds():+.0f} s off that of {root}"
            return Finding("bad", "clock", f"{words}: turn on time synchronisation")
        return Finding("ok", "clock", f"agrees with that of {root}")
    return Finding(
        "warn", "clock", "no watched site told the time; compare it yourself" if roots else "no site to compare"
    )
