"""The commands that watch: init, run, visit, check, add, sources, example."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import structlog
import typer
from filelock import FileLock, Timeout

from monitor.catalogue.regions import path_zh
from monitor.cli.building import Installation, declare, open_installation, tools_of, utc_now
from monitor.cli.log import set_up_log
from monitor.cli.options import AsJson, Config
from monitor.cli.serving import serve
from monitor.cli.terminal import Stop, print_json, print_rows, progress, say, warn
from monitor.example.articles import Stage
from monitor.example.site import ExampleSite
from monitor.example.source import KEY as EXAMPLE_KEY
from monitor.example.source import example_source
from monitor.filing import Outcome
from monitor.pipeline import Tools, Visited, choose, look_at, recall, visit
from monitor.scheduler import Daemon
from monitor.settings import starter_config
from scrapers.catalogue import CataloguedSource, catalogued, find_sources
from scrapers.errors import ScrapeError
from scrapers.source import Source
from storage.database import reading
from storage.models import SourceState
from storage.visits import find_source
from storage.visits import find_sources as find_states

OUTCOMES = {
    Outcome.REPORT: ("report", "reports"),
    Outcome.REVISION: ("revision", "revisions"),
    Outcome.WITNESS: ("further witness", "further witnesses"),
    Outcome.UNPLACED: ("document without a known year or place", "documents without a known year or place"),
}
INSISTING = 2.0  # seconds; a supervisor and its group may both pass on one request to stop
SETTLED_AFTER = 90.0  # seconds; the example has told its story by then


def init(config: Config = Path("mubiao.toml")) -> None:
    """Write a starter mubiao.toml, which runs as it is and explains itself.

    Example: mubiao init
    """
    if config.exists():
        raise Stop(f"{config} is there already; it was left as it is", code=2)
    config.write_text(starter_config(), encoding="utf-8")
    say(f"{config} written. Start with: mubiao run")


def run(
    config: Config = Path("mubiao.toml"),
    log: Annotated[str, typer.Option(help="human or json")] = "human",
) -> None:
    """Watch the sources and deliver digests until stopped (Ctrl-C or SIGTERM).

    Writes a starter mubiao.toml if there is none.

    Example: mubiao run
    """
    if log not in ("human", "json"):
        raise Stop(f"--log {log}: write human or json", code=2)
    set_up_log(as_json=log == "json")
    if not config.exists():
        config.write_text(starter_config(), encoding="utf-8")
        say(f"There was no {config}: a starter one was written. It explains itself; edit it as you like.")
    installation = open_installation(config)
    with _only_one(installation), ExitStack() as stack:
        tools = stack.enter_context(tools_of(installation))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopper(tools))
        sources = list(installation.settings.watched_sources())
        site = stack.enter_context(_example_site(installation)) if installation.settings.example else None
        first = [example_source(site.url)] if site else []
        declare(installation.engine, [*first, *sources], utc_now())
        _greet(installation, sources, site, config)
        started = time.monotonic()

        def watched() -> Sequence[Source]:
            if site is None:
                return sources
            settled = time.monotonic() - started > SETTLED_AFTER
            return [example_source(site.url, settled=settled), *sources]

        daemon = Daemon(
            watched, tools, installation.post, workers=installation.settings.fetch.workers, visited=_tell_visit
        )
        if installation.settings.console.enabled:
            stack.enter_context(serve(installation, lambda: daemon.seconds_since_tick))
        whole = daemon.run()
        say("Stopped." if whole else "Stopped; what was still under way is done again at the next start.")
        if not whole:
            os._exit(0)  # a service that keeps us waiting must not keep the process


def visit_now(
    source: Annotated[list[str] | None, typer.Argument(help="keys of sources; all when left out")] = None,
    recheck: Annotated[bool, typer.Option("--recheck", help="look at every known report too, for revisions")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Visit sources once, now, and keep what is new. Exit code 1 if one could not be read.

    A report that is kept is looked at again daily for two weeks, then monthly; --recheck does it now.

    Example: mubiao visit changchun-work-report --recheck
    """
    installation = open_installation(config)
    failed = False
    with _only_one(installation), tools_of(installation) as tools:
        sources = _chosen(installation.settings.watched_sources(), source or [])
        declare(installation.engine, sources, utc_now())
        for one in progress(sources, "visiting", len(sources)):
            visited = visit(one, tools, again=recheck)
            failed = failed or visited.error is not None
            print_json(_visit_row(visited)) if as_json else say(visit_words(visited))
            for entry, error in visited.failed:
                warn(f"  {entry.title} {entry.url}: {error}")
    raise typer.Exit(int(failed))


def check(
    source: Annotated[list[str] | None, typer.Argument(help="keys of sources; all when left out")] = None,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Look at sources and say what a visit would fetch. Nothing is kept. Exit code 1 if one could not be read.

    Example: mubiao check changchun-work-report
    """
    installation = open_installation(config)
    failed = False
    with tools_of(installation) as tools:
        sources = _chosen(installation.settings.watched_sources(), source or [])
        for one in progress(sources, "checking", len(sources)):
            failed = not _check_one(one, tools, as_json) or failed
    raise typer.Exit(int(failed))


def sources(
    word: Annotated[str, typer.Argument(help="part of a name, key, address or region code")] = "",
    level: Annotated[str, typer.Option(help="national, province, city, county or newspaper")] = "",
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """List the sources that are shipped and your own, and how those that are watched are.

    Example: mubiao sources 吉林
    """
    states: dict[str, SourceState] = {}
    own: list[Source] = []
    if config.exists():
        installation = open_installation(config)
        own = list(installation.settings.watched_sources())
        with reading(installation.engine) as session:
            states = {state.key: state for state in find_states(session)}
    watched = {one.key for one in own}
    shipped = find_sources(word) if word else catalogued()
    shipped = tuple(one for one in shipped if level in ("", one.level))
    known = {one.source.key for one in catalogued()}
    mine = [one for one in own if one.key not in known and word in f"{one.name} {one.key} {one.url}" and not level]
    rows = [_source_row(one, None, states, watched) for one in mine]
    rows += [_source_row(one.source, one, states, watched) for one in shipped]
    print_rows(rows, as_json=as_json, empty=f"no source matches {word!r}")


def _chosen(sources: Sequence[Source], keys: Sequence[str]) -> list[Source]:
    if not keys:
        return list(sources)
    by_key = {one.key: one for one in sources} | {
        one.source.key: one.source for one in catalogued() if one.source.key in keys
    }
    missing = [key for key in keys if key not in by_key]
    if missing:
        raise Stop(f"no source is called {', '.join(missing)}; `mubiao sources` lists them", code=2)
    return [by_key[key] for key in keys]


def _check_one(source: Source, tools: Tools, as_json: bool) -> bool:
    with reading(tools.desk.engine) as session:
        kept = find_source(session, source.key)
    state = kept or SourceState(
        key=source.key, name=source.name, url=source.url, region=source.region, next_due_at=utc_now()
    )
    known = recall(source, tools)[1] if kept else {}
    try:
        look = look_at(source, state, known, tools)
    except ScrapeError as error:
        print_json({"source": source.key, "error": str(error), "label": error.label}) if as_json else say(
            f"{source.name}: {error.label}: {error}"
        )
        return False
    tasks, passed = choose(source, look.entries, known, utc_now(), first=state.baseline_at is None)
    if as_json:
        found = [{"url": task.entry.url, "title": task.entry.title, "why": task.why} for task in tasks]
        print_json({"source": source.key, "family": look.family, "entries": len(look.entries), "fetch": found})
        return True
    shown = "unchanged" if look.unchanged else f"{len(look.entries)} entries ({look.family})"
    say(f"{source.name}: {shown}, {len(tasks)} to fetch, {len(passed)} passed over")
    for task in tasks:
        say(f"  {task.why:8} {task.entry.published_on or '          '} {task.entry.title}  {task.entry.url}")
    return True


def _source_row(
    source: Source, shipped: CataloguedSource | None, states: dict[str, SourceState], watched: set[str]
) -> dict[str, object]:
    state = states.get(source.key)
    health = "" if source.key not in watched else "watched"
    if state and state.last_visit_at:
        health = f"{state.failure_label} since {state.failing_since:%Y-%m-%d}" if state.failing_since else "ok"
    return {
        "key": source.key,
        "name": source.name,
        "region": path_zh(source.region),
        "kind": source.kind,
        "trust": shipped.confidence if shipped else "yours",
        "state": health,
        "url": source.url,
    }


def visit_words(visited: Visited) -> str:
    """One visit in one line."""
    name = visited.source.name
    if visited.error:
        return f"{name}: {visited.error.label}: {visited.error}"
    if visited.outcome == "unchanged":
        return f"{name}: unchanged"
    counts = {outcome: sum(filed.outcome is outcome for _, filed in visited.filed) for outcome in Outcome}
    words = [
        f"{counts[outcome]} {one if counts[outcome] == 1 else many}"
        for outcome, (one, many) in OUTCOMES.items()
        if counts[outcome]
    ]
    statements = sum(filed.statements for _, filed in visited.filed)
    words += [f"{statements} statements"] if statements else []
    if visited.changes and not visited.baseline:
        words.append(f"{visited.changes} change{'s' if visited.changes > 1 else ''}")
    words += [f"{len(visited.failed)} could not be read"] if visited.failed else []
    first = "first visit, recorded without alarm: " if visited.baseline else ""
    return f"{name}: {first}{', '.join(words) or f'{visited.entries} entries, no new report'}"


def _visit_row(visited: Visited) -> dict[str, object]:
    return {
        "source": visited.source.key,
        "outcome": visited.outcome,
        "baseline": visited.baseline,
        "entries": visited.entries,
        "documents": visited.documents,
        "changes": visited.changes,
        "failed": [{"url": entry.url, "label": error.label, "error": str(error)} for entry, error in visited.failed],
        "label": visited.error.label if visited.error else None,
        "error": str(visited.error) if visited.error else None,
        "seconds": round(visited.seconds, 3),
    }


def _tell_visit(visited: Visited) -> None:
    log = structlog.get_logger()
    quiet = visited.outcome == "unchanged" or (visited.outcome == "ok" and not visited.filed and not visited.baseline)
    report = log.warning if visited.error else log.debug if quiet else log.info
    report("visit", words=visit_words(visited), **_visit_row(visited))
    for entry, error in visited.failed:
        log.warning("entry.failed", title=entry.title, url=entry.url, label=error.label, error=str(error))


@contextmanager
def _only_one(installation: Installation) -> Iterator[None]:
    """A second process on the same data is refused; the lock ends with the process, however it ends."""
    path = installation.settings.data / "mubiao.lock"
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise Stop(f"another mubiao is running on {installation.settings.data}; stop it first") from error
    try:
        yield
    finally:
        lock.release()


def _stopper(tools: Tools) -> Callable[[int, object], None]:
    asked_at: list[float] = []

    def stop(_number: int, _frame: object) -> None:
        if asked_at and time.monotonic() - asked_at[0] > INSISTING:
            os._exit(1)
        if not asked_at:
            asked_at.append(time.monotonic())
            say("Stopping: what is under way is finished or handed back (up to 25 seconds).")
            tools.stopping.set()

    return stop


def _example_site(installation: Installation) -> ExampleSite:
    """The example goes on where it was, at its old address: after its first visit long ago, its story is over."""
    with reading(installation.engine) as session:
        state = find_source(session, EXAMPLE_KEY)
    if state is None or state.baseline_at is None:
        return ExampleSite(time.monotonic(), time.monotonic)
    elapsed = (utc_now() - state.baseline_at).total_seconds()
    return ExampleSite(time.monotonic() - elapsed, time.monotonic, port=urlsplit(state.url).port or 0)


def _greet(installation: Installation, sources: Sequence[Source], site: ExampleSite | None, config: Path) -> None:
    settings = installation.settings
    say(f"mubiao watches {len(sources)} sources by the settings in {config}; what it keeps is in {settings.data}.")
    if site and site.stage is not Stage.NEXT:
        say(
            "A small example site of invented places runs along: within a minute it publishes a report, corrects it\n"
            "and publishes the next one, so that you see a digest. `mubiao example remove` takes it out again."
        )
    for key, channel in settings.channels.items():
        where = getattr(channel, "path", "")
        say(f"Digests go to channel {key} ({channel.type}){f': {where}' if where else ''}.")
    if settings.console.enabled:
        say(f"The kept reports can be read at {settings.console.url}")
    say(f"Edit {config} to choose regions, indicators, times and channels. Ctrl-C stops.")
