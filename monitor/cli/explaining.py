"""The command explain: why a place of a report states something, or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.extracting import Told, about_page, statement_row
from monitor.cli.files import read_file
from monitor.cli.options import AsJson, region_code
from monitor.cli.terminal import Stop, print_json, say
from monitor.extractors.explain import Evidence, Explanation, explain
from monitor.extractors.reasons import RULES, reason
from scrapers.errors import ScrapeError
from storage.values import About, StatementData

AROUND = 40  # characters shown on both sides of the place


def explain_file(
    file: Annotated[Path, typer.Argument(help="a text, HTML, PDF, Word or Excel file")],
    at: Annotated[int, typer.Option("--at", help="a place in its text, in characters from 0: a `start` of extract")],
    region: Annotated[str, typer.Option(help="whose report it is, if the text does not tell: 长春市 or 220100")] = "",
    year: Annotated[
        int | None, typer.Option(min=1949, max=2100, help="the year it plans for, if the text does not tell")
    ] = None,
    title: Annotated[str, typer.Option(help="its title, if the text does not tell")] = "",
    as_json: AsJson = False,
) -> None:
    """Say which rules made the statement at a place of a report, or why the number there states nothing.

    Exit code 1 if the file could not be read, 2 for a place that it doesn't have.

    Example: mubiao explain --at 5120 --year 2024 report.txt
    """
    told = Told(region_code(region), year, title)
    try:
        page, _ = read_file(file)
    except ScrapeError as error:
        raise Stop(f"{file}: {error}") from error
    about = about_page(page, told)
    try:
        found = explain(page.text, about, at)
    except ValueError as error:
        raise Stop(f"--at {at}: {error}", code=2) from error
    if as_json:
        print_json(_row(found, page.text, about))
    else:
        for line in _lines(found, page.text, at):
            say(line)


def _row(found: Explanation, text: str, about: About) -> dict[str, object]:
    evidence, statement = found.evidence, found.statement
    return {
        "start": found.start,
        "end": found.end,
        "text": text[found.start : found.end],
        "statement": statement_row(statement) if statement else None,
        "rules": {rule: RULES[rule] for rule in statement.rules} if statement else {},
        "why": found.why,
        "reason": reason(found.why) if found.why else "",
        "region": about.region,
        "report_year": found.report_year,
        "sentence": _evidence_row(evidence, text) if evidence else None,
        "beside": [statement_row(one) for one in found.beside],
    }


def _evidence_row(evidence: Evidence, text: str) -> dict[str, object]:
    return {
        "start": evidence.start,
        "end": evidence.end,
        "text": text[evidence.start : evidence.end],
        "role": evidence.role,
        "rule": evidence.rule,
        "heading": evidence.heading,
        "years": evidence.years,
        "headline": evidence.headline,
    }


def _lines(found: Explanation, text: str, at: int) -> Iterator[str]:
    yield f"place     {at}: {_marked(text, found.start, found.end)}"
    if found.statement:
        yield from _statement_lines(found.statement)
    else:
        yield f"states    nothing ({found.why}): {reason(found.why)}"
    if found.evidence:
        yield from _evidence_lines(found.evidence, found.report_year, text)
    for one in found.beside:
        yield f"beside    {one.start}: {one.text} {one.indicator}"


def _statement_lines(data: StatementData) -> Iterator[str]:
    row = statement_row(data)
    yield f"states    {data.role}: {data.indicator} ({row['indicator_key']})"
    yield f"number    {_number(data)}"
    told = {
        "period": data.period,
        "headline": "one of the main targets" if data.headline else "",
        "promised": data.commitment,
        "character": data.binding,
        "from": f"{data.baseline:g}" if data.baseline is not None else "",
    }
    yield from (f"{name:9} {value}" for name, value in told.items() if value)
    yield from (f"rule      {rule}: {RULES[rule]}" for rule in data.rules)


def _number(data: StatementData) -> str:
    """How the number was read: growth, at_least, 6.5 %."""
    if data.reference is not None:
        return f"{data.measure}, {data.op}: {data.reference}"
    high = f" to {data.value_hi:g}" if data.value_hi is not None else ""
    amount = "not told" if data.value is None else f"{data.value:g}{high} {data.unit or ''}".rstrip()
    return f"{data.measure}, {data.op}: {amount}"


def _evidence_lines(evidence: Evidence, year: int | None, text: str) -> Iterator[str]:
    looks = "ahead" if evidence.role == "target" else "back"
    yield f"chapter   {evidence.heading or 'no heading before it'}"
    yield f"looks     {looks}: {RULES[evidence.rule]}"
    yield f"years     {evidence.years or 'not told'} (the report plans for {year or 'a year that is not told'})"
    yield f"sentence  {evidence.start}-{evidence.end}: {' '.join(text[evidence.start : evidence.end].split())}"


def _marked(text: str, start: int, end: int) -> str:
    before, behind = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return f"{before.rpartition(chr(10))[2]}[{text[start:end]}]{behind.partition(chr(10))[0]}"
