"""The command targets: what was aimed at, year by year, and what became of it."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import open_installation
from monitor.cli.options import AsJson, Config
from monitor.cli.places import one_region
from monitor.cli.terminal import Stop, out, print_rows
from monitor.digest.figures import said
from monitor.tables.sheets import write_csv
from monitor.tables.targets import target_rows
from monitor.telling.briefing import region_names
from storage.database import reading
from storage.series import Newest, find_newest

SHOWN = ("indicator", "english", "year", "period", "target", "outturn", "verdict", "by")


def targets(
    region: Annotated[str, typer.Argument(help="长春市 or 220100; all regions when left out")] = "",
    named: Annotated[
        list[str] | None,
        typer.Option("--indicator", "-i", help="a key (gdp) or words (就业); more than one may be given"),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="every target, not only the main ones")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="a table for spreadsheets")] = False,
) -> None:
    """The targets of a region by year: what was aimed at, what was reached, and whether that is enough.

    Without a region: the newest report of each, with its growth target. The verdict is met, missed, unjudged (nobody
    can say), not told (a later report does not say) or open (no later report yet); `by` is the outturn less the
    target, + for more and − for less of it, whether that is good or bad. With --json and --csv both sentences are
    there too.

    Example: mubiao targets 长春市 --indicator gdp
    """
    if as_json and as_csv:
        raise Stop("--json and --csv: one of them", code=2)
    installation = open_installation(config)
    with reading(installation.engine) as session:
        code = one_region(region, session) if region else ""
        if region:
            rows = target_rows(session, code, named or [], every=all_ or bool(named))
        else:
            rows = [_newest(one) for one in find_newest(session)]
    name = region_names(code)[2] if region else ""
    if as_csv:
        if rows:
            write_csv(rows, list(rows[0]), sys.stdout)
        return
    shown = rows if as_json or not region else _for_people(rows)
    what = "target" if named else "report"
    print_rows(shown, as_json=as_json, title=name, empty=f"no {what} of {name or 'any region'} is kept yet")


def _for_people(rows: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """What fits on a screen: an indicator is named once, a period only where it is not the report's own year."""
    shown, before = [], ""
    for row in rows:
        line = {name: row[name] for name in SHOWN} | {"verdict": str(row["verdict"]).replace("_", " ")}
        if line["period"] == str(line["year"]):
            line["period"] = ""
        name = str(line["indicator"])
        if out.is_terminal and name == before:
            line["indicator"] = line["english"] = ""
        before = name
        shown.append(line)
    return shown


def _newest(one: Newest) -> dict[str, object]:
    return {
        "region": region_names(one.report.region)[2],
        "code": one.report.region,
        "kind": one.report.kind,
        "year": one.report.year,
        "growth target": said(one.growth.data, "zh") if one.growth else "",
        "main targets": one.main_targets,
        "targets": one.targets,
    }
