"""The command status: how everything is, on one screen."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.building import Installation, open_installation, utc_now
from monitor.cli.metrics import database_bytes
from monitor.cli.options import AsJson, Config
from monitor.cli.promises import find_broken
from monitor.cli.running import find_running
from monitor.cli.terminal import print_json, say
from monitor.cli.times import ZONE, china_time, in_china
from monitor.health import expiring, overdue, state_of, unread
from scrapers.source import Source
from storage.backup import find_backups
from storage.database import reading
from storage.models import SourceState
from storage.outbox import count_deliveries, find_oldest_due, find_open_digests
from storage.reports import count_doubts, count_reports
from storage.visits import Shown, find_shown, find_sources

SCREEN = 12  # sources that are shown, the troubled first
WELL = ("ok", "not visited yet")


def status(
    all_: Annotated[bool, typer.Option("--all", help="every source, not only a screenful")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """How everything is: sources, reports, digests, deliveries, database, disk. Exit code 1 if anything is in trouble.

    Example: mubiao status
    """
    installation = open_installation(config)
    report = _find_report(installation)
    if as_json:
        print_json(report)
    else:
        _print_status(report, len(report["each"]) if all_ else SCREEN)
    trouble = (report["broken"], report["unread"], report["overdue"], report["deliveries"].get("dead"))
    raise typer.Exit(int(any(trouble)))


def _find_report(installation: Installation) -> dict[str, Any]:
    settings, now = installation.settings, utc_now()
    with reading(installation.engine) as session:
        states = find_sources(session)
        owed, oldest = count_deliveries(session), find_oldest_due(session)
        gathering, reports = find_open_digests(session), count_reports(session)
        shown = find_shown(session)
        unplaced, doubtful = count_doubts(session)
    watched = settings.watched_sources()
    by_key = {state.key: state for state in states}
    running = find_running(settings.data)
    backups = find_backups(settings.backups)
    return {
        "running": None if running is None else {"pid": running.pid, "since": running.started_at},
        "promises_broken": find_broken(installation, None, now),
        "reports": reports,
        "unplaced": unplaced,
        "doubtful": doubtful,
        "sources": len(states),
        "sources_ok": sum(state.last_success_at is not None and not state.failures for state in states),
        "sources_not_visited_yet": sum(state.last_visit_at is None for state in states),
        "broken": [
            {"source": state.key, "since": state.failing_since, "times": state.failures, "label": state.failure_label,
             "error": state.failure}
            for state in states if state.failures
        ],
        "unread": unread(watched, shown),
        "overdue": overdue(watched, by_key, shown, now),
        "certificates": expiring(watched, by_key, now),
        "each": _each(watched, by_key, shown, now),
        "last_visit_at": max((state.last_visit_at for state in states if state.last_visit_at), default=None),
        "next_visit_at": min((state.next_due_at for state in states), default=None),
        "digests_gathering": len(gathering),
        "deliveries": owed,
        "oldest_due_at": oldest,
        "tls_exceptions": {host: one.words for host, one in settings.fetch.tls.items()},
        "database": installation.engine.url.render_as_string(),
        "database_bytes": database_bytes(installation.engine),
        "disk_free_bytes": shutil.disk_usage(settings.data).free,
        "last_backup_at": backups[0].made_at if backups else None,
        "data": str(settings.data),
    }  # fmt: skip


def _each(
    watched: Sequence[Source], states: Mapping[str, SourceState], shown: Mapping[str, Shown], now: datetime
) -> list[dict[str, object]]:
    """A row for each watched source, the troubled first, then by their next visit."""
    rows = [(one, states.get(one.key), state_of(one.kind, states.get(one.key), shown.get(one.key, Shown()), now))
            for one in watched]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (row[2] in WELL, row[1].next_due_at if row[1] else now, row[0].key))
    return [
        {
            "source": source.key,
            "state": told,
            "last_success_at": state.last_success_at if state else None,
            "next_visit_at": state.next_due_at if state else None,
        }
        for source, state, told in ordered
    ]


def _print_status(report: Mapping[str, Any], rows: int) -> None:
    running = report["running"]
    process = f"process {running['pid']} since {_local(datetime.fromisoformat(running['since']))}" if running else ""
    say(f"daemon       {process or 'not running'}")
    say(f"data         {report['data']}, {report['disk_free_bytes'] / 1e9:.1f} GB free")
    backup = _local(report["last_backup_at"])
    say(f"database     {report['database']}, {report['database_bytes'] / 1e6:.1f} MB, last backup {backup}")
    say(f"reports      {report['reports']}{_doubts(report['unplaced'], report['doubtful'])}")
    say(f"sources      {report['sources']}, of which {report['sources_ok']} answered last time,")
    upcoming = _local(report["next_visit_at"])
    say(f"{'':12} {report['sources_not_visited_yet']} not visited yet; next visit {upcoming}")
    _print_each(report["each"], report["broken"], rows)
    _print_lesser(report, rows)
    owed = ", ".join(f"{count} {state}" for state, count in sorted(report["deliveries"].items())) or "none yet"
    say(f"deliveries   {owed}; digests gathering: {report['digests_gathering']}")
    if report["oldest_due_at"]:
        due = "is due" if report["oldest_due_at"] > utc_now() else "was due"
        say(f"             the oldest that is owed {due} {_local(report['oldest_due_at'])}")
    for host, words in report["tls_exceptions"].items():
        say(f"{'tls':12} {host} is excused from what is asked of all others: {words}")
    for promise, why in report["promises_broken"].items():
        say(f"{'broken':12} {promise}: {why}")


def _doubts(unplaced: int, doubtful: int) -> str:
    told = [f"{doubtful} documents placed in doubt"] if doubtful else []
    if unplaced:
        told.append(f"{unplaced} documents are of none: mubiao import FILE --region PLACE --year YEAR places one")
    return "".join(f"; {one}" for one in told)


def _print_each(each: Sequence[Mapping[str, Any]], broken: Sequence[Mapping[str, Any]], rows: int) -> None:
    why = {one["source"]: f" since {_local(one['since'])}, {one['times']} times: {one['error']}" for one in broken}
    if each:
        say(f"  {'source':36} {f'last success ({ZONE})':26} {f'next visit ({ZONE})':26} state")
    for one in each[:rows]:
        success, upcoming = (in_china(one[name]) or "never" for name in ("last_success_at", "next_visit_at"))
        say(f"  {one['source']:36} {success:26} {upcoming:26} {one['state']}{why.get(one['source'], '')}")
    if len(each) > rows:
        troubled = sum(one["state"] not in WELL for one in each[rows:])
        say(f"  and {len(each) - rows} others, {troubled} of them in trouble; --all shows them")


def _print_lesser(report: Mapping[str, Any], rows: int) -> None:
    """What is wrong with sources whose index can be read."""
    told = {
        "unread": "{source}: its list can be read, but {pages} of its pages could not; they are tried again",
        "overdue": "{source}: {detail}",
        "certificates": "{source}: the certificate of {host} ends on {ends_on}; it cannot be read from then on",
    }
    for name, words in told.items():
        for one in report[name][:rows]:
            say(f"  {words.format(**one)}")


def _local(moment: object) -> str:
    """A time as readers have it."""
    return china_time(moment) if isinstance(moment, datetime) else "never"
