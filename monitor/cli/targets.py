"""The command targets: what was aimed at, year by year, and what became of it."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from monitor.briefing import region_names
from monitor.catalogue.indicators import indicator
from monitor.cli.building import open_installation
from monitor.cli.options import AsJson, Config
from monitor.cli.places import one_region
from monitor.cli.terminal import Stop, out, print_rows
from monitor.digest.figures import difference, said
from monitor.ledger import LedgerEntry, reckon
from monitor.series import YEAR, series_of
from monitor.sheets import write_csv
from monitor.watches import is_named
from storage.database import reading
from storage.series import Newest, find_ledger_statements, find_newest, find_sentences_by_id
from storage.values import Stated

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
            rows = _ledger(session, code, named or [], every=all_ or bool(named))
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


def _ledger(session: Session, code: str, named: Sequence[str], *, every: bool) -> list[dict[str, object]]:
    """One row a target: by series, the newest first; main targets before the rest."""
    entries = reckon(
        find_ledger_statements(session, code, headline=not every),
        sentences=lambda ids: find_sentences_by_id(session, ids),
    )
    if named:
        entries = [entry for entry in entries if any(_is_asked(word, entry.target) for word in named)]
    sides = [side.id for entry in entries for side in (entry.target, entry.outturn) if side]
    sentences = find_sentences_by_id(session, sides)
    groups: dict[object, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        groups[_series(entry)].append(entry)
    ordered = sorted(groups.values(), key=_place)
    return [_row(entry, sentences) for group in ordered for entry in reversed(group)]


def _is_asked(word: str, target: Stated) -> bool:
    """A key means that indicator and its scopes alone, other words whatever is named with them."""
    if indicator(word) is not None:
        return word in (target.indicator_key, target.indicator_key.partition(".")[0])
    return is_named(word, target)


def _series(entry: LedgerEntry) -> tuple[object, ...]:
    """Targets for a farther year are a series beside the yearly ones."""
    key, measure, dimension, horizon = series_of(entry.target)
    return key, measure, dimension, horizon == YEAR


def _place(group: Sequence[LedgerEntry]) -> tuple[bool, int, bool, int]:
    newest = group[-1].target
    far = series_of(newest).horizon != YEAR
    return not any(entry.target.data.headline for entry in group), -newest.year, far, newest.data.start


def _row(entry: LedgerEntry, sentences: Mapping[int, str]) -> dict[str, object]:
    target, outturn = entry.target, entry.outturn
    known = indicator(target.indicator_key)
    return {
        "indicator": target.data.indicator,
        "english": known.en if known else "",
        "year": target.year,
        "period": entry.period,
        "target": said(target.data, "zh"),
        "outturn": said(outturn.data, "zh") if outturn else "",
        "verdict": entry.verdict,
        "by": _by(entry),
        "region_code": target.region,
        "report_kind": target.report_kind,
        "indicator_key": target.indicator_key,
        "measure": target.data.measure,
        "headline": target.data.headline,
        "target_value": target.data.value,
        "target_value_hi": target.data.value_hi,
        "target_unit": target.data.unit,
        "target_op": target.data.op,
        "outturn_value": outturn.data.value if outturn else None,
        "outturn_unit": outturn.data.unit if outturn else None,
        "outturn_report_year": outturn.year if outturn else None,
        "outturn_report_kind": outturn.report_kind if outturn else None,
        "target_document": target.document_id,
        "outturn_document": outturn.document_id if outturn else None,
        "target_sentence": sentences.get(target.id, ""),
        "outturn_sentence": sentences.get(outturn.id, "") if outturn else "",
    }


def _by(entry: LedgerEntry) -> str:
    """Outturn less target, signed as numbers are: `+0.3 个百分点`; nothing where there is no telling."""
    if entry.outturn is None or not entry.apart:
        return ""
    apart = difference(entry.target.data, entry.outturn.data, "zh")
    return f"{'+' if entry.apart > 0 else '−'}{apart}" if apart else ""


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
