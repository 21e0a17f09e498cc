"""The commands that look at sources: visit, sources."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.catalogue.regions import path_zh
from monitor.cli.building import declare, only_one, open_installation, tools_of, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.rounds import visit_all
from monitor.cli.terminal import Stop, print_json, print_rows, progress, say, warn
from monitor.cli.visits import visit_row, visit_words
from monitor.health import health_rows, in_trouble
from scrapers.catalogue import CataloguedSource, Level, catalogued, find_sources, level_of, speaks_of
from scrapers.source import Source
from storage.database import reading
from storage.models import SourceState
from storage.visits import Shown, find_shown
from storage.visits import find_sources as find_states


def visit_now(
    source: Annotated[list[str] | None, typer.Argument(help="keys of sources; all when left out")] = None,
    recheck: Annotated[bool, typer.Option("--recheck", help="look at every known report too, for revisions")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Visit sources once, now, and keep what is new. Exit code 1 if one could not be read.

    Hosts are visited side by side, as many as fetch.workers says, each by one stream with its pauses kept.

    A report that is kept is looked at again daily for two weeks, then monthly; --recheck does it now. A file of a
    folder is, as soon as its size or moment of change is another.

    Not beside a running daemon, which visits what is due by itself.

    Example: mubiao visit changchun-work-report --recheck
    """
    installation = open_installation(config)
    failed = False
    with only_one(installation), tools_of(installation) as tools:
        sources = chosen(installation.settings.watched_sources(), source or [])
        declare(installation.engine, sources, utc_now())
        workers = installation.settings.fetch.workers
        visits = visit_all(sources, tools, workers=workers, again=recheck, tell=warn)
        for visited in progress(visits, "visiting", len(sources)):
            failed = failed or visited.error is not None
            print_json(visit_row(visited)) if as_json else say(visit_words(visited))
            for entry, error in visited.failed:
                warn(f"  {entry.title} {entry.url}: {error}")
    raise typer.Exit(int(failed))


def sources(
    word: Annotated[str, typer.Argument(help="part of a name, key, address or region code")] = "",
    level: Annotated[Level | None, typer.Option(help="whose reports")] = None,
    health: Annotated[
        bool, typer.Option("--health", help="how those that are watched are, the troubled first")
    ] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """List the sources that are shipped and your own, and how those that are watched are.

    With --health only those that are watched: what they usually show, what is newest, what broke and since when;
    exit code 1 if one is in trouble.

    Example: mubiao sources 吉林 --level city
    """
    states: dict[str, SourceState] = {}
    shown: dict[str, Shown] = {}
    own: list[Source] = []
    if config.exists():
        installation = open_installation(config)
        own = list(installation.settings.watched_sources())
        with reading(installation.engine) as session:
            states = {state.key: state for state in find_states(session)}
            shown = find_shown(session)
    wanted = {one.source.key: one for one in find_sources(word) if level in (None, one.level)}
    known = {one.source.key for one in catalogued()}
    mine = [one for one in own if one.key not in known and speaks_of(one, word) and level in (None, level_of(one))]
    if health:
        rows = health_rows([*mine, *(one for one in own if one.key in wanted)], states, shown, utc_now())
        print_rows(rows, as_json=as_json, empty="no source is watched" if not own else f"no source matches {word!r}")
        raise typer.Exit(int(in_trouble(rows)))
    watched = {one.key for one in own}
    listed = [_source_row(one, None, states, watched) for one in mine]
    listed += [_source_row(one.source, one, states, watched) for one in wanted.values()]
    print_rows(listed, as_json=as_json, empty=f"no source matches {word!r}")


def chosen(sources: Sequence[Source], keys: Sequence[str]) -> list[Source]:
    """The sources that were named, of those given and those shipped; all of those given when none was named."""
    if not keys:
        return list(sources)
    by_key = {one.key: one for one in sources} | {
        one.source.key: one.source for one in catalogued() if one.source.key in keys
    }
    missing = [key for key in keys if key not in by_key]
    if missing:
        raise Stop(f"no source is called {', '.join(missing)}; `mubiao sources` lists them", code=2)
    return [by_key[key] for key in keys]


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
        "level": shipped.level if shipped else level_of(source),
        "kind": source.kind,
        "trust": shipped.confidence if shipped else "yours",
        "state": health,
        "url": source.url,
    }
