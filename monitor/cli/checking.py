"""The command that looks at sources and keeps nothing: check."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import open_installation, tools_of, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.terminal import print_json, progress, say
from monitor.cli.visiting import chosen
from monitor.pipeline import look_at, remember
from monitor.visiting.choosing import choose
from monitor.visiting.visited import Tools
from scrapers.errors import ScrapeError
from scrapers.source import Source


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
        sources = chosen(installation.settings.watched_sources(), source or [])
        for one in progress(sources, "checking", len(sources)):
            failed = not _check_one(one, tools, as_json) or failed
    raise typer.Exit(int(failed))


def _check_one(source: Source, tools: Tools, as_json: bool) -> bool:
    memory = remember(source, tools, utc_now())
    first = memory.state.baseline_at is None
    try:
        look = look_at(source, memory, tools, sweep=first)
    except ScrapeError as error:
        print_json({"source": source.key, "error": str(error), "label": error.label}) if as_json else say(
            f"{source.name}: {error.label}: {error}"
        )
        return False
    tasks, passed = choose(source, look.entries, memory.entries, utc_now(), first=first)
    if as_json:
        found = [{"url": task.entry.url, "title": task.entry.title, "why": task.why} for task in tasks]
        print_json({"source": source.key, "family": look.family, "entries": len(look.entries), "fetch": found})
        return True
    shown = "unchanged" if look.unchanged else f"{len(look.entries)} entries ({look.family})"
    say(f"{source.name}: {shown}, {len(tasks)} to fetch, {len(passed)} passed over")
    for task in tasks:
        say(f"  {task.why:8} {task.entry.published_on or '          '} {task.entry.title}  {task.entry.url}")
    return True
